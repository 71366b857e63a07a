"""The page after a sign-out."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from gatepass.sessions.queries import accounts_of_browser
from gatepass.web.hosted.stage import Stage


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """Says that a person is signed out, and how many other accounts of the browser are not.

    Args:
        stage: reads who asks, and shows the page.
        idle: after how long without use a session is over.
        sign_in_url: where somebody may sign in again.
    """

    stage: Stage
    idle: timedelta
    sign_in_url: str

    async def show(self, request: Request) -> Response:
        """Show the page; it changes nothing."""
        visit = self.stage.visits.read(request)
        held, now = visit.session_hash, self.stage.clock.now()
        still_in = await self.stage.database.read(lambda tx: accounts_of_browser(tx, held, now, self.idle))
        return self.stage.pages.response(
            "hosted/signed_out.html",
            language=visit.language(),
            app=None,
            still_in=len(still_in),
            return_url=None,
            sign_in_url=self.sign_in_url,
        )
