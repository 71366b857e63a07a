"""What the page of an invitation stands in: who looks, what they may see, and whose look it has."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory, find_application
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.visits import Visit, Visits, with_cookies
from gatepass.invitations.model import Invitation, Opened, Refused
from gatepass.invitations.queries import find_reader, is_shut_out, look
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.sessions.model import Account
from gatepass.sessions.queries import accounts_of_browser

_TEMPLATE = "invitations/page.html"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a browser sees of an invitation.

    Args:
        found: where the token leads, or why nowhere.
        accounts: the accounts that the browser is signed in to, the one used last first.
        reader: that of them whose person has proven the invited address; None where none has.
        application: the application to which a new member goes; None where nobody knows one.
        is_shut_out: whether whoever has the invited address may not sign in at present.
    """

    found: Opened | Refused
    accounts: tuple[Account, ...]
    reader: Account | None
    application: Application | None
    is_shut_out: bool = False

    @property
    def invitation(self) -> Invitation | None:
        """Return the invitation, over or not; None where the token is none of ours."""
        return self.found.invitation


@dataclass(frozen=True, slots=True)
class Frame:
    """Reads what a browser may see, and shows it.

    Args:
        visits: reads who looks.
        pages: renders.
        applications: know whose look the page has.
        database: where it all stands.
        clock: the time.
        idle: after how long without use a session is over.
    """

    visits: Visits
    pages: PageRenderer
    applications: ApplicationDirectory
    database: Database
    clock: Clock
    idle: timedelta

    async def see(self, visit: Visit, unverified_token: str) -> Sight:
        """Return what a browser sees of the invitation of a token."""
        at, eldest = self.clock.now(), await self.applications.eldest()

        async def body(tx: Tx) -> Sight:
            found = await look(tx, unverified_token, at)
            held = await accounts_of_browser(tx, visit.session_hash, at, self.idle)
            # Nobody accepts anything in another one's place.
            accounts = tuple(one for one in held if not one.session.is_acted)
            if found.invitation is None:
                return Sight(found, accounts, None, _ours(eldest))
            reader_id = await find_reader(tx, found.invitation)
            reader = next((one for one in accounts if one.user.id == reader_id), None)
            asked_by = found.invitation.application_id
            application = await find_application(tx, asked_by) if asked_by else None
            is_closed = reader_id is None and await is_shut_out(tx, found.invitation)
            return Sight(found, accounts, reader, _ours(application) or _ours(eldest), is_closed)

        return await self.database.read(body)

    def show(
        self, visit: Visit, sight: Sight, *, status: int = 200, hidden: dict[str, str], **context: Any
    ) -> Response:
        """Return the page; its forms carry the token of the browser that was shown them."""
        browser_hash, cookie = self.visits.browser.give(visit.headers)
        application, account = sight.application, sight.reader or next(iter(sight.accounts), None)
        language = visit.language(chosen=account.user.locale if account is not None else "")
        return with_cookies(
            self.pages.response(
                _TEMPLATE,
                status=status,
                language=language,
                app=None if application is None else self.pages.application(application),
                branding_stylesheet=None if application is None else self.pages.branding_stylesheet(application),
                hidden={**hidden, "csrf_token": self.visits.csrf_token(browser_hash)},
                **context,
            ),
            cookie,
        )


def _ours(application: Application | None) -> Application | None:
    """Return an application whose look the house's own pages may have: none that is switched off, no stranger's."""
    if application is None or not application.is_active or application.is_of_a_stranger:
        return None
    return application
