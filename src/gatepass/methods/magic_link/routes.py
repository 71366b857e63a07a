"""The magic link's JSON face: send, resend, verify and status (hosted API, entries 1 to 4)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gatepass.gate.answers.envelopes import NestedEnvelope, nested_envelope
from gatepass.gate.answers.faces import render
from gatepass.gate.answers.refusals import factor_problem, login_problem
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.model import Call, Caller, Charge, Endpoint, EventStream, Face, Reply, encode_answer
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut
from gatepass.login.model import FactorNeeded, Refusal, Refused
from gatepass.methods.magic_link.flows import METHOD, MagicLinkFlows
from gatepass.methods.magic_link.messages import VERIFY_PATH, view_of
from gatepass.methods.magic_link.model import Gesture, UnverifiedLink, Visitor
from gatepass.methods.magic_link.waiting import Pending, Status, Told, Waiting
from gatepass.protection.flows import Occupancy
from gatepass.protection.model import Place, SignInLimits, network_key

_BASE = "/api/v1/auth/passwordless/magic-link"
_LONGEST_WAIT = 25.0
# Half of the connections that a process takes by default, so that those who wait never shut the others out.
_WAITING_PER_PROCESS = 8000
_WAITING_PER_NETWORK = 200
_WAITING_PER_ATTEMPT = 4


class SendBody(msgspec.Struct):
    """What send takes; `match` asks for a number to show on the waiting screen."""

    email: str
    match: bool = False
    client_id: str = ""


class SendAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What send answers: the handle of the attempt, and the number to show where one was asked for."""

    state: str
    match: str | None = None


class ResendBody(msgspec.Struct):
    """What resend takes."""

    state: str
    client_id: str = ""


class Nothing(msgspec.Struct, frozen=True):
    """An empty object."""


class VerifyQuery(msgspec.Struct):
    """What verify takes."""

    state: str
    magictext: str


class StatusQuery(msgspec.Struct):
    """What status takes; `wait` is how many seconds the answer may be held back until something changes, up to 25."""

    state: str
    wait: float = 0.0


class EventsQuery(msgspec.Struct):
    """What the stream of status events takes."""

    state: str


@dataclass(frozen=True, slots=True)
class MagicLinkRoutes:
    """Parses, calls and renders."""

    flows: MagicLinkFlows
    waiting: Waiting
    browser: BrowserCookie
    pages: PageRenderer
    limits: SignInLimits
    allow_test_domains: bool
    occupancy: Occupancy

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                name="magic_link_send",
                method="POST",
                paths=(f"{_BASE}/send", "/api/passwordless/magic-auth/link/send"),
                handler=self.send,
                summary="Mail a link and a code that sign somebody in.",
                caller=Caller.APPLICATION,
                body=SendBody,
                answer=SendAnswer,
                charges=self._send_charges,
                errors=("invalid_email", "method_closed"),
            ),
            Endpoint(
                name="magic_link_resend",
                method="POST",
                paths=(f"{_BASE}/resend",),
                handler=self.resend,
                summary="Mail a new link and a new code for a sign-in that is still open.",
                caller=Caller.APPLICATION,
                body=ResendBody,
                answer=Nothing,
                charges=self._resend_charges,
                errors=("invalid_state", "attempt_expired", "attempt_ended", "already_used", "method_closed"),
            ),
            self._verifying(),
            *self._waiting(),
        ]

    def _verifying(self) -> Endpoint:
        return Endpoint(
            name="magic_link_verify",
            method="GET",
            paths=(VERIFY_PATH,),
            handler=self.verify,
            summary="Verify a link at once, for clients that make this call themselves.",
            caller=Caller.APPLICATION,
            query=VerifyQuery,
            answer="text/html",
            charges=self._verify_charges,
            errors=(
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

    def _waiting(self) -> list[Endpoint]:
        return [
            Endpoint(
                name="magic_link_status",
                method="GET",
                paths=(f"{_BASE}/status",),
                handler=self.status,
                summary="Ask whether the link was verified; the first answer after that carries the tokens.",
                caller=Caller.APPLICATION,
                query=StatusQuery,
                answer=NestedEnvelope,
                charges=self._status_charges,
                errors=("invalid_state", "attempt_expired", "attempt_ended", "mfa_required"),
            ),
            Endpoint(
                name="magic_link_status_events",
                method="GET",
                paths=(f"{_BASE}/status/events",),
                handler=self.events,
                summary="Follow a sign-in by Server-Sent Events, as a waiting page does.",
                caller=Caller.APPLICATION,
                query=EventsQuery,
                answer="text/event-stream",
                charges=self._status_charges,
            ),
        ]

    async def send(self, call: Call[None, SendBody]) -> Reply:
        """Answer `send` with the handle of a new attempt."""
        _refuse_closed(call)
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        browser_hash, cookie = self.browser.give(call.headers)
        visitor = Visitor(browser_hash, call.network, call.user_agent, _host(call), language_of_call(call.headers))
        requested = await self.flows.request(call.application, address, visitor, wants_match=call.body.match)
        match = str(requested.match_number) if requested.match_number is not None else None
        return Reply(encode_answer(SendAnswer(requested.state, match)), headers=(cookie,))

    async def resend(self, call: Call[None, ResendBody]) -> Nothing:
        """Answer `resend` with an empty object."""
        _refuse_closed(call)
        refused = await self.flows.resend(
            call.application, call.body.state, call.origin, _host(call), language_of_call(call.headers)
        )
        if refused is not None:
            raise login_problem(refused)
        return Nothing()

    async def verify(self, call: Call[VerifyQuery, None]) -> Reply:
        """Answer `verify` with the documented page."""
        visitor = Visitor(self.browser.read_hash(call.headers), call.network, call.user_agent)
        unverified = UnverifiedLink(call.query.state, call.query.magictext)
        outcome = await self.flows.redeem(call.application, unverified, visitor, Gesture(is_documented_call=True))
        if isinstance(outcome, Refused) and b"text/html" in call.headers.get(b"accept", b""):
            view, status = view_of(outcome.reason)
            shown = self.pages.application(call.application)
            page = self.pages.render("magic_link/landing.html", view=view, app=shown)
            return Reply(page, status, b"text/html; charset=utf-8")
        if isinstance(outcome, Refused):
            raise login_problem(outcome)
        page = self.pages.render_for("magic_link/verified.html", call.application)
        return Reply(page, media_type=b"text/html; charset=utf-8")

    async def status(self, call: Call[StatusQuery, None]) -> NestedEnvelope:
        """Answer `status`, at once or when something changes."""
        seconds = min(call.query.wait, _LONGEST_WAIT)
        if seconds > 0:
            with self.occupancy.hold(self._places(call.query.state, call.network)):
                status = await self.waiting.wait(call.application, call.query.state, seconds, call.watch())
        else:
            status = await self.waiting.ask(call.application, call.query.state)
        return await self._envelope(status)

    async def events(self, call: Call[EventsQuery, None]) -> EventStream:
        """Answer with a stream of status events that ends with the outcome."""
        return EventStream(self._events(call))

    async def _events(self, call: Call[EventsQuery, None]) -> AsyncIterator[bytes]:
        try:
            with self.occupancy.hold(self._places(call.query.state, call.network)):
                async for status in self.waiting.follow(call.application, call.query.state, call.watch()):
                    yield b"event: status\ndata: " + encode_answer(await self._envelope(status)) + b"\n\n"
        except Problem as problem:
            yield b"event: problem\ndata: " + render(problem, Face.HOSTED, call.trace_id).body + b"\n\n"

    def _places(self, unverified_state: str, network: str) -> Sequence[Place]:
        return (
            (f"attempt:{unverified_state}", _WAITING_PER_ATTEMPT),
            (f"network:{network_key(network)}", _WAITING_PER_NETWORK),
            ("process", _WAITING_PER_PROCESS),
        )

    async def _envelope(self, status: Status) -> NestedEnvelope:
        match status:
            case Refused():
                raise login_problem(status)
            case FactorNeeded():
                raise factor_problem(status)
            case HandedOut():
                tokens = await self.waiting.login.tokens.sign(status.grant)
                return nested_envelope(status.user, tokens, self.waiting.login.tokens.issuer)
            case Pending():
                return NestedEnvelope(authenticated=False)
            case Told():
                return NestedEnvelope(authenticated=True)

    def _send_charges(self, call: Call[None, SendBody]) -> Sequence[Charge]:
        address = parse_address(call.body.email, allow_test_domains=self.allow_test_domains)
        return (
            (self.limits.send_per_address, address.key),
            (self.limits.send_per_network, network_key(call.network)),
            (self.limits.send_per_application, call.application.id),
        )

    def _resend_charges(self, call: Call[None, ResendBody]) -> Sequence[Charge]:
        return (
            (self.limits.send_per_network, network_key(call.network)),
            (self.limits.send_per_application, call.application.id),
        )

    def _verify_charges(self, call: Call[VerifyQuery, None]) -> Sequence[Charge]:
        return (
            (self.limits.verify_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )

    def _status_charges(self, call: Call[StatusQuery, None]) -> Sequence[Charge]:
        return (
            (self.limits.status_per_attempt, call.query.state),
            (self.limits.status_per_network, network_key(call.network)),
            (self.limits.check_per_application, call.application.id),
        )


def _refuse_closed(call: Call[Any, Any]) -> None:
    if METHOD not in call.application.methods.offered:
        raise login_problem(Refused(Refusal.METHOD_CLOSED))


def _host(call: Call[Any, Any]) -> str:
    return call.headers.get(b"host", b"").decode("latin-1")
