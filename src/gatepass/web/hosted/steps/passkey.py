"""Signing in by a passkey on the first page: what the browser asks for, and what it brings back."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import Visit, see
from gatepass.gate.phases import charge
from gatepass.kit.problems import Problem
from gatepass.login.model import Refusal, Refused
from gatepass.methods.passkey.flows import PasskeyFlows, parse_credential, read_assertion
from gatepass.methods.passkey.model import BegunLogin, BegunRegistration, Visitor
from gatepass.protection.flows import Limiter
from gatepass.protection.model import Limit, SignInLimits, network_key
from gatepass.protocols.webauthn.options import as_plain
from gatepass.web.hosted import model
from gatepass.web.hosted.stage import Scene, Stage
from gatepass.web.hosted.steps.identifier import IdentifierPage

CODE: Final = "code"
CREDENTIAL: Final = "credential"
_NOTICES: Final = {
    Refusal.CEREMONY_OVER: N_("That took too long. Please try again."),
    Refusal.UNKNOWN_PASSKEY: N_(
        "This passkey belongs to no account here. It may have been removed; sign in another way."
    ),
    Refusal.WRONG_PASSKEY: N_("This passkey could not be checked. Try again, or sign in another way."),
    Refusal.METHOD_CLOSED: N_("Passkeys are not in use here. Sign in another way."),
    Refusal.USER_INACTIVE: N_("This account is switched off or blocked. Ask whoever runs the application."),
}
_OTHERWISE: Final = N_("That did not work. Sign in another way.")
_NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class PasskeyPage:
    """Begins the ceremony, and judges what the browser brings back.

    Args:
        stage: sets the scene.
        passkeys: begin and judge.
        identifier: the first page, on which it all happens.
        limiter: counts what is tried.
        limits: how often it may be.
    """

    stage: Stage
    passkeys: PasskeyFlows
    identifier: IdentifierPage
    limiter: Limiter
    limits: SignInLimits

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [
            Route(model.PASSKEY_OPTIONS, self.begin, methods=["POST"]),
            Route(model.PASSKEY, self.prove, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Answer the page's script with what it calls the browser with; the same for everybody."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, _ = entered
        self._charge(scene.visit, self.limits.authorize_per_network)
        begun = await self.passkeys.begin_login(scene.application, scene.visit.host, scene.visit.browser_hash)
        return JSONResponse({}, 403, _NO_STORE) if isinstance(begun, Refused) else begun_answer(begun)

    async def prove(self, request: Request) -> Response:
        """Judge what an authenticator signed, and go on; where it proves nobody, the first page says why."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        try:
            self._charge(scene.visit, self.limits.verify_per_network)
            unverified = read_assertion(parse_credential(form.get(CREDENTIAL, "")))
        except Problem as problem:
            return self.stage.problem(scene, problem, scene.address(model.SIGN_IN))
        visitor = visitor_of(scene)
        outcome = await self.passkeys.finish_login(scene.application, visitor, form.get(CODE, ""), unverified)
        if isinstance(outcome, Refused):
            is_unknown = outcome.reason is Refusal.UNKNOWN_PASSKEY
            forgotten = await self._forgotten(scene, form[CREDENTIAL]) if is_unknown else None
            text = _NOTICES.get(outcome.reason, _OTHERWISE)
            return self.identifier.ask_again(scene, {"kind": "warning", "text": text}, forgotten)
        if not await self.stage.flows.note_attempt(scene.handle, scene.browser, outcome.attempt.id):
            return self.stage.lost(scene.visit)
        return see(scene.address(model.CONTINUE))

    async def _forgotten(self, scene: Scene, unverified_credential: str) -> dict[str, str]:
        """Return what the browser tells whoever keeps a passkey that nobody here knows (WebAuthn §5.1.10.1)."""
        party = await self.passkeys.parties.of(scene.application, scene.visit.host)
        return {"rpId": party.id, "unknown": parse_credential(unverified_credential).credential.id}

    def _charge(self, visit: Visit, limit: Limit) -> None:
        charge(self.limiter, ((limit, network_key(visit.origin.network)),), "sign_in_passkey")


def begun_answer(begun: BegunLogin | BegunRegistration) -> Response:
    """Return what the script of a page takes to call the browser with."""
    return JSONResponse({"auth_code": begun.auth_code, "options": as_plain(begun.options)}, headers=_NO_STORE)


def visitor_of(scene: Scene) -> Visitor:
    """Return who finishes a ceremony on a page of a scene."""
    visit = scene.visit
    return Visitor(visit.host, visit.browser_hash, visit.origin, scene.language.tag)
