"""Several accounts in one browser: going from one to another, adding one, proving oneself anew, signing out."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.people import shown
from gatepass.gate.pages.visits import see, with_cookies
from gatepass.impersonation.queries import refuse_acting
from gatepass.provider.logout.flows import LogoutFlows
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.signed import Signed


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """Lets a person choose between their accounts, and leave one."""

    door: Door
    logout: LogoutFlows

    async def show(self, request: Request) -> Response:
        """Show the accounts that the browser is signed in to."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        has_removed = "removed" in request.query_params
        return await self.door.show(
            signed,
            "hosted/choose_account.html",
            accounts=[{"id": one.session.id, **shown(one.user)} for one in signed.accounts],
            action=model.SWITCH,
            other_url=model.ADD,
            notice={"kind": "success", "text": N_("Signed out of that account.")} if has_removed else None,
        )

    async def choose(self, request: Request) -> Response:
        """Go to another account, or sign one out."""
        entered = await self.door.enter(request)
        if isinstance(entered, Response):
            return entered
        signed, form = entered
        if "remove" in form:
            left = await self._end(signed, form["remove"])
            return left or see(f"{model.SWITCH}?removed=1")
        chosen = next((one for one in signed.accounts if one.session.id == form.get("account")), signed.account)
        return see(replace(signed, account=chosen).address(model.OVERVIEW))

    async def add(self, request: Request) -> Response:
        """Send the browser to sign in to one more account."""
        return await self.door.ask_another(self.door.visits.read(request))

    async def prove(self, request: Request) -> Response:
        """Send the browser to prove anew who the person is, because they want to change what is sensitive."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        refuse_acting(signed.session)
        tab = request.query_params.get(model.RETURN_TO, "")
        return await self.door.ask_again(signed, signed.address(model.TABS.get(tab, model.SESSIONS)))

    async def sign_out(self, request: Request) -> Response:
        """Sign the account out in this browser."""
        entered = await self.door.enter(request)
        if isinstance(entered, Response):
            return entered
        signed, _ = entered
        return await self._end(signed, signed.session.id) or see(model.SIGNED_OUT)

    async def _end(self, signed: Signed, unverified_id: str) -> Response | None:
        """End a session that the browser holds; the way out where it was the last one."""
        account = next((one for one in signed.accounts if one.session.id == unverified_id), None)
        if account is None:
            return None
        await self.logout.end_session(account.user.id, account.session.id, signed.visit.origin)
        if len(signed.accounts) > 1:
            return None
        return with_cookies(see(model.SIGNED_OUT), self.door.visits.session.clear())
