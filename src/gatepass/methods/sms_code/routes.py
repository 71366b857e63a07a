"""The JSON face of codes by SMS: send, resend and verify (hosted API, entries 8 to 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gatepass.gate.answers.envelopes import FlatEnvelope, flat_envelope
from gatepass.gate.answers.refusals import factor_problem
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.model import Call, Caller, Charge, Endpoint, Reply, encode_answer
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.reading import malformed
from gatepass.kit.phones.numbers import parse_phone
from gatepass.login.model import FactorNeeded, Refused
from gatepass.methods.sms_code import rules
from gatepass.methods.sms_code.flows import SmsFlows
from gatepass.methods.sms_code.messages import problem_of, refused_problem
from gatepass.methods.sms_code.model import Declined, Visitor
from gatepass.protection.model import SignInLimits, network_key

_BASE = "/api/v1/auth/passwordless/phone-otp"
_GUARDED = (
    "method_closed",
    "sms_country_closed",
    "sms_range_closed",
    "sms_paused",
    "sms_provider_missing",
)


class SendPhoneBody(msgspec.Struct):
    """What send takes: a number in international form, under either of its documented names."""

    phone: str = ""
    phone_id: str = ""
    client_id: str = ""

    @property
    def unverified_number(self) -> str:
        """Return the number as it was sent."""
        return self.phone or self.phone_id


class SendPhoneAnswer(msgspec.Struct, frozen=True):
    """The handle of the attempt, under both of its documented names."""

    state: str
    state_id: str


class ResendPhoneBody(msgspec.Struct):
    """What resend takes."""

    state: str
    client_id: str = ""


class PhoneNothing(msgspec.Struct, frozen=True):
    """An empty object."""


class VerifyPhoneBody(msgspec.Struct):
    """What verify takes."""

    state: str
    otp: str
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class SmsRoutes:
    """Parses, calls and renders."""

    flows: SmsFlows
    browser: BrowserCookie
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                name="phone_otp_send",
                method="POST",
                paths=(f"{_BASE}/send",),
                handler=self.send,
                summary="Send a code by SMS that signs somebody in.",
                caller=Caller.APPLICATION,
                body=SendPhoneBody,
                answer=SendPhoneAnswer,
                charges=self._send_charges,
                errors=("invalid_phone", *_GUARDED),
            ),
            Endpoint(
                name="phone_otp_resend",
                method="POST",
                paths=(f"{_BASE}/resend",),
                handler=self.resend,
                summary="Send a new code by SMS for a sign-in that is still open.",
                caller=Caller.APPLICATION,
                body=ResendPhoneBody,
                answer=PhoneNothing,
                charges=self._resend_charges,
                errors=("invalid_state", "attempt_expired", "attempt_ended", "already_used", *_GUARDED),
            ),
            self._verifying(),
        ]

    def _verifying(self) -> Endpoint:
        return Endpoint(
            name="phone_otp_verify",
            method="POST",
            paths=(f"{_BASE}/verify",),
            handler=self.verify,
            summary="Verify the code of a message and receive the tokens at once.",
            caller=Caller.APPLICATION,
            body=VerifyPhoneBody,
            answer=FlatEnvelope,
            charges=self._verify_charges,
            errors=(
                "method_closed",
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
            ),
        )

    async def send(self, call: Call[None, SendPhoneBody]) -> Reply:
        """Answer `send` with the handle of a new attempt."""
        number = parse_phone(call.body.unverified_number)
        browser_hash, cookie = self.browser.give(call.headers)
        outcome = await self.flows.request(call.application, number, _visitor(call, browser_hash))
        if isinstance(outcome, Refused):
            raise refused_problem(outcome)
        if isinstance(outcome, Declined):
            raise problem_of(outcome)
        return Reply(encode_answer(SendPhoneAnswer(outcome.state, outcome.state)), headers=(cookie,))

    async def resend(self, call: Call[None, ResendPhoneBody]) -> PhoneNothing:
        """Answer `resend` with an empty object."""
        outcome = await self.flows.resend(call.application, call.body.state, _visitor(call, None))
        if isinstance(outcome, Refused):
            raise refused_problem(outcome)
        if isinstance(outcome, Declined):
            raise problem_of(outcome)
        return PhoneNothing()

    async def verify(self, call: Call[None, VerifyPhoneBody]) -> FlatEnvelope:
        """Answer `verify` with the tokens, or with how many tries are left."""
        if not rules.is_code(rules.normalize(call.body.otp)):
            raise malformed("A code has four to eight digits; look at the newest message.")
        outcome = await self.flows.redeem(call.application, call.body.state, call.body.otp, call.origin)
        if isinstance(outcome, FactorNeeded):
            raise factor_problem(outcome)
        if isinstance(outcome, Refused):
            raise refused_problem(outcome)
        tokens = await self.flows.login.tokens.sign(outcome.grant)
        return flat_envelope(outcome.user, tokens, call.application.id)

    def _send_charges(self, call: Call[None, SendPhoneBody]) -> Sequence[Charge]:
        number = parse_phone(call.body.unverified_number)
        return ((self.limits.send_per_address, number), *self._resend_charges(call))

    def _resend_charges(self, call: Call[None, Any]) -> Sequence[Charge]:
        return (
            (self.limits.send_per_network, network_key(call.network)),
            (self.limits.send_per_application, call.application.id),
        )

    def _verify_charges(self, call: Call[None, VerifyPhoneBody]) -> Sequence[Charge]:
        return (
            (self.limits.verify_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )


def _visitor(call: Call[Any, Any], browser_hash: bytes | None) -> Visitor:
    """Return who asks; where a page of the application does, the code is typed there (its origin has been checked)."""
    unverified_origin = call.headers.get(b"origin", b"").decode("latin-1")
    is_own = unverified_origin in call.application.allowed_origins
    host = urlsplit(unverified_origin).hostname or "" if is_own else ""
    return Visitor(browser_hash, call.network, call.user_agent, host, language_of_call(call.headers))
