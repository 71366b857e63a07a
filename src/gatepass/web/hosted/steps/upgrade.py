"""The offer of a passkey to somebody who has just signed in by another way: made once, and taken for an answer."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import has_kind
from gatepass.gate.model import read_cookie
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.visits import Visit, see, with_cookies
from gatepass.kit.problems import Problem
from gatepass.login.model import Refused
from gatepass.methods.passkey.flows import PasskeyFlows, offers, parse_credential, read_attestation
from gatepass.sessions.model import Account
from gatepass.users.model import User
from gatepass.web.hosted import model
from gatepass.web.hosted.stage import Scene, Stage
from gatepass.web.hosted.steps.passkey import CODE, CREDENTIAL, begun_answer, visitor_of

_CAN: Final = "gatepass_can_passkey"
"""What the first page's script sets where the browser can make one."""
_LABEL: Final = "gatepass_no_passkey"
_ASKED_AGAIN: Final = timedelta(days=30)
_BY_PASSKEY: Final = "pop"
_FAILED: Final = N_("That passkey could not be added; it may be on the account already. You can go on without.")


@dataclass(frozen=True, slots=True)
class UpgradePage:
    """Offers a passkey between the sign-in and the application.

    Args:
        stage: sets the scene.
        passkeys: make one.
        fresh: for how long after a proof somebody may add to how they sign in.
    """

    stage: Stage
    passkeys: PasskeyFlows
    fresh: timedelta

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [
            Route(model.OFFER, self.show, methods=["GET"]),
            Route(model.OFFER, self.decline, methods=["POST"]),
            Route(model.OFFER_OPTIONS, self.begin, methods=["POST"]),
            Route(model.OFFER_NEW, self.keep, methods=["POST"]),
        ]

    async def is_due(self, scene: Scene, account: Account) -> bool:
        """Tell whether somebody who has just signed in is to be asked.

        Args:
            scene: where they signed in.
            account: who they are, and the session that began.
        """
        policy, session = scene.application.methods.passkey, account.session
        if not (policy.offers_upgrade and offers(scene.application)) or session.is_acted or _BY_PASSKEY in session.amr:
            return False
        # No script, no authenticator: whoever could not make one is not asked.
        if read_cookie(scene.visit.headers.get(b"cookie"), _CAN) is None or _has_declined(scene.visit, account.user):
            return False
        return not await self.stage.database.read(lambda tx: has_kind(tx, account.user.id, Kind.PASSKEY))

    async def show(self, request: Request) -> Response:
        """Offer it; whoever comes here otherwise goes on."""
        scene = await self.stage.open(request)
        if isinstance(scene, Response):
            return scene
        account = self._account(scene)
        return see(scene.address(model.CONTINUE)) if account is None else self._view(scene, account)

    async def decline(self, request: Request) -> Response:
        """Go on without, and don't ask again in this browser for a month."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, _ = entered
        account, onward = self._account(scene), see(scene.address(model.CONTINUE))
        return onward if account is None else with_cookies(onward, self._note(account.user))

    async def begin(self, request: Request) -> Response:
        """Answer the page's script with what it calls the browser with."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, _ = entered
        account = self._account(scene)
        if account is None:
            return JSONResponse({"url": scene.address(model.CONTINUE)}, headers={"cache-control": "no-store"})
        visit = scene.visit
        return begun_answer(
            await self.passkeys.begin_registration(account.user, scene.application, visit.host, visit.browser_hash)
        )

    async def keep(self, request: Request) -> Response:
        """Keep what the authenticator made, and go on."""
        entered = await self.stage.enter(request)
        if isinstance(entered, Response):
            return entered
        scene, form = entered
        account = self._account(scene)
        if account is None:
            return see(scene.address(model.CONTINUE))
        try:
            unverified = read_attestation(parse_credential(form.get(CREDENTIAL, "")))
        except Problem as problem:
            return self.stage.problem(scene, problem, scene.address(model.OFFER))
        outcome = await self.passkeys.finish_registration(
            account.user, scene.application, visitor_of(scene), form.get(CODE, ""), unverified
        )
        if isinstance(outcome, Refused):
            return self._view(scene, account, _FAILED)
        return see(scene.address(model.CONTINUE))

    def _account(self, scene: Scene) -> Account | None:
        """Return who has just signed in for the request; None where nobody has, or somebody acts in their place."""
        session_id, now = scene.waiting.interaction.session_id, self.stage.clock.now()
        found = next((one for one in scene.waiting.accounts if one.session.id == session_id), None)
        if found is None or found.session.is_acted or not found.session.is_fresh(now, self.fresh):
            return None
        return found

    def _view(self, scene: Scene, account: Account, error: str | None = None) -> Response:
        return self.stage.show(
            scene,
            "hosted/passkey_offer.html",
            account=shown(account.user),
            error=error,
            action=model.OFFER_NEW,
            options_url=model.OFFER_OPTIONS,
            later_action=model.OFFER,
        )

    def _note(self, user: User) -> tuple[bytes, bytes]:
        secure = "; Secure" if self.stage.visits.browser.is_https else ""
        seconds = int(_ASKED_AGAIN.total_seconds())
        cookie = f"{_LABEL}={_mark(user)}; Path={model.SIGN_IN}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", cookie.encode()


def _has_declined(visit: Visit, user: User) -> bool:
    return read_cookie(visit.headers.get(b"cookie"), _LABEL) == _mark(user)


def _mark(user: User) -> str:
    """Return what stands in the cookie for somebody; who finds it learns no id from it."""
    return hashlib.sha256(f"{_LABEL}:{user.id}".encode()).hexdigest()[:24]
