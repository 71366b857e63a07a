"""A refresh token is spent for its successor (RFC 6749 §6, RFC 9700 §4.14.2)."""

from dataclasses import dataclass

from gatepass.applications.model import Application, GrantType
from gatepass.kit.db import Database, Tx
from gatepass.provider.grants.model import TokenRequest
from gatepass.provider.grants.rules import needed, refresh_problem, refused
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Ask, Grant, Refreshed, Refused


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """Grants no more than was granted, to whom it was granted."""

    database: Database
    tokens: Tokens
    key: GrantType = GrantType.REFRESH_TOKEN

    async def grant(self, request: TokenRequest) -> Grant:
        """Spend a refresh token.

        Raises:
            Problem: it is worth nothing any more, or bound to no key where it must be (`invalid_grant`), or more
                is asked for than it was granted on (`invalid_scope`, `invalid_target`).
        """
        unverified_token = needed(request.parameters, "refresh_token")
        ask = Ask(request.scope, request.audiences, request.key_thumbprint)

        async def body(tx: Tx) -> Refreshed | Refused:
            if request.application.oauth.requires_dpop:
                await self._refuse_unbound(tx, unverified_token, request.application)
            return await self.tokens.rotate(
                tx, unverified_token, request.application, request.signer, request.at, request.origin, ask=ask
            )

        outcome = await self.database.transact(body)
        if isinstance(outcome, Refused):
            raise refresh_problem(outcome.reason)
        return outcome.grant

    async def _refuse_unbound(self, tx: Tx, unverified_token: str, application: Application) -> None:
        """Refuse what was granted before the application's tokens had to be bound to a key (RFC 9449 §5.2)."""
        token = await self.tokens.find_refresh_token(tx, unverified_token)
        if token is not None and token.application_id == application.id and not token.terms.key_thumbprint:
            raise refused("invalid_grant", "That refresh token is bound to no key, as it has to be now; sign in again.")
