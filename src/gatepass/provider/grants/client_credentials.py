"""An application asks for a token for itself (RFC 6749 §4.4)."""

from dataclasses import dataclass

from gatepass.applications.model import GrantType
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.db import Database, Tx
from gatepass.provider.grants.model import TokenRequest
from gatepass.provider.grants.rules import allowed_scope, refused
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Grant, Terms


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Grants what an application's own policy allows; whoever asks for no scope is given none."""

    database: Database
    tokens: Tokens
    key: GrantType = GrantType.CLIENT_CREDENTIALS

    async def grant(self, request: TokenRequest) -> Grant:
        """Grant an application a token for itself.

        Raises:
            Problem: it proved nothing (`unauthorized_client`), or asks for more than it may (`invalid_scope`).
        """
        application = request.application
        if not request.client.is_proven:
            raise refused("unauthorized_client", "This grant is for clients that authenticate.")
        scope = allowed_scope(request.scope, application.oauth.scopes)
        terms = Terms(scope=scope, audiences=request.audiences or (), key_thumbprint=request.key_thumbprint)
        grant = self.tokens.grant_own(application, request.signer, request.at, terms)

        async def body(tx: Tx) -> None:
            await record(
                tx,
                EventKind.TOKENS_GRANTED,
                at=request.at,
                origin=request.origin,
                application_id=application.id,
                data={"grant": self.key, "token_id": grant.claims["jti"]},
            )

        await self.database.transact(body)
        return grant
