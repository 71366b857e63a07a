"""The second step's JSON face (hosted API, entries 22 to 27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.gate.answers.envelopes import FlatEnvelope, flat_envelope
from gatepass.gate.answers.refusals import login_problem
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.model import Call, Caller, Charge, Endpoint, Handler, Reply, encode_answer
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.reading import malformed
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut
from gatepass.login.model import FactorNeeded, Refusal, Refused
from gatepass.mfa.bodies import (
    TYPES,
    AuthenticatorAnswer,
    ConfirmBody,
    EnrolAnswer,
    InitiateAnswer,
    InitiateBody,
    TokenAnswer,
    TokenBody,
    ValidateBody,
    authenticator_answer,
    channel_answer,
    kind_named,
    token_answer,
)
from gatepass.mfa.model import Answer, Visitor
from gatepass.mfa.stepping import MfaFlows, Where, by_token
from gatepass.mfa.vouching import vouch
from gatepass.protection.model import SignInLimits, network_key

_BASE: Final = "/api/v1/auth/mfa"
_NO_STORE: Final = ((b"cache-control", b"no-store"),)
_BROKEN: Final = ("invalid_mfa_token", "attempt_expired", "attempt_ended", "already_used")
_GUESSED: Final = (*_BROKEN, "wrong_factor", "too_many_wrong_codes", "too_many_guesses", "codes_closed")
_LONGEST_CODE: Final = 64
_CHANNELS: Final = (Kind.SMS, Kind.EMAIL)


@dataclass(frozen=True, slots=True)
class MfaRoutes:
    """Parses, calls and renders."""

    flows: MfaFlows
    browser: BrowserCookie
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            self._row("mfa_token", "POST", "token", self.token,
                "Open the second step of a person whom the application's server names; needs the client secret.",
                body=TokenBody, answer=TokenAnswer, errors=("client_secret_required", "unknown_user", "user_inactive"),
                may_be_missing=True),
            self._row("mfa_authenticators", "GET", "authenticators", self.authenticators,
                "List what the person of an MFA token can answer with.", answer=list[AuthenticatorAnswer],
                errors=_BROKEN),
            self._row("mfa_initiate", "POST", "initiate", self.initiate,
                "Ask a factor: send a code by SMS or e-mail, or begin with a passkey.", body=InitiateBody,
                answer=InitiateAnswer, errors=(*_BROKEN, "method_closed", "too_many_requests")),
            self._row("mfa_validate", "POST", "validate", self.validate,
                "Answer the second step; a right answer completes the sign-in and carries the tokens.",
                body=ValidateBody, answer=FlatEnvelope, errors=(*_GUESSED, "method_closed", "user_inactive")),
            self._row("mfa_enroll_totp", "POST", "enroll/totp", self.enrol,
                "Give a person who has no factor yet an authenticator app, where the sign-in asks for one.",
                answer=EnrolAnswer, errors=(*_BROKEN, "mfa_required", "too_many_authenticators")),
            self._row("mfa_enroll_totp_confirm", "POST", "enroll/totp/confirm", self.confirm,
                "Type the first code of the new app back; that completes the sign-in and carries the tokens.",
                body=ConfirmBody, answer=FlatEnvelope, errors=(*_GUESSED, "mfa_required", "user_inactive")),
        ]  # fmt: skip

    def _row(self, name: str, method: str, path: str, handler: Handler, summary: str, **declared: Any) -> Endpoint:
        return Endpoint(
            name, method, (f"{_BASE}/{path}",), handler, summary, caller=Caller.APPLICATION,
            charges=self._charges, tag="MFA", **declared,
        )  # fmt: skip

    async def token(self, call: Call[None, TokenBody]) -> Reply:
        """Answer `token`: a server says who it is, and what they hold says the rest."""
        if not call.is_confidential:
            sentence = "Call this from the application's server, with its secret in the header x-client-secret."
            raise Problem("client_secret_required", 401, sentence, number=1001)
        needed = await vouch(self.flows, call.application, call.body.identifier, call.origin)
        if isinstance(needed, Refused):
            raise login_problem(needed)
        seconds = int((needed.attempt.expires_at - needed.attempt.created_at).total_seconds())
        return Reply(encode_answer(token_answer(needed, seconds)), headers=_NO_STORE)

    async def authenticators(self, call: Call[None, None]) -> Reply:
        """Answer `authenticators` with what is on the person's list, and what a code can be sent to."""
        needed = await self._look(call)
        held = await self.flows.database.read(lambda tx: list_authenticators(tx, needed.user.id))
        listed = [authenticator_answer(one) for one in held if one.kind in needed.factors]
        known = {one.kind for one in held}
        listed += [channel_answer(one, needed) for one in _CHANNELS if one in needed.factors and one not in known]
        return Reply(encode_answer(listed), headers=_NO_STORE)

    async def initiate(self, call: Call[None, InitiateBody]) -> Reply:
        """Answer `initiate` with the handle of what was asked."""
        body = call.body
        channels = [body.oob_channels] if isinstance(body.oob_channels, str) else body.oob_channels
        kind = kind_named(body.authenticator_type, body.oob_channel or next(iter(channels), ""))
        if kind is None:
            raise malformed("Name authenticator_type otp, passkey or recovery-code, or oob_channels sms or email.")
        begun = await self.flows.begin(call.application, self._where(call), kind, self._visitor(call))
        if isinstance(begun, Refused):
            raise _problem(begun)
        is_sent = kind in _CHANNELS
        answer = InitiateAnswer(
            challenge_type=TYPES[kind],
            oob_code=begun.oob_code,
            oob_channel=kind.value if is_sent else "",
            binding_method="" if kind is Kind.PASSKEY else "prompt",
            target=begun.target,
            public_key=begun.options,
        )
        return Reply(encode_answer(answer), headers=_NO_STORE)

    async def validate(self, call: Call[None, ValidateBody]) -> Reply:
        """Answer `validate` with the tokens, or with how many tries are left."""
        body = call.body
        recovery = body.recovery_code or body.backup_code
        kind = Kind.BACKUP_CODE if recovery else None
        code = recovery or body.otp or body.binding_code
        assertion = msgspec.json.encode(body.passkey).decode() if body.passkey else ""
        if len(code) > _LONGEST_CODE or not (code or assertion):
            raise malformed("Send what the person answers: otp, recovery_code, or passkey with its oob_code.")
        answer = Answer(code, body.oob_code, assertion)
        outcome = await self.flows.redeem(
            call.application, self._where(call), kind, answer, self._visitor(call), _bearer(call)
        )
        return await self._signed_in(call, outcome)

    async def enrol(self, call: Call[None, None]) -> Reply:
        """Answer `enroll/totp` with the secret, for the one time that it is shown."""
        given = await self.flows.enrol(call.application, self._where(call), self._visitor(call))
        if isinstance(given, Refused):
            raise _problem(given)
        answer = EnrolAnswer(given.id, "otp", given.manual_key, given.uri)
        return Reply(encode_answer(answer), headers=_NO_STORE)

    async def confirm(self, call: Call[None, ConfirmBody]) -> Reply:
        """Answer `enroll/totp/confirm` with the tokens."""
        body = call.body
        outcome = await self.flows.redeem_enrolment(
            call.application, self._where(call), body.authenticator_id, body.otp, self._visitor(call), _bearer(call)
        )
        return await self._signed_in(call, outcome)

    async def _signed_in(self, call: Call[Any, Any], outcome: HandedOut | Refused) -> Reply:
        if isinstance(outcome, Refused):
            raise _problem(outcome)
        tokens = await self.flows.login.tokens.sign(outcome.grant)
        return Reply(encode_answer(flat_envelope(outcome.user, tokens, call.application.id)), headers=_NO_STORE)

    async def _look(self, call: Call[Any, Any]) -> FactorNeeded:
        needed = await self.flows.look(call.application, self._where(call))
        if isinstance(needed, Refused):
            raise _problem(needed)
        return needed

    def _where(self, call: Call[Any, Any]) -> Where:
        return by_token(_bearer(call), self.flows.clock)

    def _visitor(self, call: Call[Any, Any]) -> Visitor:
        host = call.headers.get(b"host", b"").decode("latin-1")
        return Visitor(call.origin, host, language_of_call(call.headers), self.browser.read_hash(call.headers))

    def _charges(self, call: Call[Any, Any]) -> Sequence[Charge]:
        return (
            (self.limits.verify_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )


def _bearer(call: Call[Any, Any]) -> str:
    scheme, _, value = call.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _problem(refused: Refused) -> Problem:
    if refused.reason is Refusal.UNKNOWN:
        sentence = "Send the mfa_token of this sign-in as a bearer; it is for one sign-in and one application."
        return Problem("invalid_mfa_token", 401, sentence, number=1003)
    return login_problem(refused)
