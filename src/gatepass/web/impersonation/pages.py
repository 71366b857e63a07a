"""The pages by which somebody begins to act in a person's place, and stops."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.visits import Visit, Visits, see, with_cookies
from gatepass.impersonation.flows import Impersonations
from gatepass.impersonation.model import END, PAGE, Refusal, Refused
from gatepass.impersonation.queries import find_running

RUNNING: Final = "/impersonation/running"
OVER: Final = "/impersonation/over"
_ACCOUNT: Final = "/account"
_GONE: Final = 410
_HANDLE: Final = "handle"
_SENTENCES: Final = {
    Refusal.UNKNOWN: N_("This link was opened before or is older than five minutes. Ask for another one."),
    Refusal.OTHER_RUNS: N_("You act as somebody else in this browser already. Stop that first."),
    Refusal.NOT_ALLOWED: N_("Nobody may act as this person any more."),
}


@dataclass(frozen=True, slots=True)
class ImpersonationPages:
    """Opens the link, says where to go on, and ends.

    Args:
        flows: judge the link.
        visits: read who opens a page.
        pages: render.
        applications: whose look the pages have.
        lifetime: for how long a browser keeps the cookie of its sessions.
    """

    flows: Impersonations
    visits: Visits
    pages: PageRenderer
    applications: ApplicationDirectory
    lifetime: timedelta

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [
            Route(PAGE, self.show, methods=["GET"]),
            Route(PAGE, self.open, methods=["POST"]),
            Route(RUNNING, self.running, methods=["GET"]),
            Route(END, self.end, methods=["POST"]),
            Route(OVER, self.over, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show whom a link is about; looking at it spends nothing, so that no scanner of mails opens it."""
        visit = self.visits.read(request)
        unverified_handle = request.query_params.get(_HANDLE, "")
        seen = await self.flows.look(unverified_handle)
        if seen is None:
            return await self._refused(visit, Refusal.UNKNOWN)
        browser_hash, cookie = self.visits.browser.give(visit.headers)
        page = await self._view(
            visit,
            "begin",
            hidden={_HANDLE: unverified_handle, "csrf_token": self.visits.csrf_token(browser_hash)},
            action=PAGE,
            account=shown(seen.user),
            application=seen.application_name,
            reason=seen.impersonation.reason,
            until=seen.impersonation.expires_at,
        )
        return with_cookies(page, cookie)

    async def open(self, request: Request) -> Response:
        """Spend the link; the browser acts in the person's place from now on."""
        visit = self.visits.read(request)
        form = await self.visits.read_form(request, visit.browser_hash)
        new_hash, cookie = self.visits.session.fresh(int(self.lifetime.total_seconds()))
        outcome = await self.flows.open(form.get(_HANDLE, ""), visit.session_hash, new_hash, visit.origin)
        if isinstance(outcome, Refused):
            return await self._refused(visit, outcome.reason)
        return with_cookies(see(RUNNING), cookie)

    async def running(self, request: Request) -> Response:
        """Say where to go on."""
        visit = self.visits.read(request)
        held, now = visit.session_hash, self.flows.clock.now()
        seen = None if held is None else await self.flows.database.read(lambda tx: find_running(tx, held, now))
        if seen is None:
            return see(OVER)
        home_url = seen.home_url or None
        return await self._view(
            visit, "running", application=seen.application_name, home_url=home_url, account_url=_ACCOUNT
        )

    async def end(self, request: Request) -> Response:
        """End what runs in this browser; sent by the banner's button."""
        visit = self.visits.read(request)
        await self.visits.read_form(request, visit.session_hash)
        if visit.session_hash is not None:
            await self.flows.leave(visit.session_hash, visit.origin)
        return see(OVER)

    async def over(self, request: Request) -> Response:
        """Say that it is over."""
        return await self._view(self.visits.read(request), "over")

    async def _refused(self, visit: Visit, reason: Refusal) -> Response:
        title, language = N_("This link did not let you in"), visit.language()
        return self.pages.error(_GONE, title, _SENTENCES[reason], app=await self._look(), language=language)

    async def _view(self, visit: Visit, view: str, **context: Any) -> Response:
        look = {"app": await self._look()}
        return self.pages.response(f"impersonation/{view}.html", language=visit.language(), **look, **context)

    async def _look(self) -> Any:
        eldest = await self.applications.eldest()
        return None if eldest is None or eldest.is_of_a_stranger else self.pages.application(eldest)
