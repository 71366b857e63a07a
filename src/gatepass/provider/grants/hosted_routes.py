"""The hosted API's face of the grants: refresh (entry 20) and the exchange of a code (entry 21)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gatepass.gate.answers.envelopes import NestedEnvelope, nested_envelope
from gatepass.gate.answers.refusals import refresh_problem
from gatepass.gate.model import Call, Caller, Charge, Endpoint
from gatepass.protection.model import SignInLimits, network_key
from gatepass.provider.grants.flows import GrantFlows
from gatepass.provider.grants.model import DocumentedCode, TokenAnswer
from gatepass.provider.grants.pipeline import token_answer
from gatepass.tokens.model import Refused

_REFRESH = "/api/v1/accesstoken/refresh"
_EXCHANGE = "/api/v1/sso/oauth/accesstoken"


class RefreshQuery(msgspec.Struct):
    """What refresh takes, in the query as documented or, better, in the body of a POST."""

    refresh_token: str
    client_id: str = ""


class ExchangeQuery(msgspec.Struct):
    """What the exchange takes: as documented, and beside it what proves the application."""

    code: str
    client_id: str = ""
    state: str = ""
    code_verifier: str = ""
    redirect_uri: str = ""


@dataclass(frozen=True, slots=True)
class HostedGrantRoutes:
    """Parses, calls and renders."""

    flows: GrantFlows
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        errors = (
            *("invalid_refresh_token", "refresh_token_expired", "refresh_token_revoked", "refresh_token_reused"),
            "client_secret_required",
        )
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
            *self._exchange_endpoints(),
        ]

    def _exchange_endpoints(self) -> list[Endpoint]:
        errors = ("invalid_grant", "proof_required", "client_secret_required", "unauthorized_client")
        return [
            Endpoint(
                name="code_exchange",
                method="POST",
                paths=(_EXCHANGE,),
                handler=self.exchange_body,
                summary="Spend an authorization code for tokens; the code stands in the body, where no log sees it.",
                caller=Caller.APPLICATION,
                body=ExchangeQuery,
                answer=TokenAnswer,
                charges=self._exchange_charges,
                errors=errors,
                tag="Tokens",
            ),
            Endpoint(
                name="code_exchange_documented",
                method="GET",
                paths=(_EXCHANGE,),
                handler=self.exchange_query,
                summary="Spend an authorization code for tokens, in the documented form.",
                caller=Caller.APPLICATION,
                query=ExchangeQuery,
                answer=TokenAnswer,
                charges=self._exchange_charges,
                errors=errors,
                tag="Tokens",
            ),
        ]

    async def exchange_body(self, call: Call[None, ExchangeQuery]) -> TokenAnswer:
        """Answer an exchange whose code stands in the body."""
        return await self._exchange(call, call.body)

    async def exchange_query(self, call: Call[ExchangeQuery, None]) -> TokenAnswer:
        """Answer an exchange whose code stands in the query."""
        return await self._exchange(call, call.query)

    async def _exchange(
        self, call: Call[None, ExchangeQuery] | Call[ExchangeQuery, None], given: ExchangeQuery
    ) -> TokenAnswer:
        presented = DocumentedCode(given.code, given.state, given.code_verifier, given.redirect_uri)
        grant = await self.flows.exchange(call.application, presented, call.origin, is_proven=call.is_confidential)
        return token_answer(await self.flows.tokens.sign(grant), grant, self.flows.clock.now())

    async def refresh_body(self, call: Call[None, RefreshQuery]) -> NestedEnvelope:
        """Answer a refresh whose token stands in the body."""
        return await self._refresh(call, call.body.refresh_token)

    async def refresh_query(self, call: Call[RefreshQuery, None]) -> NestedEnvelope:
        """Answer a refresh whose token stands in the query."""
        return await self._refresh(call, call.query.refresh_token)

    async def _refresh(
        self, call: Call[None, RefreshQuery] | Call[RefreshQuery, None], unverified_token: str
    ) -> NestedEnvelope:
        outcome = await self.flows.refresh(
            call.application, unverified_token, call.origin, is_proven=call.is_confidential
        )
        if isinstance(outcome, Refused):
            raise refresh_problem(outcome.reason)
        return nested_envelope(outcome.user, outcome.tokens, self.flows.tokens.issuer)

    def _charges(self, call: Call[RefreshQuery, RefreshQuery]) -> Sequence[Charge]:
        return ((self.limits.refresh_per_network, network_key(call.network)),)

    def _exchange_charges(self, call: Call[ExchangeQuery, ExchangeQuery]) -> Sequence[Charge]:
        return (
            (self.limits.token_per_network, network_key(call.network)),
            (self.limits.token_per_application, call.application.id),
        )
