"""The page that asks whether to sign out, where no id token vouches for it (RP-Initiated Logout 1.0 §2)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gatepass.applications.model import Application
from gatepass.applications.queries import find_application
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.visits import Visit, see, with_cookies
from gatepass.provider.logout.flows import LogoutFlows, WishReader
from gatepass.provider.logout.model import PAGE, Ask, SignedOut, Wish
from gatepass.web.hosted import model
from gatepass.web.hosted.alone import Alone

_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class SignOutPage:
    """Asks, and signs out.

    Args:
        alone: knows who is signed in, and shows the page.
        flows: end sessions.
        wishes: open what the application asked for.
        sign_in_url: where somebody may sign in again.
    """

    alone: Alone
    flows: LogoutFlows
    wishes: WishReader
    sign_in_url: str

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [Route(PAGE, self.show, methods=["GET"]), Route(PAGE, self.sign_out, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """Ask; or where an id token vouches for the wish, which came without the browser's cookie at first, do it."""
        visit = self.alone.stage.visits.read(request)
        unverified_handle = request.query_params.get("request", "")
        wish = self.wishes.open(unverified_handle)
        cookies = self.alone.stage.visits.session
        new_hash, renewed = cookies.fresh(int(self.flows.absolute.total_seconds()))
        outcome = await self.flows.begin(wish, visit.session_hash, new_hash, visit.origin)
        if isinstance(outcome, Ask):
            return await self._ask(visit, wish, unverified_handle, outcome)
        cookie = renewed if outcome.has_others else cookies.clear()
        if outcome.return_uri:
            # No form led here, so the policy of forms does not stand in the way of a redirect.
            return with_cookies(RedirectResponse(outcome.return_uri, _SEE_OTHER), cookie)
        if not wish.return_uri:
            return with_cookies(see(model.SIGNED_OUT), cookie)
        return with_cookies(await self._done(visit, wish, goes_by_itself=False), cookie)

    async def sign_out(self, request: Request) -> Response:
        """Sign every account of the browser out, and bring the browser back to the application."""
        visit = self.alone.stage.visits.read(request)
        if visit.session_hash is None:
            return see(model.SIGNED_OUT)
        form = await self.alone.read_form(request, visit)
        decision = form.get("decision")
        if decision not in {"sign_out", "everywhere"}:
            return see(PAGE)
        wish = self.wishes.open(form.get("request", ""))
        outcome: SignedOut = await self.flows.finish(
            wish, visit.session_hash, visit.origin, everywhere=decision == "everywhere"
        )
        done = await self._done(visit, wish, goes_by_itself=bool(outcome.return_uri))
        return with_cookies(done, self.alone.stage.visits.session.clear())

    async def _ask(self, visit: Visit, wish: Wish, unverified_handle: str, ask: Ask) -> Response:
        application = await self._application(wish)
        first, *others = ask.accounts
        return await self.alone.show(
            visit,
            "hosted/sign_out.html",
            owner=application,
            language=visit.language(ui_locales=wish.ui_locales),
            hidden={"request": unverified_handle},
            account=shown(first.user),
            others=[shown(one.user) for one in others],
            action=PAGE,
            has_everywhere=True,
            stay_url=(application.oauth.home_url if application else "") or None,
        )

    async def _done(self, visit: Visit, wish: Wish, *, goes_by_itself: bool) -> Response:
        """Return the last page; after a form it brings the browser back by itself, because no redirect may follow."""
        application = await self._application(wish)
        return await self.alone.show(
            visit,
            "hosted/signed_out.html",
            owner=application,
            language=visit.language(ui_locales=wish.ui_locales),
            return_url=wish.return_uri or None,
            goes_by_itself=goes_by_itself,
            sign_in_url=None if wish.return_uri else self.sign_in_url,
        )

    async def _application(self, wish: Wish) -> Application | None:
        if not wish.application_id:
            return None
        return await self.alone.stage.database.read(lambda tx: find_application(tx, wish.application_id))
