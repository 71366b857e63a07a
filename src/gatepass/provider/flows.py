"""How an application exchanges what it holds for tokens."""

from dataclasses import dataclass

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Refreshed, Refused, TokenSet
from gatepass.users.model import User


@dataclass(frozen=True, slots=True)
class Renewed:
    """New tokens, and whose they are."""

    user: User
    tokens: TokenSet


@dataclass(frozen=True, slots=True)
class ProviderFlows:
    """What an application can do with the tokens that it holds."""

    database: Database
    clock: Clock
    tokens: Tokens

    async def refresh(self, application: Application, unverified_token: str, origin: Origin) -> Renewed | Refused:
        """Spend a refresh token for new tokens (RFC 6749 §6, RFC 9700 §4.14.2)."""
        signer = await self.tokens.signer_for(application)
        at = self.clock.now()

        async def body(tx: Tx) -> Refreshed | Refused:
            return await self.tokens.rotate(tx, unverified_token, application, signer, at, origin)

        outcome = await self.database.transact(body)
        if isinstance(outcome, Refused):
            return outcome
        return Renewed(outcome.user, await self.tokens.sign(outcome.grant))
