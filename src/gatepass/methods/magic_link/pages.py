"""The landing page that the mailed link opens.

A GET or HEAD changes nothing. A POST carries a person's gesture, or that of the browser that asked. The page names who
asked, so that nobody confirms a stranger's sign-in unawares.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.pages.forms import read_form
from gatepass.gate.pages.languages import N_, Language, N_counted, Text, language_of
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.sentences import A_MOMENT, TOO_MANY_REQUESTS
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.client.networks import canonical
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt, Refusal, Refused
from gatepass.methods.magic_link.flows import MagicLinkFlows
from gatepass.methods.magic_link.messages import LANDING_PATH, view_of
from gatepass.methods.magic_link.model import Gesture, Nearness, Opened, UnverifiedLink, Visitor
from gatepass.protection.flows import Limiter, retry_after
from gatepass.protection.model import SignInLimits, network_key
from gatepass.templates.model import Look

DECLINE_PATH = f"{LANDING_PATH}/decline"
_MINUTE = 60
_BUSY = 503

_ASK_AGAIN = {
    Refusal.WRONG_CODE: N_("That is not the code. Look at the newest mail."),
    Refusal.GESTURE_NEEDED: N_("Type the number, or the code of the mail, so that we know it is you."),
    Refusal.CODES_CLOSED: N_("Codes are closed for this address. Open the link in the browser that asked."),
    Refusal.TOO_MANY_GUESSES: N_("Too many wrong codes for this address. Wait an hour and start again."),
}


@dataclass(frozen=True, slots=True)
class LandingPages:
    """Parses, calls and renders the landing page."""

    flows: MagicLinkFlows
    applications: ApplicationDirectory
    browser: BrowserCookie
    pages: PageRenderer
    limiter: Limiter
    limits: SignInLimits

    def routes(self) -> list[Route]:
        """Return this slice's pages."""
        return [
            Route(LANDING_PATH, self._kindly(self.show), methods=["GET", "HEAD"]),
            Route(LANDING_PATH, self._kindly(self.confirm), methods=["POST"]),
            Route(DECLINE_PATH, self._kindly(self.decline), methods=["POST"]),
        ]

    def _kindly(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            try:
                return await answer(request)
            except Problem as problem:
                if problem.status < _BUSY:
                    raise
                return self.pages.response(
                    "magic_link/landing.html",
                    status=problem.status,
                    view="unavailable",
                    app=None,
                    trace_id=request.scope.get("trace_id"),
                    language=language_of(request),
                    headers={"retry-after": str(problem.retry_after or 1)},
                )

        return answered

    async def show(self, request: Request) -> Response:
        """Show what the link is for; changes nothing."""
        visit = await self._visit(request, dict(request.query_params))
        if isinstance(visit, Response):
            return visit
        return self._render(visit, await self.flows.open(visit.application, visit.link, visit.visitor))

    async def confirm(self, request: Request) -> Response:
        """Take a person's gesture."""
        form = await read_form(request)
        visit = await self._visit(request, form)
        if isinstance(visit, Response):
            return visit
        gesture = Gesture(match_number=form.get("match", "").strip(), code=form.get("code", "").strip())
        outcome = await self.flows.redeem(visit.application, visit.link, visit.visitor, gesture)
        if isinstance(outcome, Refused) and outcome.reason in _ASK_AGAIN:
            opened = await self.flows.open(visit.application, visit.link, visit.visitor)
            field = "match" if "match" in form else "code"
            return self._render(visit, opened, refused=outcome, error_on=field)
        if isinstance(outcome, Refused):
            return self._render(visit, outcome)
        return self._view(visit, "verified")

    async def decline(self, request: Request) -> Response:
        """End the attempt, because its reader did not ask for it."""
        visit = await self._visit(request, await read_form(request))
        if isinstance(visit, Response):
            return visit
        refused = await self.flows.decline(visit.application, visit.link, visit.visitor)
        return self._view(visit, "declined") if refused is None else self._render(visit, refused)

    async def _visit(self, request: Request, unverified: dict[str, str]) -> "Visit | Response":
        headers = dict(request.scope["headers"])
        network = canonical(request.client.host) if request.client else ""
        if seconds := self.limiter.hit(self.limits.verify_per_network, network_key(network)):
            wait = retry_after(seconds)
            told = Text(TOO_MANY_REQUESTS, {"seconds": wait})
            page = self.pages.error(429, A_MOMENT, told, language=language_of(request))
            page.headers["retry-after"] = str(wait)
            return page
        application = await self.applications.find(unverified.get("client_id", ""))
        if application is None:
            given: dict[str, Any] = {"view": "unknown", "app": None, "language": language_of(request)}
            return self.pages.response("magic_link/landing.html", status=400, **given)
        visitor = Visitor(self.browser.read_hash(headers), network, headers.get(b"user-agent", b"").decode("latin-1"))
        link = UnverifiedLink(unverified.get("state", ""), unverified.get("magictext", ""))
        # A stranger's application sets the language of our pages as little as their look.
        usual = "" if application.is_of_a_stranger else application.branding.language
        language = language_of(request, default=usual or "en")
        return Visit(application, await self.flows.mailer.look_of(application), link, visitor, language)

    def _render(
        self,
        visit: "Visit",
        outcome: Opened | Refused,
        *,
        refused: Refused | None = None,
        error_on: str | None = None,
    ) -> Response:
        if isinstance(outcome, Refused):
            view, status = view_of(outcome.reason)
            return self._view(visit, view, status=status)
        attempt = outcome.attempt
        return self._view(
            visit,
            outcome.nearness.value,
            status=400 if refused else 200,
            action=LANDING_PATH,
            decline_action=DECLINE_PATH,
            hidden={
                "client_id": visit.application.client_id,
                "state": visit.link.handle,
                "magictext": visit.link.secret,
            },
            asked=self._asked(attempt),
            match_wanted=outcome.nearness is Nearness.ELSEWHERE and attempt.match_number is not None,
            error=_ASK_AGAIN[refused.reason] if refused else None,
            **({"error_on": error_on} if error_on else {}),
            attempts_left=refused.tries_left if refused else 0,
            digits=visit.application.methods.email_code.digits,
        )

    def _asked(self, attempt: Attempt) -> dict[str, str | Text | None]:
        place = self.flows.mailer.places.describe(attempt.network)
        return {
            "address": attempt.address,
            "device": describe_agent(attempt.user_agent).summary,
            "place": place.summary if place else None,
            "network": attempt.network,
            "at": attempt.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "ago": _ago(attempt.created_at, self.flows.clock.now()),
        }

    def _view(self, visit: "Visit", view: str, *, status: int = 200, **context: Any) -> Response:
        owner = visit.look.owner
        return self.pages.response(
            "magic_link/landing.html",
            status=status,
            language=visit.language,
            view=view,
            app=self.pages.application(owner) if owner is not None else None,
            branding_stylesheet=self.pages.branding_stylesheet(owner) if owner is not None else None,
            asked_by=visit.look.asked_by or None,
            **context,
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """Who opened which link of which application."""

    application: Application
    look: Look
    link: UnverifiedLink
    visitor: Visitor
    language: Language


def _ago(moment: datetime, now: datetime) -> str | Text:
    minutes = int((now - moment).total_seconds()) // _MINUTE
    return N_counted("a minute ago", "%(number)s minutes ago", minutes) if minutes else N_("just now")
