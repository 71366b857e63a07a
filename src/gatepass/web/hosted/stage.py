"""The frame in which every sign-in page plays: whose request waits, for whom, and what each page is given."""

from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.pages.languages import N_, Language
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.visits import Visit, Visits
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt
from gatepass.login.queries import get_attempt
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import Browser, Lost, Waiting
from gatepass.web.hosted.model import address

_log = structlog.get_logger(__name__)
_GONE = 410
_SERVER_FAULT = 500
_START_THERE = N_(
    "It was finished, it took too long, or it began in another browser. "
    "Go back to the application and start again there."
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One browser before one request that waits.

    Args:
        visit: the browser.
        handle: the handle of the request, as it was sent; it was found, and is this browser's.
        waiting: the request, and the step that is missing.
        application: for whom somebody signs in; for the server's own pages the server's eldest application.
        owner: the application whose look the pages have; None where an application that nobody here vouches for asks.
        language: the language of the pages.
    """

    visit: Visit
    handle: str
    waiting: Waiting
    application: Application
    owner: Application | None
    language: Language

    @property
    def browser(self) -> Browser:
        """Return the browser, as the flows know it."""
        return browser_of(self.visit)

    @property
    def home_url(self) -> str:
        """Return the application's own page; empty where it is only a stranger's word."""
        return "" if self.application.is_of_a_stranger else self.application.oauth.home_url

    def address(self, path: str, **further: str) -> str:
        """Return the address of a page for this request."""
        return address(path, self.handle, **further)


def browser_of(visit: Visit) -> Browser:
    """Return the browser of a visit, as the flows know it."""
    return Browser(visit.browser_hash, visit.session_hash, visit.origin, visit.device_hash)


@dataclass(frozen=True, slots=True)
class Stage:
    """Sets the scene of a page, and shows the page."""

    flows: AuthorizationFlows
    applications: ApplicationDirectory
    visits: Visits
    pages: PageRenderer
    database: Database
    clock: Clock

    async def open(self, request: Request, *, or_answered: bool = False) -> Scene | Response:
        """Return the scene of a page that is looked at, or the page that says why there is none.

        Args:
            request: what the browser sent.
            or_answered: whether a request that was answered just now has a scene too.
        """
        unverified_handle = request.query_params.get("request", "")
        return await self._set(self.visits.read(request), unverified_handle, or_answered=or_answered)

    async def enter(self, request: Request) -> tuple[Scene, dict[str, str]] | Response:
        """Return the scene of a form that was sent, with its fields, or the page that says why there is none.

        Raises:
            Problem: the form is another's or can't be read.
        """
        visit = self.visits.read(request)
        form = await self.visits.read_form(request, visit.browser_hash)
        scene = await self._set(visit, form.get("request", ""))
        return scene if isinstance(scene, Response) else (scene, form)

    async def _set(self, visit: Visit, unverified_handle: str, *, or_answered: bool = False) -> Scene | Response:
        waiting = await self.flows.look(unverified_handle, browser_of(visit), or_answered=or_answered)
        eldest = await self.applications.eldest()
        application = waiting.application if isinstance(waiting, Waiting) and waiting.application else eldest
        if isinstance(waiting, Lost) or application is None:
            return self.lost(visit)
        parameters = waiting.interaction.parameters
        owner = _owner(application, eldest)
        usual = owner.branding.language if owner is not None else ""
        language = visit.language(ui_locales=parameters.ui_locales if parameters else "", default=usual)
        return Scene(visit, unverified_handle, waiting, application, owner, language)

    async def attempt(self, scene: Scene) -> Attempt | None:
        """Return the attempt that the first page began for a request; None where it has not yet."""
        attempt_id = scene.waiting.interaction.attempt_id
        return None if attempt_id is None else await self.database.read(lambda tx: get_attempt(tx, attempt_id))

    def show(self, scene: Scene, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a page of a scene; every page is given the same frame and the fields that its forms carry."""
        headers = context.pop("headers", None)
        token = self.visits.csrf_token(scene.visit.browser_hash)
        frame = {
            **self.look(scene),
            "is_own": scene.waiting.application is None,
            "hidden": {"request": scene.handle, "csrf_token": token},
            **context,
        }
        return self.pages.response(template, status=status, headers=headers, language=scene.language, **frame)

    def look(self, scene: Scene) -> dict[str, Any]:
        """Return whose page it is: the application's name and logo, and the stylesheet of its colours."""
        if scene.owner is None:
            return {"app": None, "branding_stylesheet": None}
        stylesheet = self.pages.branding_stylesheet(scene.owner)
        return {"app": self.pages.application(scene.owner), "branding_stylesheet": stylesheet}

    def problem(self, scene: Scene, problem: Problem, back: str) -> Response:
        """Return the page of a problem that stopped a step, with the way back to it.

        Args:
            scene: where it happened.
            problem: what went wrong.
            back: the address of the page to go back to.
        """
        if problem.status >= _SERVER_FAULT:
            raise problem
        headers = {"retry-after": str(problem.retry_after)} if problem.retry_after is not None else None
        return self.show(
            scene,
            "error.html",
            status=problem.status,
            headers=headers,
            title=N_("That did not work"),
            what_to_do=problem.title,
            # What a person can mend without us has no number; a fault of ours was raised above and gets one.
            trace_id=None,
            back={"label": N_("Back"), "url": back},
        )

    def lost(self, visit: Visit, home_url: str = "") -> Response:
        """Return the page that is shown where no request waits for this browser."""
        _log.info("sign_in.lost", trace_id=visit.trace_id)
        return self.pages.response(
            "error.html",
            status=_GONE,
            language=visit.language(),
            app=None,
            title=N_("This sign-in is over"),
            what_to_do=_START_THERE,
            trace_id=visit.trace_id or None,
            back={"label": N_("Back to the application"), "url": home_url} if home_url else None,
        )


def _owner(application: Application, eldest: Application | None) -> Application | None:
    """Return whose look the pages have: somebody else's application does not lend its own to our pages."""
    if not application.is_of_a_stranger:
        return application
    return eldest if eldest is not None and not eldest.is_of_a_stranger else None
