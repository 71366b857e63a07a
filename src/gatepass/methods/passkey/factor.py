"""A passkey as the second proof of a sign-in."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.authenticators.flows import Authenticators
from gatepass.kit.db import Tx
from gatepass.login.model import Proof, Refusal, Refused
from gatepass.methods.passkey import store
from gatepass.methods.passkey.judging import Bound, Judge, begin, spend
from gatepass.methods.passkey.model import BegunLogin, Purpose, RelyingParty, Visitor
from gatepass.methods.passkey.relying_parties import RelyingParties
from gatepass.protocols.webauthn.model import UnverifiedAssertion
from gatepass.protocols.webauthn.options import descriptors, request_options


@dataclass(frozen=True, slots=True)
class PasskeyFactor:
    """What the second step of a sign-in asks of passkeys; `party` is found before the transaction begins.

    Args:
        authenticators: the one list of what people hold.
        parties: names the relying party of a call.
    """

    authenticators: Authenticators
    parties: RelyingParties

    async def party(self, application: Application, unverified_host: str) -> RelyingParty:
        """Return the relying party of an application on a host."""
        return await self.parties.of(application, unverified_host)

    async def begin(
        self, tx: Tx, user_id: str, application: Application, party: RelyingParty, at: datetime, *,
        attempt_id: str | None = None, browser_hash: bytes | None = None,
    ) -> BegunLogin | None:  # fmt: skip
        """Begin a second proof by one of a person's passkeys; None where they have none for this relying party.

        Args:
            tx: the transaction.
            user_id: whose second proof it is; the first was right.
            application: where they sign in.
            party: the relying party of the host.
            at: when.
            attempt_id: the half-proven attempt, where there is one.
            browser_hash: the hash of the cookie of the browser that asks; None where it has none.
        """
        held = [one for one in await store.list_of(tx, user_id) if one.rp_id == party.id]
        if not held:
            return None
        bound = Bound(user_id, attempt_id, browser_hash)
        code, ceremony = await begin(tx, Purpose.FACTOR, application, party, bound, at)
        allowed = descriptors([(one.credential_id, one.transports) for one in held])
        return BegunLogin(code, request_options(party.id, ceremony.challenge, ceremony.user_verification, allowed))

    async def judge(
        self, tx: Tx, user_id: str, application: Application, party: RelyingParty, visitor: Visitor,
        unverified_code: str, unverified: UnverifiedAssertion, at: datetime, *, attempt_id: str | None = None,
    ) -> Proof | Refused:  # fmt: skip
        """Judge an assertion as a person's second proof; the caller hands what it returns to `login.confirm`.

        Args:
            tx: the transaction.
            user_id: whose second proof it must be.
            application: where they sign in.
            party: the relying party of the host.
            visitor: who sent it, and from where.
            unverified_code: the handle of the ceremony.
            unverified: what the browser sent.
            at: when.
            attempt_id: the half-proven attempt, as it was given to `begin`.
        """
        ceremony = await spend(tx, Purpose.FACTOR, application, visitor, unverified_code, at)
        if ceremony is None or ceremony.user_id != user_id or ceremony.attempt_id != attempt_id:
            return Refused(Refusal.CEREMONY_OVER)
        return await Judge(self.authenticators).judge(tx, ceremony, party, unverified, visitor, at)
