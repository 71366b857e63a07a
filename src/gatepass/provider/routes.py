"""The provider's JSON face: refresh (hosted API, entry 20) and the published keys."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gatepass.gate.answers.envelopes import NestedEnvelope, nested_envelope
from gatepass.gate.answers.refusals import refresh_problem
from gatepass.gate.model import Call, Caller, Charge, Endpoint, Reply
from gatepass.protection.model import SignInLimits, network_key
from gatepass.provider.flows import ProviderFlows
from gatepass.tokens.model import Refused

_REFRESH = "/api/v1/accesstoken/refresh"
_KEYS_FOR_SECONDS = 300


class RefreshQuery(msgspec.Struct):
    """What refresh takes, in the query as documented or, better, in the body of a POST."""

    refresh_token: str
    client_id: str = ""


class KeySet(msgspec.Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517 §5)."""

    keys: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ProviderRoutes:
    """Parses, calls and renders."""

    flows: ProviderFlows
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        errors = ("invalid_refresh_token", "refresh_token_expired", "refresh_token_revoked", "refresh_token_reused")
        return [
            Endpoint(
                name="token_refresh",
                method="POST",
                paths=(_REFRESH,),
                handler=self.refresh_body,
                summary="Spend a refresh token for new tokens; the token stands in the body, where no log sees it.",
                caller=Caller.APPLICATION,
                body=RefreshQuery,
                answer=NestedEnvelope,
                charges=self._charges,
                errors=errors,
                tag="Tokens",
            ),
            Endpoint(
                name="token_refresh_documented",
                method="GET",
                paths=(_REFRESH,),
                handler=self.refresh_query,
                summary="Spend a refresh token for new tokens, in the documented form.",
                caller=Caller.APPLICATION,
                query=RefreshQuery,
                answer=NestedEnvelope,
                charges=self._charges,
                errors=errors,
                tag="Tokens",
            ),
            Endpoint(
                name="jwks",
                method="GET",
                paths=("/.well-known/jwks.json", "/oidc/.well-known/jwks.json"),
                handler=self.keys,
                summary="The public keys that verify our tokens.",
                answer=KeySet,
                is_cached=True,
                tag="Tokens",
            ),
        ]

    async def refresh_body(self, call: Call[None, RefreshQuery]) -> NestedEnvelope:
        """Answer a refresh whose token stands in the body."""
        return await self._refresh(call, call.body.refresh_token)

    async def refresh_query(self, call: Call[RefreshQuery, None]) -> NestedEnvelope:
        """Answer a refresh whose token stands in the query."""
        return await self._refresh(call, call.query.refresh_token)

    async def keys(self, call: Call[None, None]) -> Reply:  # noqa: ARG002 - every caller gets the same
        """Answer with the published keys."""
        body = await self.flows.tokens.cabinet.published()
        return Reply(body, headers=((b"cache-control", f"public, max-age={_KEYS_FOR_SECONDS}".encode()),))

    async def _refresh(
        self, call: Call[None, RefreshQuery] | Call[RefreshQuery, None], unverified_token: str
    ) -> NestedEnvelope:
        outcome = await self.flows.refresh(call.application, unverified_token, call.origin)
        if isinstance(outcome, Refused):
            raise refresh_problem(outcome.reason)
        return nested_envelope(outcome.user, outcome.tokens, self.flows.tokens.issuer)

    def _charges(self, call: Call[RefreshQuery, RefreshQuery]) -> Sequence[Charge]:
        return ((self.limits.refresh_per_network, network_key(call.network)),)
