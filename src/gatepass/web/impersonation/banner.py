"""The banner above every page while somebody acts in a person's place in a browser."""

from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from gatepass.gate.pages.acting import Acting, acting_as
from gatepass.gate.pages.visits import Visits
from gatepass.impersonation.model import END, Seen
from gatepass.impersonation.queries import find_running
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.problems import Problem

_log = structlog.get_logger(__name__)
# What is the same for everybody shows nobody, and is asked for often.
_SHOWS_NOBODY: Final = ("/static/", "/branding/")


class Banner:
    """Wraps the pages; a browser that is signed in costs one read, any other none.

    Args:
        pages: the pages.
        database: knows who acts.
        clock: the time.
        visits: read the cookie, and make the token of the banner's form.
    """

    def __init__(self, pages: ASGIApp, database: Database, clock: Clock, visits: Visits) -> None:
        self._pages = pages
        self._database = database
        self._clock = clock
        self._visits = visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the page says who acts in whose place, where somebody does."""
        acting = await self._acting(scope)
        if acting is None:
            await self._pages(scope, receive, send)
            return
        with acting_as(acting):
            await self._pages(scope, receive, send)

    async def _acting(self, scope: Scope) -> Acting | None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        held = self._visits.session.read_hash(headers)
        if held is None or str(scope["path"]).startswith(_SHOWS_NOBODY):
            return None
        now = self._clock.now()
        try:
            seen: Seen | None = await self._database.read(lambda tx: find_running(tx, held, now))
        except Problem as problem:
            # The page will find the same and say so; it can show nobody without the database.
            _log.warning("acting.unknown", detail=problem.detail)
            return None
        if seen is None:
            return None
        impersonation = seen.impersonation
        token = self._visits.csrf_token(held)
        return Acting(impersonation.actor.name, seen.user.contact, impersonation.expires_at, END, token)
