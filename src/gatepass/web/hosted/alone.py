"""The frame of the pages that stand alone: no request waits for them, and they are about who is signed in here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.gate.pages.languages import Language
from gatepass.gate.pages.visits import Visit
from gatepass.sessions.model import Account
from gatepass.sessions.queries import accounts_of_browser
from gatepass.web.hosted.stage import Stage


@dataclass(frozen=True, slots=True)
class Alone:
    """Reads who is signed in to a browser, and shows a page to them.

    Args:
        stage: reads requests and renders.
        idle: after how long without use a session is over.
    """

    stage: Stage
    idle: timedelta

    async def accounts(self, visit: Visit) -> tuple[Account, ...]:
        """Return the accounts that a browser is signed in to, the one used last first."""
        now = self.stage.clock.now()
        return await self.stage.database.read(lambda tx: accounts_of_browser(tx, visit.session_hash, now, self.idle))

    async def read_form(self, request: Request, visit: Visit) -> dict[str, str]:
        """Return the fields of a form that was shown to whoever is signed in here.

        Raises:
            Problem: the form is another's, or from before a sign-in that changed the browser's cookie.
        """
        return await self.stage.visits.read_form(request, visit.session_hash)

    async def show(
        self,
        visit: Visit,
        template: str,
        *,
        owner: Application | None = None,
        language: Language | None = None,
        hidden: dict[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """Return a page, whose forms carry the token of the browser's sign-in.

        Args:
            visit: who looks.
            template: its name.
            owner: whose look it has; the server's eldest application's where nobody is named or a stranger is.
            language: the language; the browser's where none is named.
            hidden: what the forms carry beside the token.
            context: what the template shows.
        """
        look = await self._look(owner)
        fields = {**(hidden or {}), "csrf_token": self.stage.visits.csrf_token(visit.session_hash)}
        return self.stage.pages.response(
            template, language=language or visit.language(), **{**look, "hidden": fields, **context}
        )

    async def _look(self, owner: Application | None) -> dict[str, Any]:
        own = owner if owner is not None and not owner.is_of_a_stranger else await self.stage.applications.eldest()
        if own is None or own.is_of_a_stranger:
            return {"app": None, "branding_stylesheet": None}
        pages = self.stage.pages
        return {"app": pages.application(own), "branding_stylesheet": pages.branding_stylesheet(own)}
