"""The password's JSON face, in the manner of the other ways to sign in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from gatepass.gate.answers.envelopes import FlatEnvelope, flat_envelope
from gatepass.gate.answers.refusals import factor_problem, login_problem
from gatepass.gate.management.freshness import Freshness
from gatepass.gate.model import Call, Caller, Charge, Endpoint
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.reading import malformed
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut
from gatepass.login.model import FactorNeeded, Refused
from gatepass.methods.password.flows import Changes, Resets, SignIns
from gatepass.methods.password.flows.changing import stale
from gatepass.methods.password.messages import password_problem
from gatepass.methods.password.model import Asker
from gatepass.methods.password.rules import may_be_a_password
from gatepass.protection.model import SignInLimits, network_key
from gatepass.sessions.queries import find_live
from gatepass.users.queries import find_user

_BASE: Final = "/api/v1/auth/password"
_SIGN_IN_ERRORS: Final = ("sign_up_closed", "user_inactive", "mfa_required", "method_closed", "too_busy")
_NEW_ERRORS: Final = ("weak_password", "breached_password")
_CODE_ERRORS: Final = (
    "wrong_code", "too_many_wrong_codes", "too_many_guesses", "codes_closed", "invalid_state", "attempt_expired",
    "attempt_ended", "already_used",
)  # fmt: skip


class LoginBody(msgspec.Struct):
    """What a sign-in takes."""

    email: str
    password: str
    client_id: str = ""


class AddressBody(msgspec.Struct):
    """Whose password is to be set."""

    email: str
    client_id: str = ""


class CompleteBody(msgspec.Struct):
    """The code of the mail, and the password that is wanted."""

    state: str
    otp: str
    password: str
    client_id: str = ""


class ChangeBody(msgspec.Struct):
    """The present password, empty where there is none, and the one that is wanted."""

    password: str
    current_password: str = ""
    end_other_sessions: bool = True


class StateAnswer(msgspec.Struct, frozen=True):
    """The handle of a mail that was sent."""

    state: str


class Done(msgspec.Struct, frozen=True):
    """An empty object."""


@dataclass(frozen=True, slots=True)
class PasswordRoutes:
    """Parses, calls and renders."""

    sign_ins: SignIns
    resets: Resets
    changes: Changes
    limits: SignInLimits
    allow_test_domains: bool

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        by_application: dict[str, Any] = {"caller": Caller.APPLICATION}
        completing: dict[str, Any] = {
            "body": CompleteBody, "answer": FlatEnvelope, "charges": self._charges,
            "errors": (*_CODE_ERRORS, *_NEW_ERRORS, *_SIGN_IN_ERRORS), **by_application,
        }  # fmt: skip
        sending: dict[str, Any] = {
            "body": AddressBody, "answer": StateAnswer, "charges": self._send_charges,
            "errors": ("invalid_email", "method_closed"), **by_application,
        }  # fmt: skip
        return [
            Endpoint(
                "password_login", "POST", (f"{_BASE}/login",), self.log_in,
                "Sign in by a password and receive the tokens at once.", body=LoginBody, answer=FlatEnvelope,
                charges=self._charges, **by_application,
                errors=("wrong_password", "too_many_guesses", "passwords_closed", "invalid_email", *_SIGN_IN_ERRORS),
            ),
            Endpoint(
                "password_signup", "POST", (f"{_BASE}/signup",), self.request,
                "Mail the code with which somebody proves their address and sets their first password.", **sending,
            ),
            Endpoint(
                "password_signup_complete", "POST", (f"{_BASE}/signup/complete",), self.complete,
                "Set the first password by the code of the mail and receive the tokens at once.", **completing,
            ),
            Endpoint(
                "password_reset", "POST", (f"{_BASE}/reset",), self.request,
                "Mail a link and a code with which somebody sets a new password.", **sending,
            ),
            Endpoint(
                "password_reset_complete", "POST", (f"{_BASE}/reset/complete",), self.complete,
                "Set a new password by the code of the mail; every other session of the person ends.", **completing,
            ),
            self._changing(),
        ]  # fmt: skip

    def _changing(self) -> Endpoint:
        return Endpoint(
            "password_change", "POST", (f"{_BASE}/change",), self.change,
            "Change the password of the person whose token it is, or set their first.", caller=Caller.MEMBER,
            body=ChangeBody, answer=Done,
            errors=(
                "wrong_password", "too_many_guesses", "passwords_closed", "fresh_sign_in_needed",
                "acting_for_another", "method_closed", "too_busy", *_NEW_ERRORS,
            ),
        )  # fmt: skip

    async def log_in(self, call: Call[None, LoginBody]) -> FlatEnvelope:
        """Answer `login` with the tokens; an unknown address and a wrong password are one answer."""
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        _refuse_unreadable(call.body.password)
        outcome = await self.sign_ins.redeem(call.application, address, call.body.password, _asker(call))
        if isinstance(outcome, Refused):
            raise password_problem(outcome) or login_problem(outcome)
        return await self._answer(call, outcome)

    async def request(self, call: Call[None, AddressBody]) -> StateAnswer:
        """Answer `signup` and `reset` with the handle of an attempt, the same for known and unknown addresses."""
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        requested = await self.resets.request(call.application, address, _asker(call))
        if isinstance(requested, Refused):
            raise login_problem(requested)
        return StateAnswer(requested.state)

    async def complete(self, call: Call[None, CompleteBody]) -> FlatEnvelope:
        """Answer `signup/complete` and `reset/complete` with the tokens."""
        sent = call.body
        _refuse_unreadable(sent.password)
        outcome = await self.resets.complete(call.application, sent.state, sent.otp, sent.password, _asker(call))
        if isinstance(outcome, Refused):
            raise login_problem(outcome)
        return await self._answer(call, outcome)

    async def change(self, call: Call[None, ChangeBody]) -> Done:
        """Answer `change` with an empty object."""
        Freshness.refuse_acting(call.principal)
        _refuse_unreadable(call.body.password)
        principal, at = call.principal, self.changes.clock.now()
        database = self.changes.database
        session = await database.read(lambda tx: find_live(tx, principal.session_id, at))
        user = await database.read(lambda tx: find_user(tx, principal.user_id))
        if session is None or user is None:
            raise stale()
        refused = await self.changes.change(
            call.application, user, session, call.body.current_password, call.body.password, _asker(call),
            ends_others=call.body.end_other_sessions,
        )  # fmt: skip
        if refused is not None:
            raise password_problem(refused) or login_problem(refused)
        return Done()

    async def _answer(self, call: Call[Any, Any], outcome: HandedOut | FactorNeeded) -> FlatEnvelope:
        if isinstance(outcome, FactorNeeded):
            raise factor_problem(outcome)
        tokens = await self.sign_ins.login.tokens.sign(outcome.grant)
        return flat_envelope(outcome.user, tokens, call.application.id)

    def _charges(self, call: Call[None, Any]) -> Sequence[Charge]:
        return (
            (self.limits.verify_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )

    def _send_charges(self, call: Call[None, AddressBody]) -> Sequence[Charge]:
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        return (
            (self.limits.send_per_address, address.key),
            (self.limits.send_per_network, network_key(call.network)),
            (self.limits.send_per_application, call.application.id),
        )


def _asker(call: Call[Any, Any]) -> Asker:
    host = call.headers.get(b"host", b"").decode("latin-1")
    return Asker(call.origin, unverified_host=host, language=language_of_call(call.headers))


def _refuse_unreadable(unverified_password: str) -> None:
    """Refuse what can't be a password at all, before anything is charged.

    Raises:
        Problem: it is empty, far too long or no text (`malformed_request`, 400).
    """
    if not may_be_a_password(unverified_password):
        problem: Problem = malformed("A password has 1 to 256 characters.")
        raise problem
