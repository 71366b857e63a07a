"""The page on which a person types the code that a device shows, sees what asks, and decides (RFC 8628 §3.3)."""

from dataclasses import dataclass
from datetime import datetime
from string import ascii_letters, digits
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepass.applications.model import Application
from gatepass.gate.pages.domains import domain_of
from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.people import shown as shown_person
from gatepass.gate.pages.sentences import UNKNOWN_DEVICE_CODE
from gatepass.gate.pages.visits import Visit, see, with_cookies
from gatepass.impersonation.queries import refuse_acting
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.client.networks import network_of
from gatepass.kit.client.places import Places
from gatepass.protection.flows import retry_after
from gatepass.protocols.oauth2.device import normalize, shown
from gatepass.provider.authorization.model import Browser, Needed
from gatepass.provider.clients.flows import Bounds
from gatepass.provider.devices.flows import DeviceFlows
from gatepass.provider.devices.model import PAGE, DeviceGrant, Entered, EntryRefusal, Refused
from gatepass.sessions.model import Account
from gatepass.web.hosted.alone import Alone

_TEMPLATE: Final = "hosted/device.html"
_DECIDE: Final = "/device/decide"
_APPROVED: Final = "/device/connected"
_DENIED: Final = "/device/refused"
_CODE: Final = "user_code"
_ACCOUNT: Final = "account"
_WRONG: Final = 400
_TOO_MANY: Final = 429
_FIT: Final = frozenset(f"{ascii_letters}{digits}- ")
_MOST_SHOWN: Final = 16
_TOO_MANY_GUESSES: Final = N_("Too many wrong codes. Wait ten minutes, then ask your device for a new one.")


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Takes a code from somebody who is signed in, and their decision.

    Args:
        alone: knows who is signed in, and shows the page.
        devices: judge the code.
        places: say where the device is.
        bounds: count who is sent to sign in.
    """

    alone: Alone
    devices: DeviceFlows
    places: Places
    bounds: Bounds

    def routes(self) -> list[Route]:
        """Return this part's pages."""
        return [
            Route(PAGE, self.show, methods=["GET"]),
            Route(PAGE, self.enter, methods=["POST"]),
            Route(_DECIDE, self.decide, methods=["POST"]),
            Route(_APPROVED, self.approved),
            Route(_DENIED, self.denied),
        ]

    async def show(self, request: Request) -> Response:
        """Ask for the code, of whoever is signed in; a code of the address stands in the field and is not believed."""
        visit = self.alone.stage.visits.read(request)
        code = normalize(request.query_params.get(_CODE, ""))
        if way := await self._way_in(visit, code):
            return way
        account = await self._account(visit)
        return see(PAGE) if account is None else await self._ask(visit, account, shown(code) if code else "")

    async def enter(self, request: Request) -> Response:
        """Judge the code, and show what asks; nothing is decided yet."""
        visit = self.alone.stage.visits.read(request)
        if visit.session_hash is None:
            return see(PAGE)
        form = await self.alone.read_form(request, visit)
        unverified_code = form.get(_CODE, "")
        account = await self._account(visit, form.get(_ACCOUNT, ""))
        if account is None:
            return see(PAGE)
        outcome = await self.devices.enter(unverified_code, account.session, visit.origin)
        if isinstance(outcome, Refused):
            return await self._refused(visit, account, unverified_code, outcome)
        return await self._confirm(visit, account, unverified_code, outcome)

    async def decide(self, request: Request) -> Response:
        """Let the device in or turn it away."""
        visit = self.alone.stage.visits.read(request)
        if visit.session_hash is None:
            return see(PAGE)
        form = await self.alone.read_form(request, visit)
        account = await self._account(visit, form.get(_ACCOUNT, ""))
        decision = form.get("decision")
        if account is None or decision not in {"allow", "deny"}:
            return see(PAGE)
        outcome = await self.devices.decide(
            form.get(_CODE, ""), account.session, visit.origin, allows=decision == "allow"
        )
        if isinstance(outcome, Refused):
            return await self._view(visit, "expired", enter_url=PAGE, status=_WRONG)
        # A page of its own, so that looking at it again decides nothing and tells no other story.
        return see(_APPROVED if outcome.is_approved else _DENIED)

    async def approved(self, request: Request) -> Response:
        """Say that the device was let in."""
        return await self._view(self.alone.stage.visits.read(request), "approved")

    async def denied(self, request: Request) -> Response:
        """Say that the device was turned away."""
        return await self._view(self.alone.stage.visits.read(request), "denied")

    async def _way_in(self, visit: Visit, code: str | None) -> Response | None:
        """Return the way to sign in, where nobody is; afterwards the browser comes back with its code."""
        stage = self.alone.stage
        if await self._account(visit) is None:
            self.bounds.charge_visit(visit.origin.network, "device")
        browser_hash, cookie = stage.visits.browser.give(visit.headers)
        return_to = f"{PAGE}?{urlencode({_CODE: shown(code)})}" if code else PAGE
        browser = Browser(browser_hash, visit.session_hash, visit.origin)
        outcome = await stage.flows.begin_own(return_to, browser, max_age=None)
        return with_cookies(see(outcome.path), cookie) if isinstance(outcome, Needed) else None

    async def _account(self, visit: Visit, unverified_id: str = "") -> Account | None:
        """Return the account that a form was shown for, or where none was shown the one used last."""
        accounts = await self.alone.accounts(visit)
        found = next((one for one in accounts if unverified_id in {"", one.session.id}), None)
        if found is not None:
            refuse_acting(found.session)
        return found

    async def _refused(self, visit: Visit, account: Account, unverified_code: str, refused: Refused) -> Response:
        match refused.reason:
            case EntryRefusal.EXPIRED:
                return await self._view(visit, "expired", enter_url=PAGE, status=_WRONG)
            case EntryRefusal.TOO_MANY:
                headers = {"retry-after": str(_seconds_until(refused.retry_at, self.alone.stage.clock.now()))}
                return await self._ask(
                    visit, account, unverified_code, error=_TOO_MANY_GUESSES, status=_TOO_MANY, headers=headers
                )
            case _:
                left = refused.tries_left
                return await self._ask(
                    visit, account, unverified_code, error=UNKNOWN_DEVICE_CODE, tries_left=left, status=_WRONG
                )

    async def _ask(self, visit: Visit, account: Account, typed: str, **context: Any) -> Response:
        hidden = {_ACCOUNT: account.session.id}
        return await self._view(visit, "enter", hidden=hidden, action=PAGE, user_code=_shown_again(typed), **context)

    async def _confirm(self, visit: Visit, account: Account, unverified_code: str, entered: Entered) -> Response:
        code = normalize(unverified_code) or ""
        return await self._view(
            visit,
            "confirm",
            hidden={_ACCOUNT: account.session.id, _CODE: code},
            action=_DECIDE,
            client=_client(entered.application),
            user_code=shown(code),
            account=shown_person(account.user),
            scopes=list(entered.grant.terms.scope),
            asked=self._asked(entered.grant),
        )

    async def _view(self, visit: Visit, view: str, **context: Any) -> Response:
        return await self.alone.show(visit, _TEMPLATE, view=view, **context)

    def _asked(self, grant: DeviceGrant) -> dict[str, Any]:
        """Return what the device itself could not make up about where it asked from, and what it says it is."""
        place = self.places.describe(grant.network)
        return {
            "device": describe_agent(grant.user_agent).summary if grant.user_agent else None,
            "place": place.summary if place else None,
            "network": network_of(grant.network),
            "at": grant.created_at,
        }


def _client(application: Application) -> dict[str, object]:
    return {
        "name": application.name,
        "logo_url": application.branding.logo_url or None,
        "domain": domain_of(application),
    }


def _shown_again(typed: str) -> str:
    """Return what somebody typed, so that they may correct it; only what a code could be made of."""
    return "".join(character for character in typed if character in _FIT)[:_MOST_SHOWN]


def _seconds_until(moment: datetime | None, now: datetime) -> int:
    return retry_after((moment - now).total_seconds()) if moment is not None else 1
