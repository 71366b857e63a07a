"""The pages' own application: the slices' routes, static files, branding stylesheets, and faces for what goes wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.model import Headers
from gatepass.gate.pages.languages import N_, language_of
from gatepass.gate.pages.looks import stylesheet
from gatepass.gate.pages.rendering import STATIC, PageRenderer
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.gate")
_ALL_YEAR = "public, max-age=31536000, immutable"


class _StaticFiles(StaticFiles):
    """Static files whose address carries their content's hash, so that they may be kept for good."""

    def file_response(self, *arguments: object, **options: object) -> Response:
        response = super().file_response(*arguments, **options)  # type: ignore[arg-type]
        response.headers["cache-control"] = _ALL_YEAR
        response.headers["x-content-type-options"] = "nosniff"
        return response


@dataclass(frozen=True, slots=True)
class Site:
    """Builds the application that answers pages."""

    pages: PageRenderer
    applications: ApplicationDirectory
    is_development: bool

    def application(self, routes: Sequence[BaseRoute]) -> Starlette:
        """Return the ASGI application of all pages."""
        own = [
            Mount("/static", GZipMiddleware(_StaticFiles(directory=STATIC), minimum_size=1024)),
            Route("/branding/{client_id}.css", self.branding),
            Route("/docs", self.docs),
        ]
        handlers = {HTTPException: self.refused, Problem: self.problem, Exception: self.failed}
        application = Starlette(routes=[*own, *routes], exception_handlers=handlers)
        # A path with a slash too many is another path; a redirect would also repeat a link's secret in a header.
        application.router.redirect_slashes = False
        return application

    async def branding(self, request: Request) -> Response:
        """Answer with the custom properties of an application's look; a broken colour is left out."""
        application = await self.applications.find(request.path_params["client_id"])
        rule = stylesheet(application.branding) if application else ""
        headers = {"cache-control": "public, max-age=60", "x-content-type-options": "nosniff"}
        return Response(rule, media_type="text/css", headers=headers)

    async def docs(self, request: Request) -> Response:  # noqa: ARG002 - every visitor sees the same
        """Show the API's description."""
        return self.pages.response(
            "docs.html",
            openapi="/openapi.json",
            is_development=self.is_development,
        )

    async def refused(self, request: Request, error: Exception) -> Response:
        """Show the page of a path that isn't there or a method that it doesn't take."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        language = language_of(request)
        if status == 405:  # noqa: PLR2004 - the HTTP status
            page = self.pages.error(
                status, N_("This page takes no such request"), N_("Open it in a browser."), language=language
            )
            page.headers["allow"] = _allowed(request)
            return page
        way_out = N_("Check the address, or go back to where you came from.")
        return self.pages.error(status, N_("There is nothing here"), way_out, language=language)

    async def problem(self, request: Request, error: Exception) -> Response:
        """Show the page of a problem."""
        problem = error
        if not isinstance(problem, Problem):
            problem = Problem("internal_error", 500, "Try again in a moment.", number=1006)
        headers = {"retry-after": str(problem.retry_after)} if problem.retry_after is not None else None
        trace_id = request.scope.get("trace_id")
        if problem.status >= 500:  # noqa: PLR2004 - the server's own faults
            _log.error("page.unavailable", code_name=problem.code, detail=problem.detail, trace_id=trace_id)
            title = N_("This is not possible right now")
        else:
            title, trace_id = N_("That did not work"), None
        language = language_of(request)
        page = self.pages.error(problem.status, title, problem.title, trace_id=trace_id, language=language)
        page.headers.update(headers or {})
        return page

    async def failed(self, request: Request, error: Exception) -> Response:
        """Show the page of what nobody foresaw; the log has the rest under the same number."""
        trace_id = request.scope.get("trace_id")
        _log.error("page.failed", exc_info=error, trace_id=trace_id)
        title, what_to_do = N_("Something went wrong on our side"), N_("It is not your fault. Try again in a moment.")
        return self.pages.error(500, title, what_to_do, trace_id=trace_id, language=language_of(request))


def _allowed(request: Request) -> str:
    """Return the methods of every page at an address (RFC 9110 §15.5.6); static files take GET and HEAD."""
    pages = (
        route
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    )
    return ", ".join(sorted({method for page in pages for method in page.methods or ()})) or "GET, HEAD"


class StatusNote:
    """Wraps the pages, notes their status for the metrics, and lets none leave without the standing headers.

    Args:
        application: the pages.
        standing: the headers that an answer is given where it brings none of that name.
    """

    def __init__(self, application: ASGIApp, standing: Headers) -> None:
        self._application = application
        self._standing = standing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def noting(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                scope["gatepass.status"] = message["status"]
                headers = message.setdefault("headers", [])
                if isinstance(headers, list):
                    present = {name for name, _ in headers}
                    headers += [header for header in self._standing if header[0] not in present]
                    if "trace_id" in scope:
                        headers.append((b"x-trace-id", str(scope["trace_id"]).encode()))
            await send(message)

        await self._application(scope, receive, noting)  # type: ignore[arg-type]
