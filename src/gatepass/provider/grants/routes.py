"""The token endpoint, under its documented spellings, all alike."""

from dataclasses import dataclass

import msgspec

from gatepass.gate.model import Call, Endpoint, Face, Reply, Security
from gatepass.gate.requests.parameters import BodyType
from gatepass.provider.clients.model import TOKEN_PATHS
from gatepass.provider.grants.model import TokenAnswer, TokenForm
from gatepass.provider.grants.pipeline import TokenPipeline

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class TokenRoutes:
    """Parses, calls and renders."""

    pipeline: TokenPipeline

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                name="token",
                method="POST",
                paths=TOKEN_PATHS,
                handler=self.token,
                summary="Exchange a code, a refresh token, a device code, a token or the client's own credentials.",
                body=TokenForm,
                answer=TokenAnswer,
                errors=(
                    *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope"),
                    *("unsupported_grant_type", "invalid_target", "invalid_dpop_proof", "use_dpop_nonce"),
                ),
                face=Face.OAUTH,
                tag="Tokens",
                takes_parameters=True,
                accepts=(BodyType.FORM, BodyType.JSON),
                security=Security.CLIENT,
            ),
        ]

    async def token(self, call: Call[None, None]) -> TokenAnswer | Reply:
        """Answer a token request; whose tokens are bound to a key is handed the nonce of the next proof."""
        answer, is_bound = await self.pipeline.exchange(call)
        return Reply(_encode(answer), headers=(self.pipeline.proofs.header(),)) if is_bound else answer
