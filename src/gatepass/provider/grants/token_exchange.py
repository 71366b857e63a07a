"""A token is exchanged for one that says who acts for whom (RFC 8693)."""

from dataclasses import dataclass
from typing import Final

from gatepass.applications.model import GrantType
from gatepass.applications.queries import find_by_client_id
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.provider.grants import rules
from gatepass.provider.grants.model import TokenRequest
from gatepass.tokens.flows import ACCESS_TOKEN_TYPE, Tokens
from gatepass.tokens.model import Grant
from gatepass.tokens.queries import is_live

_ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - RFC 8693 §3


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """Grants no more than the token that is exchanged, for no longer, and without a refresh token."""

    database: Database
    tokens: Tokens
    key: GrantType = GrantType.TOKEN_EXCHANGE

    async def grant(self, request: TokenRequest) -> Grant:
        """Exchange a token of ours.

        Raises:
            Problem: it asks for something else than an access token (`invalid_request`), a token is worth nothing or
                another's (`invalid_grant`), or more is asked for than it holds (`invalid_scope`, `invalid_target`).
        """
        if not request.client.is_proven:
            raise rules.refused("unauthorized_client", "This grant is for clients that authenticate.")
        if request.parameters.get("requested_token_type") not in {None, _ACCESS_TOKEN}:
            raise rules.refused("invalid_request", "This server exchanges tokens for access tokens alone.")
        subject = await self._presented(request, "subject")
        has_actor = "actor_token" in request.parameters
        if not has_actor and "actor_token_type" in request.parameters:
            raise rules.refused("invalid_request", "Send actor_token_type beside an actor_token alone.")
        actor = await self._presented(request, "actor") if has_actor else None
        terms = rules.exchange_terms(request, subject, actor)
        grant = self.tokens.grant_exchanged(request.application, request.signer, request.at, terms, subject)

        async def body(tx: Tx) -> bool:
            for token in (subject, actor):
                if token is not None and not await _stands(tx, token):
                    return False
            await record(
                tx,
                EventKind.TOKENS_GRANTED,
                at=request.at,
                origin=request.origin,
                application_id=request.application.id,
                user_id=str(subject["sub"]) if "grant_id" in subject else None,
                data={"grant": self.key, "token_id": grant.claims["jti"]},
            )
            return True

        if not await self.database.transact(body):
            raise _worthless()
        return grant

    async def _presented(self, request: TokenRequest, role: str) -> rules.Claims:
        """Return the claims of a token that is presented, verified but not yet known to be live."""
        unverified_token = rules.needed(request.parameters, f"{role}_token")
        if rules.needed(request.parameters, f"{role}_token_type") != _ACCESS_TOKEN:
            raise rules.refused("invalid_request", "This server exchanges access tokens alone.")
        claims = await self.tokens.read(unverified_token, ACCESS_TOKEN_TYPE, request.at)
        if claims is None or not rules.may_present(request.application, claims):
            raise _worthless()
        return claims


async def _stands(tx: Tx, claims: rules.Claims) -> bool:
    """Tell whether nobody took a token back, nor switched off the application that holds it."""
    holder = await find_by_client_id(tx, str(claims["client_id"]))
    return holder is not None and holder.is_active and await is_live(tx, claims)


def _worthless() -> Problem:
    return rules.refused("invalid_grant", "A token is expired, revoked, or not one that the client may exchange.")
