"""The door of the account page: who is signed in here, and how recently they proved it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.visits import Visit, Visits, see, with_cookies
from gatepass.impersonation.queries import refuse_acting
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import Browser, Needed
from gatepass.provider.clients.flows import Bounds
from gatepass.sessions.flows import touch
from gatepass.sessions.queries import accounts_of_browser
from gatepass.web.account import model
from gatepass.web.account.model import ACCOUNT, ACTING_AS
from gatepass.web.account.signed import Signed

_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a sign-in counts.

    Args:
        idle: after how long without use a session is over.
        fresh: for how long after a proof sensitive changes need no new one.
    """

    idle: timedelta
    fresh: timedelta


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in who is signed in, and sends everybody else to sign in."""

    flows: AuthorizationFlows
    applications: ApplicationDirectory
    visits: Visits
    pages: PageRenderer
    database: Database
    clock: Clock
    terms: Terms
    bounds: Bounds

    async def open(self, request: Request) -> Signed | Response:
        """Return who looks at a page, or the way to sign in."""
        visit = self.visits.read(request)
        signed = await self._signed(visit, request.query_params.get(ACCOUNT, ""))
        if signed is None:
            return await self.ask(visit, request.url.path)
        await self._touch(signed)
        return signed

    async def enter(self, request: Request) -> tuple[Signed, dict[str, str]] | Response:
        """Return who sent a form, and its fields; or the way to sign in.

        The form names the account that it was shown for, so that a form of one account never changes another.

        Raises:
            Problem: the form is another's, or from before a sign-in that changed the browser's cookie.
        """
        visit = self.visits.read(request)
        if visit.session_hash is None:
            return await self.ask(visit, model.OVERVIEW)
        form = await self.visits.read_form(request, visit.session_hash)
        unverified_id = form.get(ACTING_AS, "")
        signed = await self._signed(visit, unverified_id)
        if signed is None or signed.session.id != unverified_id:
            return await self.ask(visit, model.OVERVIEW)
        await self._touch(signed)
        return signed, form

    async def enter_alone(self, request: Request) -> tuple[Signed, dict[str, str]] | Response:
        """Return the same for what a person alone can want; nobody does it in their place.

        Raises:
            Problem: as `enter`, or somebody acts in the person's place (`acting_for_another`).
        """
        entered = await self.enter(request)
        if not isinstance(entered, Response):
            refuse_acting(entered[0].session)
        return entered

    def is_fresh(self, signed: Signed) -> bool:
        """Tell whether somebody proved recently who they are, as sensitive changes need it."""
        return signed.session.is_fresh(self.clock.now(), self.terms.fresh)

    async def refuse_stale(self, signed: Signed, tab: str) -> Response | None:
        """Return the page that asks for a new sign-in, where the last proof is too long ago for a sensitive change.

        Args:
            signed: who wants the change.
            tab: the key of the page to which they return.
        """
        if self.is_fresh(signed):
            return None
        return await self.show(
            signed,
            "account/sign_in_again.html",
            status=403,
            sign_in_url=signed.address(model.PROVE, **{model.RETURN_TO: tab}),
            back_url=signed.address(model.TABS[tab]),
        )

    async def ask(self, visit: Visit, return_to: str) -> Response:
        """Send a browser to sign in, and back to a page of ours afterwards."""
        return await self._begin(visit, return_to)

    async def ask_another(self, visit: Visit) -> Response:
        """Send a browser to sign in to one more account."""
        return await self._begin(visit, model.OVERVIEW, max_age=_AT_ONCE, further="&another=1")

    async def ask_again(self, signed: Signed, return_to: str) -> Response:
        """Send a person to prove anew who they are, where they did not recently."""
        return await self._begin(signed.visit, return_to, max_age=self.terms.fresh, subject=signed.user.id)

    async def _begin(
        self, visit: Visit, return_to: str, *, max_age: timedelta | None = None, subject: str = "", further: str = ""
    ) -> Response:
        self.bounds.charge_visit(visit.origin.network, "account")
        browser_hash, cookie = self.visits.browser.give(visit.headers)
        browser = Browser(browser_hash, visit.session_hash, visit.origin)
        outcome = await self.flows.begin_own(return_to, browser, max_age=max_age, subject=subject)
        address = outcome.path + (further if isinstance(outcome, Needed) else "")
        return with_cookies(see(address), cookie)

    async def show(self, signed: Signed, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a page about an account, in the frame that all of them have."""
        eldest = await self.applications.eldest()
        token = self.visits.csrf_token(signed.visit.session_hash)
        frame: dict[str, Any] = {
            "app": None if eldest is None else self.pages.application(eldest),
            "branding_stylesheet": None if eldest is None else self.pages.branding_stylesheet(eldest),
            "account": shown(signed.user),
            "hidden": {"csrf_token": token, ACTING_AS: signed.session.id},
            "paths": signed.paths,
            "switch_url": signed.address(model.SWITCH),
        }
        return self.pages.response(template, status=status, language=signed.language, **frame, **context)

    async def _signed(self, visit: Visit, unverified_id: str) -> Signed | None:
        held, at = visit.session_hash, self.clock.now()
        accounts = await self.database.read(lambda tx: accounts_of_browser(tx, held, at, self.terms.idle))
        if not accounts:
            return None
        account = next((one for one in accounts if one.session.id == unverified_id), accounts[0])
        seen = replace(visit, origin=account.session.seen_from(visit.origin))
        return Signed(seen, account, accounts, visit.language(chosen=account.user.locale))

    async def _touch(self, signed: Signed) -> None:
        at, idle = self.clock.now(), self.terms.idle
        if not signed.session.is_noted(at, idle):
            await self.database.transact(lambda tx: touch(tx, signed.session, at, idle))
