"""The code's JSON face: send, resend and verify (hosted API, entries 5 to 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gatepass.gate.answers.envelopes import FlatEnvelope, flat_envelope
from gatepass.gate.answers.refusals import factor_problem, login_problem
from gatepass.gate.model import Call, Caller, Charge, Endpoint
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.reading import malformed
from gatepass.kit.mail.addresses import parse_address
from gatepass.login.model import FactorNeeded, Refusal, Refused
from gatepass.methods.one_time_code.flows import METHOD, CodeFlows
from gatepass.methods.one_time_code.model import Asker
from gatepass.protection.model import SignInLimits, network_key

_BASES = ("/api/v1/auth/passwordless/magic-otp", "/api/v1/auth/passwordless/email-otp")


class CodeSendBody(msgspec.Struct):
    """What send takes."""

    email: str
    client_id: str = ""


class CodeSendAnswer(msgspec.Struct, frozen=True):
    """What send answers: the handle of the attempt."""

    state: str


class CodeResendBody(msgspec.Struct):
    """What resend takes."""

    state: str
    client_id: str = ""


class Repeated(msgspec.Struct, frozen=True):
    """An empty object."""


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
    allow_test_domains: bool

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [*self._sending(), self._verifying()]

    def _sending(self) -> list[Endpoint]:
        return [
            Endpoint(
                name="email_otp_send",
                method="POST",
                paths=_paths("send"),
                handler=self.send,
                summary="Mail a code that signs somebody in.",
                caller=Caller.APPLICATION,
                body=CodeSendBody,
                answer=CodeSendAnswer,
                charges=self._send_charges,
                errors=("invalid_email", "method_closed"),
            ),
            Endpoint(
                name="email_otp_resend",
                method="POST",
                paths=_paths("resend"),
                handler=self.resend,
                summary="Mail the code of a sign-in that is still open once more, or a new one in its place.",
                caller=Caller.APPLICATION,
                body=CodeResendBody,
                answer=Repeated,
                charges=self._resend_charges,
                errors=("invalid_state", "attempt_expired", "attempt_ended", "already_used", "method_closed"),
            ),
        ]

    def _verifying(self) -> Endpoint:
        return Endpoint(
            name="email_otp_verify",
            method="POST",
            paths=_paths("verify"),
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
                "mfa_required",
                "method_closed",
            ),
        )

    async def send(self, call: Call[None, CodeSendBody]) -> CodeSendAnswer:
        """Answer `send` with the handle of a new attempt."""
        _refuse_closed(call)
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        requested = await self.flows.request(call.application, address, _asker(call))
        return CodeSendAnswer(requested.state)

    async def resend(self, call: Call[None, CodeResendBody]) -> Repeated:
        """Answer `resend` with an empty object."""
        _refuse_closed(call)
        refused = await self.flows.resend(call.application, call.body.state, _asker(call), call.origin)
        if refused is not None:
            raise login_problem(refused)
        return Repeated()

    async def verify(self, call: Call[None, VerifyBody]) -> FlatEnvelope:
        """Answer `verify` with the tokens, or with how many tries are left."""
        digits = call.application.methods.email_code.digits
        if not self.flows.codes.is_code(call.body.otp, digits):
            raise malformed(f"A code has {digits} digits; look at the newest mail.")
        outcome = await self.flows.redeem(call.application, call.body.state, call.body.otp, call.origin)
        if isinstance(outcome, FactorNeeded):
            raise factor_problem(outcome)
        if isinstance(outcome, Refused):
            raise login_problem(outcome)
        tokens = await self.flows.login.tokens.sign(outcome.grant)
        return flat_envelope(outcome.user, tokens, call.application.id)

    def _send_charges(self, call: Call[None, CodeSendBody]) -> Sequence[Charge]:
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        return (
            (self.limits.send_per_address, address.key),
            (self.limits.send_per_network, network_key(call.network)),
            (self.limits.send_per_application, call.application.id),
        )

    def _resend_charges(self, call: Call[None, CodeResendBody]) -> Sequence[Charge]:
        return (
            (self.limits.send_per_network, network_key(call.network)),
            (self.limits.send_per_application, call.application.id),
        )

    def _charges(self, call: Call[None, VerifyBody]) -> Sequence[Charge]:
        return (
            (self.limits.verify_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )


def _paths(verb: str) -> tuple[str, ...]:
    """Return a call's documented path, and its siblings' spelling of it."""
    return tuple(f"{base}/{verb}" for base in (_BASES if verb == "send" else _BASES[::-1]))


def _refuse_closed(call: Call[Any, Any]) -> None:
    if METHOD not in call.application.methods.offered:
        raise login_problem(Refused(Refusal.METHOD_CLOSED))


def _asker(call: Call[Any, Any]) -> Asker:
    # Whoever types the code holds the state, so no cookie is given: a browser proves nothing more by it.
    host, origin = (call.headers.get(name, b"").decode("latin-1") for name in (b"host", b"origin"))
    return Asker(None, call.network, call.user_agent, host, origin, language_of_call(call.headers))
