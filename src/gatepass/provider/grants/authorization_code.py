"""An authorization code is spent for tokens (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3)."""

from dataclasses import dataclass

import msgspec

from gatepass.applications.model import GrantType
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.db import Database, Tx
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import CodeRefusal, Redeemed, Refused
from gatepass.provider.grants.model import TokenRequest
from gatepass.provider.grants.rules import code_problem, needed, refused
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Ask, Grant

_WIDER = "wider_audience"


@dataclass(frozen=True, slots=True)
class AuthorizationCodes:
    """Grants what a person allowed an application a moment ago."""

    database: Database
    tokens: Tokens
    authorization: AuthorizationFlows
    key: GrantType = GrantType.AUTHORIZATION_CODE

    async def grant(self, request: TokenRequest) -> Grant:
        """Spend a code; whoever presents it wrongly has spent it too.

        Raises:
            Problem: it is worth nothing, or not for this application, redirect URI, verifier or key (`invalid_grant`),
                or a resource is named that the person was not asked for (`invalid_target`).
        """
        unverified_code = needed(request.parameters, "code")

        async def body(tx: Tx) -> Grant | CodeRefusal | str:
            redeemed = await self.authorization.redeem_code(
                tx,
                unverified_code,
                request.application,
                unverified_redirect_uri=request.parameters.get("redirect_uri"),
                unverified_verifier=request.parameters.get("code_verifier"),
                key_thumbprint=request.key_thumbprint,
                at=request.at,
                origin=request.origin,
            )
            if isinstance(redeemed, Refused):
                return redeemed.reason
            granted_for = redeemed.code.terms.audiences
            if request.audiences is not None and granted_for and not set(request.audiences) <= set(granted_for):
                return _WIDER
            return await grant_redeemed(tx, self.tokens, self.authorization, request, redeemed)

        outcome = await self.database.transact(body)
        if isinstance(outcome, CodeRefusal):
            raise code_problem(outcome)
        if isinstance(outcome, str):
            raise refused("invalid_target", "Name only resources that the authorization request named.")
        return outcome


async def grant_redeemed(
    tx: Tx, tokens: Tokens, authorization: AuthorizationFlows, request: TokenRequest, redeemed: Redeemed
) -> Grant:
    """Grant the tokens that a code buys, in the transaction that spent it.

    Args:
        tx: that transaction.
        tokens: mints.
        authorization: is told what the code bought, so that a replay can take it back.
        request: who asks, with which key, and for which of the resources.
        redeemed: the code, its session and its person.
    """
    code, application = redeemed.code, request.application
    terms = msgspec.structs.replace(code.terms, key_thumbprint=request.key_thumbprint)
    grant = await tokens.grant(
        tx,
        redeemed.session,
        redeemed.user,
        application,
        request.signer,
        request.at,
        terms=terms,
        ask=Ask(audiences=request.audiences, key_thumbprint=request.key_thumbprint),
        nonce=code.nonce,
        has_refresh=GrantType.REFRESH_TOKEN in application.grants,
    )
    await authorization.note_family(tx, code.id, grant.family_id)
    await record(
        tx,
        EventKind.TOKENS_GRANTED,
        at=request.at,
        origin=redeemed.session.seen_from(request.origin),
        application_id=application.id,
        user_id=redeemed.user.id,
        data={"grant": GrantType.AUTHORIZATION_CODE, "family_id": grant.family_id},
    )
    return grant
