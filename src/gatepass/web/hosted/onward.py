"""The page that leaves: it takes the outcome of an attempt, asks what is missing, and brings the browser back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from gatepass.gate.headers import form_policy
from gatepass.gate.pages.visits import see, with_cookies
from gatepass.login.model import Attempt, Refused, Standing
from gatepass.provider.authorization.model import Answer, Lost, Needed, ResponseMode, Return, Step
from gatepass.sessions.model import Account
from gatepass.web.hosted import model
from gatepass.web.hosted.stage import Scene, Stage


class Offering(Protocol):
    """Something that is offered to somebody who has just signed in."""

    async def is_due(self, scene: Scene, account: Account) -> bool:
        """Tell whether they are to be asked."""
        ...


@dataclass(frozen=True, slots=True)
class OnwardPage:
    """Goes on to what is missing, or back to the application.

    Args:
        stage: sets the scene.
        lifetime: for how long a browser keeps the cookie of its sessions.
        upgrade: offers a passkey to whoever has just signed in by another way.
    """

    stage: Stage
    lifetime: timedelta
    upgrade: Offering

    async def go_on(self, request: Request) -> Response:
        """Take the outcome of the attempt where there is one; then go to the step that is missing, or leave."""
        scene = await self.stage.open(request, or_answered=True)
        if isinstance(scene, Response):
            return scene
        if scene.waiting.interaction.completed_at is not None:
            return await self.leave(scene)
        attempt = await self.stage.attempt(scene)
        where = attempt.standing(self.stage.clock.now()) if attempt is not None else None
        needs_sign_in = scene.waiting.step is Step.SIGN_IN
        is_repeat = where is Standing.HANDED_OUT and needs_sign_in and _never_arrived(scene)
        if where is Standing.VERIFIED or is_repeat:
            return await self._settle(scene)
        if where is Standing.NEEDS_FACTOR:
            return see(scene.address(model.FACTOR))
        if attempt is not None and needs_sign_in and where is not Standing.HANDED_OUT and _is_of(attempt, scene):
            return see(scene.address(model.waiting_page(attempt.method)))
        return await self.leave(scene)

    async def leave(self, scene: Scene) -> Response:
        """Go to the step that is missing, or back to the application where none is."""
        outcome = await self.stage.flows.resume(scene.handle, scene.browser)
        if isinstance(outcome, Needed):
            return see(outcome.path)
        if isinstance(outcome, Return):
            return see(outcome.path)
        if isinstance(outcome, Lost):
            return self.stage.lost(scene.visit, scene.home_url)
        return self.answer(scene, outcome)

    def answer(self, scene: Scene, answer: Answer) -> Response:
        """Return the page that brings a browser back with an answer.

        No redirect: after a form Chromium would hold the application's address against `form-action 'self'`.
        """
        asking = self.stage.pages.application(scene.application)
        if answer.response_mode is ResponseMode.FORM_POST:
            name, policy = form_policy(answer.form_target)
            return self.stage.show(
                scene,
                "hosted/form_post.html",
                headers={name.decode(): policy.decode()},
                app=asking,
                url=answer.redirect_uri,
                fields=answer.parameters,
            )
        return self.stage.show(
            scene, "hosted/continue.html", app=asking, url=answer.address, is_refused=answer.is_refusal
        )

    async def _settle(self, scene: Scene) -> Response:
        """Sign the browser in, under a new cookie: whoever knew the one from before holds nothing."""
        new_hash, cookie = self.stage.visits.session.fresh(int(self.lifetime.total_seconds()))
        settled = await self.stage.flows.settle(scene.handle, scene.browser, new_hash)
        if isinstance(settled, Lost):
            return self.stage.lost(scene.visit, scene.home_url)
        if isinstance(settled, Refused):
            return see(scene.address(model.SIGN_IN, late="1"))
        # Here again with the new cookie: should this answer be lost, the same question brings it once more.
        next_page = model.OFFER if await self.upgrade.is_due(scene, settled) else model.CONTINUE
        return with_cookies(see(scene.address(next_page)), cookie)


def _never_arrived(scene: Scene) -> bool:
    """Tell whether the answer that brought the cookie of the sign-in was lost on its way, so that it is given again."""
    session_id = scene.waiting.interaction.session_id
    held = {account.session.id for account in scene.waiting.accounts}
    return session_id is not None and session_id not in held


def _is_of(attempt: Attempt, scene: Scene) -> bool:
    return attempt.application_id == scene.application.id
