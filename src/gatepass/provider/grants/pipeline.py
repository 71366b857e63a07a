"""The way of every token request, whatever it brings: client, grant, key, scope, audience; then one file a grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import GrantType
from gatepass.gate.model import Call
from gatepass.protocols.oauth2.dpop import Proof
from gatepass.protocols.oauth2.scopes import join
from gatepass.provider.clients.flows import Clients, Proofs
from gatepass.provider.clients.model import TOKEN_PATHS, Authenticated
from gatepass.provider.grants.model import GrantHandler, TokenAnswer, TokenRequest
from gatepass.provider.grants.rules import needed, read_audiences, read_scope, refused
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Grant, TokenSet

_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - RFC 8693 §3
_NAME = "token"


@dataclass(frozen=True, slots=True)
class TokenPipeline:
    """Answers token requests.

    Args:
        clients: finds out who asks.
        proofs: judges the key that tokens are to be bound to.
        tokens: signs.
        handlers: the grants by their `grant_type`.
    """

    clients: Clients
    proofs: Proofs
    tokens: Tokens
    handlers: Mapping[str, GrantHandler]

    async def exchange(self, call: Call[None, None]) -> tuple[TokenAnswer, bool]:
        """Exchange what a request brings for tokens; the answer, and whether they are bound to a key.

        Raises:
            Problem: it is refused, with the error of the standard.
        """
        handler = self.handlers.get(needed(call.parameters, "grant_type"))
        if handler is None:
            raise refused("unsupported_grant_type", "That grant_type is not known here; the metadata lists them.")
        # Before the client, so that asking for a nonce does not spend an assertion that is good once.
        proof = self.proofs.judge_grant(call, self.clients.addresses.all_of(TOKEN_PATHS))
        client = await self.clients.authenticate(call)
        self.clients.bounds.charge_call(call, client.application, _NAME, is_proven=client.is_proven)
        request = await self._judged(call, client, handler.key, proof)
        grant = await handler.grant(request)
        kind = _ACCESS_TOKEN if handler.key is GrantType.TOKEN_EXCHANGE else ""
        answer = token_answer(await self.tokens.sign(grant), grant, request.at, kind)
        return answer, bool(grant.terms.key_thumbprint)

    async def _judged(
        self, call: Call[None, None], client: Authenticated, key: GrantType, proof: Proof | None
    ) -> TokenRequest:
        application = client.application
        if key not in application.grants:
            raise refused("unauthorized_client", "The client may not use that grant.")
        if application.oauth.requires_dpop and proof is None:
            raise refused("invalid_dpop_proof", "The client's tokens are bound to a key; send a DPoP proof.")
        scope, audiences = read_scope(call.parameters), read_audiences(call.parameters, application)
        if proof is not None:
            await self.proofs.spend(proof)
        return TokenRequest(
            client,
            call.parameters,
            scope,
            audiences,
            proof.thumbprint if proof is not None else "",
            await self.tokens.signer_for(application),
            self.clients.clock.now(),
            call.origin,
        )


def token_answer(tokens: TokenSet, grant: Grant, at: datetime, issued_token_type: str = "") -> TokenAnswer:
    """Return the answer that hands signed tokens out.

    Args:
        tokens: the signed tokens.
        grant: what was granted.
        at: the time.
        issued_token_type: what the access token is called where one was exchanged (RFC 8693 §2.2.1).
    """
    # Within the grace window a grant is answered again, some seconds older than it was.
    seconds = max(0, int(grant.claims["exp"]) - int(at.timestamp()))
    scope = join(tokens.scope)
    return TokenAnswer(
        tokens.access_token, tokens.token_type, seconds, tokens.refresh_token, scope, tokens.id_token, issued_token_type
    )
