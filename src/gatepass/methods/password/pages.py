"""The page that the mailed link opens: it shows a form, and changes nothing until that is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.audit.model import Origin
from gatepass.gate.pages.forms import read_form
from gatepass.gate.pages.languages import N_, Text, language_of
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.sentences import A_MOMENT, TOO_MANY_REQUESTS
from gatepass.kit.client.networks import canonical
from gatepass.kit.problems import Problem
from gatepass.login.model import Refused
from gatepass.methods.password.flows import Resets
from gatepass.methods.password.messages import RESET_PATH
from gatepass.methods.password.model import Asker, Opened
from gatepass.methods.password.rules import LONGEST, may_be_a_password
from gatepass.protection.flows import Limiter, retry_after
from gatepass.protection.model import SignInLimits, network_key

_GONE = 410
_UNREADABLE = N_("Type a password of up to 256 characters.")


@dataclass(frozen=True, slots=True)
class ResetPages:
    """Parses, calls and renders."""

    resets: Resets
    applications: ApplicationDirectory
    pages: PageRenderer
    limiter: Limiter
    limits: SignInLimits

    def routes(self) -> list[Route]:
        """Return this slice's pages."""
        return [
            Route(RESET_PATH, self.show, methods=["GET", "HEAD"]),
            Route(RESET_PATH, self.set_password, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the form for a new password; changes nothing."""
        return await self._answer(request, dict(request.query_params), None)

    async def set_password(self, request: Request) -> Response:
        """Set the password that was typed."""
        form = await read_form(request)
        return await self._answer(request, form, form.get("password", ""))

    async def _answer(self, request: Request, sent: Mapping[str, str], unverified_password: str | None) -> Response:
        network = canonical(request.client.host) if request.client else ""
        if seconds := self.limiter.hit(self.limits.verify_per_network, network_key(network)):
            wait = retry_after(seconds)
            told = Text(TOO_MANY_REQUESTS, {"seconds": wait})
            page = self.pages.error(429, A_MOMENT, told, language=language_of(request))
            page.headers["retry-after"] = str(wait)
            return page
        application = await self.applications.find(sent.get("client_id", ""))
        if application is None:
            return self._view(request, None, "gone", _GONE)
        opened = await self.resets.open(application, sent.get("secret", ""))
        if isinstance(opened, Refused):
            return self._view(request, application, "gone", _GONE)
        if unverified_password is None:
            return self._form(request, opened, sent["secret"])
        asker = Asker(Origin(network, request.headers.get("user-agent", "")), language=language_of(request).tag)
        return await self._set(request, opened, sent["secret"], unverified_password, asker)

    async def _set(
        self, request: Request, opened: Opened, secret: str, unverified_password: str, asker: Asker
    ) -> Response:
        if not may_be_a_password(unverified_password):
            return self._form(request, opened, secret, error=_UNREADABLE, status=400)
        application = opened.application
        try:
            outcome = await self.resets.set_by_link(application, secret, unverified_password, asker)
        except Problem as problem:
            return self._form(request, opened, secret, error=problem.title, status=problem.status)
        if isinstance(outcome, Refused):
            return self._view(request, application, "gone", _GONE)
        return self._view(request, application, "done", 200, address=opened.address)

    def _form(
        self, request: Request, opened: Opened, secret: str, *, error: str | None = None, status: int = 200
    ) -> Response:
        return self._view(
            request,
            opened.application,
            "form",
            status,
            address=opened.address,
            error=error,
            action=RESET_PATH,
            hidden={"client_id": opened.application.client_id, "secret": secret},
            most=LONGEST,
        )

    def _view(
        self, request: Request, application: Application | None, view: str, status: int, **context: Any
    ) -> Response:
        # A stranger's application lends its look to no page of ours.
        owner = None if application is None or application.is_of_a_stranger else application
        look: dict[str, Any] = {
            "app": None if owner is None else self.pages.application(owner),
            "branding_stylesheet": None if owner is None else self.pages.branding_stylesheet(owner),
        }
        language = language_of(request, default=(owner.branding.language if owner is not None else "") or "en")
        return self.pages.response(
            "password/reset.html", status=status, language=language, view=view, **look, **context
        )
