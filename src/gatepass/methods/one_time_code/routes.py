"""The code's JSON face (hosted API, entry 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gatepass.gate.answers.envelopes import FlatEnvelope, flat_envelope
from gatepass.gate.answers.refusals import login_problem
from gatepass.gate.model import Call, Caller, Charge, Endpoint
from gatepass.gate.reading import malformed
from gatepass.login.model import Refused
from gatepass.methods.one_time_code import rules
from gatepass.methods.one_time_code.flows import CodeFlows
from gatepass.protection.model import SignInLimits, network_key

_BASE = "/api/v1/auth/passwordless"


class VerifyBody(msgspec.Struct):
    """What verify takes."""

    state: str
    otp: str
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class CodeRoutes:
    """Parses, calls and renders."""

    flows: CodeFlows
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                name="email_otp_verify",
                method="POST",
                paths=(f"{_BASE}/email-otp/verify", f"{_BASE}/magic-otp/verify"),
                handler=self.verify,
                summary="Verify the code of a mail and receive the tokens at once.",
                caller=Caller.APPLICATION,
                body=VerifyBody,
                answer=FlatEnvelope,
                charges=self._charges,
                errors=(
                    "wrong_code",
                    "too_many_wrong_codes",
                    "too_many_guesses",
                    "codes_closed",
                    "invalid_state",
                    "attempt_expired",
                    "attempt_ended",
                    "already_used",
                    "sign_up_closed",
                    "user_inactive",
                ),
            )
        ]

    async def verify(self, call: Call[None, VerifyBody]) -> FlatEnvelope:
        """Answer `verify` with the tokens, or with how many tries are left."""
        if not rules.is_code(rules.normalize(call.body.otp)):
            raise malformed("A code has six digits; look at the newest mail.")
        outcome = await self.flows.redeem(call.application, call.body.state, call.body.otp, call.origin)
        if isinstance(outcome, Refused):
            raise login_problem(outcome)
        tokens = await self.flows.login.tokens.sign(outcome.grant)
        return flat_envelope(outcome.user, tokens, call.application.id)

    def _charges(self, call: Call[None, VerifyBody]) -> Sequence[Charge]:
        return (
            (self.limits.verify_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )
