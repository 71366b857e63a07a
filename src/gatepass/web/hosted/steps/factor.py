"""The second step: an answer by one of the person's factors, or their first factor where one is asked for."""

from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatepass.authenticators.model import Kind
from gatepass.gate.answers.refusals import login_problem
from gatepass.gate.cookies import DeviceCookie
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see, with_cookies
from gatepass.gate.phases import charge
from gatepass.kit.problems import Problem
from gatepass.login.model import Completed, Demand, FactorNeeded, Refusal, Refused, Standing
from gatepass.mfa.flows import MfaFlows, Where, by_attempt, may_enrol, step_up
from gatepass.mfa.model import Answer, Visitor
from gatepass.protection.flows import Limiter
from gatepass.protection.model import Limit, SignInLimits, network_key
from gatepass.provider.authorization.model import Step
from gatepass.web.hosted import model
from gatepass.web.hosted.stage import Scene, Stage

_SERVER_FAULT: Final = 500
_NAMES: Final = {
    Kind.TOTP: N_("Authenticator app"),
    Kind.PASSKEY: N_("Passkey"),
    Kind.SMS: N_("Code by SMS"),
    Kind.EMAIL: N_("Code by e-mail"),
    Kind.BACKUP_CODE: N_("Backup code"),
}
_SENT: Final = frozenset({Kind.SMS, Kind.EMAIL})
_AGAIN: Final = frozenset({Refusal.WRONG_FACTOR, Refusal.CEREMONY_OVER, Refusal.WRONG_PASSKEY, Refusal.UNKNOWN_PASSKEY})
_OVER: Final = frozenset({Refusal.EXPIRED, Refusal.ENDED, Refusal.UNKNOWN, Refusal.EXHAUSTED})
_WRONG: Final = N_("That is not right. Try again, or use another way.")
_NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Half:
    """A sign-in of this browser of which one half is proven."""

    scene: Scene
    needed: FactorNeeded
    visitor: Visitor

    @property
    def where(self) -> Where:
        """Return what finds its attempt."""
        return by_attempt(self.needed.attempt.id)


@dataclass(frozen=True, slots=True)
class FactorPage:
    """Asks for the second step and judges it; everything but a passkey works without scripts.

    Args:
        stage: sets the scene.
        flows: take people through the second step.
        device: the cookie of a browser that is remembered.
        limiter: counts what is tried.
        limits: how often it may be.
    """

    stage: Stage
    flows: MfaFlows
    device: DeviceCookie
    limiter: Limiter
    limits: SignInLimits

    def routes(self) -> list[Route]:
        """Return these pages."""
        return [
            Route(model.FACTOR, self.show, methods=["GET"]),
            Route(model.FACTOR, self.prove, methods=["POST"]),
            Route(model.FACTOR_SEND, self.send, methods=["POST"]),
            Route(model.FACTOR_OPTIONS, self.options, methods=["POST"]),
            Route(model.FACTOR_ENROL, self.enrol, methods=["POST"]),
            Route(model.FACTOR_SKIP, self.skip, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show what is asked; a browser that is remembered goes on at once."""
        half = await self._half(await self.stage.open(request))
        if isinstance(half, Response):
            return half
        passed = await self.flows.pass_remembered(half.scene.application, half.where, half.visitor)
        if isinstance(passed, Completed):
            return see(half.scene.address(model.CONTINUE))
        return await self._render(half, request.query_params.get("way", ""))

    async def prove(self, request: Request) -> Response:
        """Judge an answer; the right one goes on."""
        entered = await self._entered(request)
        if isinstance(entered, Response):
            return entered
        half, form = entered
        if (refused := self._charged(half, self.limits.verify_per_network)) is not None:
            return refused
        way, application = _kind(form.get("way", "")), half.scene.application
        answer = Answer(form.get("code", ""), form.get("oob_code", ""), form.get("credential", ""))
        if way is Kind.PASSKEY:
            answer = Answer(oob_code=form.get("code", ""), assertion=form.get("credential", ""))
        days = application.methods.mfa.remember_days
        token_hash, cookie = self.device.keep(half.scene.visit.headers, days)
        remembers = token_hash if days and form.get("remember") == "yes" else None
        kind = way or Kind.TOTP
        try:
            outcome = await self.flows.prove(application, half.where, kind, answer, half.visitor, remembers=remembers)
        except Problem as problem:
            return self.stage.problem(half.scene, problem, half.scene.address(model.FACTOR))
        if isinstance(outcome, Refused):
            return await self._refuse(half, outcome, kind.value, oob_code=answer.oob_code)
        onward = see(half.scene.address(model.CONTINUE))
        return onward if remembers is None else with_cookies(onward, cookie)

    async def send(self, request: Request) -> Response:
        """Send a code, and ask for it."""
        entered = await self._entered(request)
        if isinstance(entered, Response):
            return entered
        half, form = entered
        way = _kind(form.get("way", ""))
        if way not in _SENT or way is None:
            return see(half.scene.address(model.FACTOR))
        if (refused := self._charged(half, self.limits.send_per_network)) is not None:
            return refused
        try:
            begun = await self.flows.begin(half.scene.application, half.where, way, half.visitor)
        except Problem as problem:
            return self.stage.problem(half.scene, problem, half.scene.address(model.FACTOR, way=way.value))
        if isinstance(begun, Refused):
            return await self._refuse(half, begun, way.value)
        return await self._render(half, way.value, oob_code=begun.oob_code, target=begun.target)

    async def options(self, request: Request) -> Response:
        """Answer the page's script with what it asks passkeys."""
        entered = await self._entered(request)
        if isinstance(entered, Response):
            return entered
        half, _ = entered
        if (refused := self._charged(half, self.limits.authorize_per_network)) is not None:
            return refused
        begun = await self.flows.begin(half.scene.application, half.where, Kind.PASSKEY, half.visitor)
        if isinstance(begun, Refused):
            return JSONResponse({}, 403, _NO_STORE)
        return JSONResponse({"auth_code": begun.oob_code, "options": begun.options}, headers=_NO_STORE)

    async def enrol(self, request: Request) -> Response:
        """Judge the first code of a new app; the right one goes on."""
        entered = await self._entered(request)
        if isinstance(entered, Response):
            return entered
        half, form = entered
        if (refused := self._charged(half, self.limits.verify_per_network)) is not None:
            return refused
        enrolment = form.get("enrolment", "")
        outcome = await self.flows.confirm_enrolment(
            half.scene.application, half.where, enrolment, form.get("code", ""), half.visitor
        )
        if isinstance(outcome, Refused):
            return await self._refuse(half, outcome, "", enrolment=enrolment)
        return see(half.scene.address(model.CONTINUE))

    async def skip(self, request: Request) -> Response:
        """Go on without an enrolment that may be put off."""
        entered = await self._entered(request)
        if isinstance(entered, Response):
            return entered
        half, _ = entered
        outcome = await self.flows.put_off(half.scene.application, half.where, half.visitor)
        return see(half.scene.address(model.FACTOR if isinstance(outcome, Refused) else model.CONTINUE))

    async def _entered(self, request: Request) -> tuple[Half, dict[str, str]] | Response:
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        half = await self._half(entered[0])
        return half if isinstance(half, Response) else (half, entered[1])

    async def _half(self, scene: Scene | Response) -> Half | Response:
        """Return the half-proven sign-in of a scene; of somebody who is signed in and must prove more, a new one."""
        if isinstance(scene, Response):
            return scene
        visit, attempt = scene.visit, await self.stage.attempt(scene)
        device_hash = self.device.read_hash(visit.headers)
        visitor = Visitor(visit.origin, visit.host, scene.language.tag, visit.browser_hash, device_hash)
        now, account = self.stage.clock.now(), scene.waiting.account
        is_half = attempt is not None and attempt.standing(now) is Standing.NEEDS_FACTOR
        if not is_half and scene.waiting.step is Step.FACTOR and account is not None:
            attempt_id = await step_up(self.flows, scene.application, account, visitor)
            if not await self.stage.flows.note_attempt(scene.handle, scene.browser, attempt_id):
                return self.stage.lost(visit)
        elif not is_half or attempt is None:
            return see(scene.address(model.CONTINUE))
        else:
            attempt_id = attempt.id
        needed = await self.flows.look(scene.application, by_attempt(attempt_id))
        if isinstance(needed, Refused):
            return see(scene.address(model.SIGN_IN, late="1"))
        return Half(scene, needed, visitor)

    def _charged(self, half: Half, limit: Limit) -> Response | None:
        try:
            charge(self.limiter, ((limit, network_key(half.visitor.origin.network)),), "sign_in_factor")
        except Problem as problem:
            return self.stage.problem(half.scene, problem, half.scene.address(model.FACTOR))
        return None

    async def _refuse(self, half: Half, refused: Refused, way: str, **kept: str) -> Response:
        if refused.reason is Refusal.ALREADY_USED:
            return see(half.scene.address(model.CONTINUE))
        if refused.reason in _AGAIN:
            return await self._render(half, way, status=400, error=_WRONG, tries_left=refused.tries_left, **kept)
        back = model.SIGN_IN if refused.reason in _OVER else model.FACTOR
        return self.stage.problem(half.scene, login_problem(refused), half.scene.address(back))

    async def _render(self, half: Half, way: str, *, status: int = 200, **said: Any) -> Response:
        scene, needed = half.scene, half.needed
        if may_enrol(needed):
            return await self._render_enrolment(half, status, **said)
        chosen = _kind(way)
        if chosen not in needed.factors:
            chosen = next(iter(needed.factors), None)
        others = [
            {"label": _NAMES[kind], "url": scene.address(model.FACTOR, way=kind.value)}
            for kind in needed.factors
            if kind is not chosen and kind in _NAMES
        ]
        return self.stage.show(
            scene,
            "hosted/factor.html",
            status=status,
            headers=_NO_STORE,
            way=chosen.value if chosen is not None else "",
            others=others,
            action=model.FACTOR,
            send_action=model.FACTOR_SEND,
            options_url=model.FACTOR_OPTIONS,
            digits=scene.application.methods.sms.digits,
            # Where the sign-in itself asks for it, no browser is spared it.
            remember_days=0 if needed.attempt.wants_mfa else scene.application.methods.mfa.remember_days,
            start_url=scene.address(model.SIGN_IN),
            **said,
        )

    async def _render_enrolment(self, half: Half, status: int, *, enrolment: str = "", **said: Any) -> Response:
        given = await self.flows.enrol(half.scene.application, half.where, half.visitor, enrolment)
        if isinstance(given, Refused):
            return self.stage.problem(half.scene, login_problem(given), half.scene.address(model.SIGN_IN))
        return self.stage.show(
            half.scene,
            "hosted/factor_enrol.html",
            status=status,
            headers=_NO_STORE,
            # Made here, of nothing that anybody sent.
            qr=Markup(given.picture),  # noqa: S704
            uri=given.uri,
            manual_key=given.manual_key,
            enrolment=given.id,
            action=model.FACTOR_ENROL,
            skip_action=model.FACTOR_SKIP if half.needed.demand is Demand.OFFER else None,
            **said,
        )


def _kind(unverified_way: str) -> Kind | None:
    return Kind(unverified_way) if unverified_way in set(Kind) else None
