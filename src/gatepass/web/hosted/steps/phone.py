"""Signing in by phone: the page that asks for the number, and the one on which the code of the message is typed."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.gate.phases import charge
from gatepass.kit.phones.numbers import parse_phone
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt, Refusal, Refused, Standing
from gatepass.methods.sms_code.flows import METHOD, SmsFlows, problem_of
from gatepass.methods.sms_code.model import Declined, Visitor
from gatepass.protection.flows import Limiter
from gatepass.protection.model import SignInLimits, network_key
from gatepass.web.hosted import model
from gatepass.web.hosted.stage import Scene, Stage

_RESEND_AFTER = timedelta(seconds=30)
_SERVER_FAULT = 500
_STATES = {Standing.ENDED: "ended", Standing.EXPIRED: "expired"}
_OVER = {Refusal.ENDED: "ended", Refusal.EXHAUSTED: "ended", Refusal.UNKNOWN: "expired", Refusal.EXPIRED: "expired"}
_CLOSED = {Refusal.TOO_MANY_GUESSES: 429, Refusal.CODES_CLOSED: 403}


@dataclass(frozen=True, slots=True)
class PhonePages:
    """Asks for a number, sends the code, judges it, and sends it anew."""

    stage: Stage
    sms: SmsFlows
    limiter: Limiter
    limits: SignInLimits

    def routes(self) -> list[Route]:
        """Return these pages."""
        return [
            Route(model.PHONE, self.show, methods=["GET"]),
            Route(model.PHONE, self.send, methods=["POST"]),
            Route(model.PHONE_CODE, self.wait, methods=["GET"]),
            Route(model.PHONE_CODE, self.prove, methods=["POST"]),
            Route(model.PHONE_RESEND, self.resend, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Ask for the number."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        if scene.waiting.step is None or not self._is_offered(scene):
            return see(scene.address(model.SIGN_IN))
        attempt = await self.stage.attempt(scene)
        return self._ask(scene, attempt.address if attempt is not None and attempt.method == METHOD else "")

    async def send(self, request: Request) -> Response:
        """Send a code to the number, and go on to the page where it is typed."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        if not self._is_offered(scene):
            return see(scene.address(model.SIGN_IN))
        typed = form.get("phone", "").strip()
        try:
            # Abroad many dial two zeros for what is written as a plus sign.
            number = parse_phone(f"+{typed[2:]}" if typed.startswith("00") else typed)
            self._charge(scene, "sign_in_phone", number)
            outcome = await self.sms.request(scene.application, number, _visitor(scene))
        except Problem as problem:
            if problem.status >= _SERVER_FAULT:
                raise
            return self._ask(scene, typed, problem)
        if isinstance(outcome, Declined):
            return self._ask(scene, typed, problem_of(outcome))
        if isinstance(outcome, Refused):
            return see(scene.address(model.SIGN_IN))
        noted = await self.stage.flows.note_attempt(scene.handle, scene.browser, outcome.attempt_id)
        return see(scene.address(model.PHONE_CODE)) if noted else self.stage.lost(scene.visit)

    async def wait(self, request: Request) -> Response:
        """Show where the message went and the field for its code."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        attempt = await self._attempt(scene)
        if isinstance(attempt, Response):
            return attempt
        return self._render(scene, attempt, resent="resent" in request.query_params)

    async def prove(self, request: Request) -> Response:
        """Judge the code; the right one goes on."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        attempt = await self._attempt(scene)
        if isinstance(attempt, Response):
            return attempt
        try:
            charges = (
                (self.limits.verify_per_network, network_key(scene.visit.origin.network)),
                (self.limits.check_per_application, scene.application.id),
            )
            charge(self.limiter, charges, "sign_in_phone_code")
        except Problem as problem:
            return self.stage.problem(scene, problem, scene.address(model.PHONE_CODE))
        outcome = await self.sms.prove(scene.application, attempt.id, form.get("code", ""), scene.visit.origin)
        if isinstance(outcome, Refused):
            return self._refuse(scene, attempt, outcome)
        return see(scene.address(model.CONTINUE))

    async def resend(self, request: Request) -> Response:
        """Send a new code, where the last one was sent a while ago."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, _ = entered
        attempt = await self._attempt(scene)
        if isinstance(attempt, Response):
            return attempt
        if self._seconds_to_resend(scene, attempt):
            return see(scene.address(model.PHONE_CODE))
        try:
            self._charge(scene, "sign_in_phone_resend")
            outcome = await self.sms.resend_for(scene.application, attempt.id, _visitor(scene))
        except Problem as problem:
            return self.stage.problem(scene, problem, scene.address(model.PHONE_CODE))
        if isinstance(outcome, Declined):
            return self.stage.problem(scene, problem_of(outcome), scene.address(model.PHONE_CODE))
        return see(scene.address(model.PHONE_CODE, **({} if outcome else {"resent": "1"})))

    def _is_offered(self, scene: Scene) -> bool:
        return METHOD in scene.application.methods.offered and self.sms.is_ready_for(None)

    async def _attempt(self, scene: Scene) -> Attempt | Response:
        """Return the attempt that waits for a code, or has stopped waiting; else the way to the page that fits."""
        attempt = await self.stage.attempt(scene)
        if attempt is None or attempt.application_id != scene.application.id or attempt.method != METHOD:
            return see(scene.address(model.SIGN_IN if scene.waiting.step is not None else model.CONTINUE))
        if attempt.standing(self.stage.clock.now()) in {Standing.VERIFIED, Standing.HANDED_OUT, Standing.NEEDS_FACTOR}:
            return see(scene.address(model.CONTINUE))
        return attempt

    def _charge(self, scene: Scene, name: str, number: str = "") -> None:
        charges = [
            (self.limits.send_per_network, network_key(scene.visit.origin.network)),
            (self.limits.send_per_application, scene.application.id),
        ]
        charge(self.limiter, [*charges, *([(self.limits.send_per_address, number)] if number else [])], name)

    def _refuse(self, scene: Scene, attempt: Attempt, refused: Refused) -> Response:
        if refused.reason in _CLOSED:
            return self._render(scene, attempt, "too_many", status=_CLOSED[refused.reason])
        if refused.reason in _OVER:
            return self._render(scene, attempt, _OVER[refused.reason], status=400)
        if refused.reason is Refusal.WRONG_CODE:
            sentence = N_("That is not the code. Look at the newest message.")
            return self._render(scene, attempt, error=sentence, tries_left=refused.tries_left, status=400)
        if refused.reason in {Refusal.SIGN_UP_CLOSED, Refusal.USER_INACTIVE}:
            return self._render(scene, attempt, "closed", status=403)
        return see(scene.address(model.CONTINUE))

    def _ask(self, scene: Scene, typed: str, problem: Problem | None = None) -> Response:
        wait = {"retry-after": str(problem.retry_after)} if problem and problem.retry_after is not None else None
        return self.stage.show(
            scene,
            "hosted/phone.html",
            status=problem.status if problem else 200,
            headers=wait,
            action=model.PHONE,
            phone=typed,
            error=problem.title if problem else None,
            other_url=scene.address(model.SIGN_IN, another="1"),
        )

    def _render(self, scene: Scene, attempt: Attempt, state: str = "", *, status: int = 200, **said: Any) -> Response:
        return self.stage.show(
            scene,
            "hosted/phone_code.html",
            status=status,
            state=state or _STATES.get(attempt.standing(self.stage.clock.now()), "pending"),
            address=attempt.address,
            digits=scene.application.methods.sms.digits,
            change_url=scene.address(model.PHONE),
            other_url=scene.address(model.SIGN_IN, another="1"),
            action=model.PHONE_CODE,
            resend_action=model.PHONE_RESEND,
            resend_in=self._seconds_to_resend(scene, attempt),
            **said,
        )

    def _seconds_to_resend(self, scene: Scene, attempt: Attempt) -> int:
        """Return the seconds until a code may be sent anew; each message moves the end of its attempt."""
        sent_at = attempt.expires_at - scene.application.methods.sms.lifetime
        left = (sent_at + _RESEND_AFTER - self.stage.clock.now()).total_seconds()
        return max(0, min(math.ceil(left), _RESEND_AFTER.seconds))


def _visitor(scene: Scene) -> Visitor:
    visit = scene.visit
    # The host that the browser was let in on is one of ours or an application's own; without its port.
    host = visit.host.rpartition(":")[0] if visit.host.rpartition(":")[2].isdigit() else visit.host
    return Visitor(visit.browser_hash, visit.origin.network, visit.origin.user_agent, host, scene.language.tag)
