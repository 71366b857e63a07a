"""The waiting page: a mail is on its way, and the person opens its link, where it has one, or types its code."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepass.gate.answers.refusals import login_problem
from gatepass.gate.model import Charge
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.gate.phases import charge
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt, Refusal, Refused, Standing
from gatepass.methods.one_time_code.flows import METHOD as BY_CODE
from gatepass.protection.flows import Limiter
from gatepass.protection.model import SignInLimits, network_key
from gatepass.web.hosted import model
from gatepass.web.hosted.stage import Scene, Stage
from gatepass.web.hosted.steps.mails import SignInMails

RESEND_AFTER = timedelta(seconds=30)
_SECONDS_BETWEEN_LOOKS = 5
_STATES = {Standing.ENDED: "ended", Standing.EXPIRED: "expired"}
_CLOSED = frozenset({Refusal.TOO_MANY_GUESSES, Refusal.CODES_CLOSED})
_OVER = {Refusal.ENDED: "ended", Refusal.EXHAUSTED: "ended", Refusal.UNKNOWN: "expired", Refusal.EXPIRED: "expired"}


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Shows how the sign-in stands, judges the code, and sends the mail anew; with a link in the mail or without."""

    stage: Stage
    mails: SignInMails
    limiter: Limiter
    limits: SignInLimits

    async def show(self, request: Request) -> Response:
        """Show where the mail went, the number to match and the field for the code."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        attempt = await self._attempt(scene)
        if isinstance(attempt, Response):
            return attempt
        types = "typing" in request.query_params
        return await self._render(scene, attempt, refreshes=not types, resent="resent" in request.query_params)

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
            self._charge(scene, "sign_in_code", (self.limits.verify_per_network, self.limits.check_per_application))
        except Problem as problem:
            return self.stage.problem(scene, problem, scene.address(model.CHECK_INBOX))
        outcome = await self.mails.codes.prove(scene.application, attempt.id, form.get("code", ""), scene.visit.origin)
        if isinstance(outcome, Refused):
            return await self._refuse(scene, attempt, outcome)
        return see(scene.address(model.CONTINUE))

    async def resend(self, request: Request) -> Response:
        """Send a new link and a new code, where the last ones were sent a while ago."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, _ = entered
        attempt = await self._attempt(scene)
        if isinstance(attempt, Response):
            return attempt
        if await self._seconds_to_resend(scene, attempt):
            return see(scene.address(model.CHECK_INBOX))
        try:
            self._charge(scene, "sign_in_resend", (self.limits.send_per_network, self.limits.send_per_application))
            refused = await self.mails.send_again(scene, attempt)
        except Problem as problem:
            return self.stage.problem(scene, problem, scene.address(model.CHECK_INBOX))
        return see(scene.address(model.CHECK_INBOX, **({} if refused else {"resent": "1"})))

    async def _attempt(self, scene: Scene) -> Attempt | Response:
        """Return the attempt that waits for a mail, or has stopped waiting; else the way to the page that fits."""
        attempt = await self.stage.attempt(scene)
        if attempt is None or attempt.application_id != scene.application.id:
            return see(scene.address(model.SIGN_IN if scene.waiting.step is not None else model.CONTINUE))
        if attempt.standing(self.stage.clock.now()) in {Standing.VERIFIED, Standing.HANDED_OUT, Standing.NEEDS_FACTOR}:
            return see(scene.address(model.CONTINUE))
        if model.waiting_page(attempt.method) != model.CHECK_INBOX:
            return see(scene.address(model.waiting_page(attempt.method)))
        return attempt

    def _charge(self, scene: Scene, name: str, limits: Any) -> None:
        per_network, per_application = limits
        charges: tuple[Charge, ...] = (
            (per_network, network_key(scene.visit.origin.network)),
            (per_application, scene.application.id),
        )
        charge(self.limiter, charges, name)

    async def _refuse(self, scene: Scene, attempt: Attempt, refused: Refused) -> Response:
        if refused.reason is Refusal.ALREADY_USED:
            return see(scene.address(model.CONTINUE))
        if refused.reason in _CLOSED:
            return await self._render(scene, attempt, "too_many", status=login_problem(refused).status)
        if refused.reason in _OVER:
            return await self._render(scene, attempt, _OVER[refused.reason], status=400)
        if refused.reason is Refusal.WRONG_CODE:
            sentence = N_("That is not the code. Look at the newest mail.")
            return await self._render(scene, attempt, error=sentence, tries_left=refused.tries_left, status=400)
        return self.stage.problem(scene, login_problem(refused), scene.address(model.SIGN_IN))

    async def _render(
        self,
        scene: Scene,
        attempt: Attempt,
        state: str = "",
        *,
        refreshes: bool = False,
        status: int = 200,
        **said: Any,
    ) -> Response:
        now = self.stage.clock.now()
        number = attempt.match_number
        return self.stage.show(
            scene,
            "hosted/check_inbox.html",
            status=status,
            state=state or _STATES.get(attempt.standing(now), "pending"),
            has_link=attempt.method != BY_CODE,
            digits=scene.application.methods.email_code.digits,
            address=attempt.address,
            change_url=scene.address(model.SIGN_IN),
            match=None if number is None else str(number),
            action=model.CODE,
            events_url=scene.address(model.EVENTS),
            continue_url=scene.address(model.CONTINUE),
            check_url=scene.address(model.CHECK_INBOX),
            code_url=scene.address(model.CHECK_INBOX, typing="1"),
            refresh_seconds=_SECONDS_BETWEEN_LOOKS if refreshes else 0,
            resend_action=model.RESEND,
            resend_in=await self._seconds_to_resend(scene, attempt),
            **said,
        )

    async def _seconds_to_resend(self, scene: Scene, attempt: Attempt) -> int:
        """Return the seconds until the mail may be sent anew."""
        left = await self.mails.newest_of(attempt, scene.application) + RESEND_AFTER - self.stage.clock.now()
        return max(0, min(math.ceil(left.total_seconds()), RESEND_AFTER.seconds))
