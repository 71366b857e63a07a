"""A device asks whether somebody has let it in (RFC 8628 §3.4)."""

from dataclasses import dataclass

import msgspec

from gatepass.applications.model import GrantType
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.db import Database, Tx
from gatepass.provider.devices.flows import DeviceFlows
from gatepass.provider.devices.model import NotReady, Redeemed
from gatepass.provider.grants.model import TokenRequest
from gatepass.provider.grants.rules import needed, refused
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Ask, Grant

_SENTENCES = {
    NotReady.PENDING: "Nobody has decided yet; ask again after the interval.",
    NotReady.TOO_FAST: "That was too soon; wait five seconds longer from now on.",
    NotReady.DENIED: "The person did not let the device in, or has signed out since.",
    NotReady.EXPIRED: "The device code has expired; begin anew.",
    NotReady.UNKNOWN: "That device code is not known here, was used before, or is another client's.",
}


@dataclass(frozen=True, slots=True)
class DeviceCodes:
    """Grants what a person allowed a device, for a session that the device holds from now on."""

    database: Database
    tokens: Tokens
    devices: DeviceFlows
    key: GrantType = GrantType.DEVICE_CODE

    async def grant(self, request: TokenRequest) -> Grant:
        """Spend a device code, where somebody let the device in.

        Raises:
            Problem: nobody has yet (`authorization_pending`, `slow_down`), somebody did not (`access_denied`), it is
                too late (`expired_token`), or it is worth nothing here (`invalid_grant`, `invalid_target`).
        """
        unverified_code = needed(request.parameters, "device_code")

        async def body(tx: Tx) -> Grant | NotReady:
            redeemed = await self.devices.redeem(
                tx, unverified_code, request.application, at=request.at, origin=request.origin
            )
            if isinstance(redeemed, NotReady):
                return redeemed
            granted_for = redeemed.grant.terms.audiences
            if request.audiences is not None and granted_for and not set(request.audiences) <= set(granted_for):
                # Raised, so that nothing is spent and no session begins.
                raise refused("invalid_target", "Name only resources that the device named when it began.")
            return await self._grant(tx, request, redeemed)

        outcome = await self.database.transact(body)
        if isinstance(outcome, NotReady):
            raise refused(outcome, _SENTENCES[outcome])
        return outcome

    async def _grant(self, tx: Tx, request: TokenRequest, redeemed: Redeemed) -> Grant:
        application = request.application
        grant = await self.tokens.grant(
            tx,
            redeemed.session,
            redeemed.user,
            application,
            request.signer,
            request.at,
            terms=msgspec.structs.replace(redeemed.grant.terms, key_thumbprint=request.key_thumbprint),
            ask=Ask(audiences=request.audiences, key_thumbprint=request.key_thumbprint),
            has_refresh=GrantType.REFRESH_TOKEN in application.grants,
        )
        await record(
            tx,
            EventKind.TOKENS_GRANTED,
            at=request.at,
            origin=request.origin,
            application_id=application.id,
            user_id=redeemed.user.id,
            data={"grant": self.key, "family_id": grant.family_id, "session_id": redeemed.session.id},
        )
        return grant
