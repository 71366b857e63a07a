"""The first page: who are you? It answers the same for known and for unknown addresses."""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see
from gatepass.gate.phases import charge
from gatepass.kit.mail.addresses import EmailAddress, parse_address
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt
from gatepass.methods.passkey.flows import offers
from gatepass.protection.flows import Limiter
from gatepass.protection.model import SignInLimits, network_key
from gatepass.provider.authorization.model import Step
from gatepass.web.hosted import model
from gatepass.web.hosted.model import Offer, further_ways
from gatepass.web.hosted.stage import Scene, Stage
from gatepass.web.hosted.steps.mails import SignInMails, carries_link

_SERVER_FAULT = 500
_AGAIN = {"kind": "info", "text": N_("Sign in again to continue.")}
_LATE = {"kind": "warning", "text": N_("That took too long. Please start again.")}


@dataclass(frozen=True, slots=True)
class IdentifierPage:
    """Asks for an address and sends the mail."""

    stage: Stage
    mails: SignInMails
    limiter: Limiter
    limits: SignInLimits
    offers: tuple[Offer, ...]
    allow_test_domains: bool

    async def show(self, request: Request) -> Response:
        """Ask who it is; where nothing is missing, go on."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        if scene.waiting.step is None:
            return see(scene.address(model.CONTINUE))
        if "another" in request.query_params:
            return self._ask(scene, _only_address(scene))
        notice = _AGAIN if scene.waiting.step is Step.SIGN_IN and scene.waiting.account is not None else None
        if "late" in request.query_params:
            notice = _LATE
        return self._ask(scene, _expected(scene, await self.stage.attempt(scene)), notice=notice)

    async def send(self, request: Request) -> Response:
        """Mail a link and a code, or a code alone, to the address, and go on to the waiting page."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        unverified_address = _only_address(scene) or form.get("email", "").strip()
        try:
            address = parse_address(unverified_address, allow_test_domains=self.allow_test_domains)
            self._charge(scene, address)
            began = await self._begin(scene, address)
        except Problem as problem:
            if problem.status >= _SERVER_FAULT:
                raise
            return self._ask(scene, unverified_address, problem)
        return see(scene.address(model.CHECK_INBOX)) if began else self.stage.lost(scene.visit)

    async def _begin(self, scene: Scene, address: EmailAddress) -> bool:
        attempt_id = await self.mails.send(scene, address)
        return await self.stage.flows.note_attempt(scene.handle, scene.browser, attempt_id)

    def _charge(self, scene: Scene, address: EmailAddress) -> None:
        charges = (
            (self.limits.send_per_address, address.key),
            (self.limits.send_per_network, network_key(scene.visit.origin.network)),
            (self.limits.send_per_application, scene.application.id),
        )
        charge(self.limiter, charges, "sign_in")

    def ask_again(self, scene: Scene, notice: dict[str, str], forgotten: dict[str, str] | None) -> Response:
        """Ask anew who it is, because a passkey proved nobody.

        Args:
            scene: where somebody wants to sign in.
            notice: what the page says of it.
            forgotten: what the browser tells whoever keeps that passkey, where nobody here knows it.
        """
        return self._ask(scene, _only_address(scene), notice=notice, forgotten=forgotten)

    def _ask(
        self,
        scene: Scene,
        typed: str,
        problem: Problem | None = None,
        *,
        notice: dict[str, str] | None = None,
        forgotten: dict[str, str] | None = None,
    ) -> Response:
        wait = {"retry-after": str(problem.retry_after)} if problem and problem.retry_after is not None else None
        return self.stage.show(
            scene,
            "hosted/sign_in.html",
            status=problem.status if problem else 200,
            headers=wait,
            action=model.SIGN_IN,
            login_hint=typed,
            is_fixed=bool(_only_address(scene)),
            sends_link=carries_link(scene.application),
            error=_sentence(problem) if problem else None,
            notice=notice,
            texts=scene.owner.branding.texts if scene.owner is scene.application else None,
            asked_by=scene.application.name if scene.application.oauth.is_third_party else None,
            passkey=None if _only_address(scene) else _passkey_form(scene.application),
            signal=json.dumps(forgotten) if forgotten else None,
            # Where one address alone will do, nothing else than its mail proves it.
            methods=[]
            if _only_address(scene)
            else further_ways(self.offers, scene.application.methods.offered, scene.handle),
            chooser_url=scene.address(model.CHOOSE_ACCOUNT) if _may_choose(scene) else None,
        )


def _passkey_form(application: Application) -> dict[str, str] | None:
    """Return what the form for passkeys takes; None where the application offers none."""
    return {"options_url": model.PASSKEY_OPTIONS, "action": model.PASSKEY} if offers(application) else None


def _only_address(scene: Scene) -> str:
    """Return the address that a page of the server's own is for, whatever is typed; empty where any will do."""
    parameters = scene.waiting.interaction.parameters
    return parameters.login_hint if scene.waiting.application is None and parameters is not None else ""


def _may_choose(scene: Scene) -> bool:
    return bool(scene.waiting.accounts) and not _only_address(scene)


def _expected(scene: Scene, attempt: Attempt | None) -> str:
    """Return the address that the field begins with: what was typed before, else whom the application expects."""
    if attempt is not None and "@" in attempt.address:
        return attempt.address
    if scene.waiting.account is not None:
        return scene.waiting.account.user.email
    parameters = scene.waiting.interaction.parameters
    # A hint may be a phone number or a name; the field takes addresses alone (OpenID Connect Core §3.1.2.1).
    return parameters.login_hint if parameters is not None and "@" in parameters.login_hint else ""


def _sentence(problem: Problem) -> str:
    return N_("Type a whole address, like name@example.com.") if problem.code == "invalid_email" else problem.title
