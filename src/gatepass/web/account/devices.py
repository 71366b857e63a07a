"""The devices: where somebody is signed in, and how they sign out there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepass.gate.pages.languages import N_
from gatepass.gate.pages.visits import see, with_cookies
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.client.places import Places
from gatepass.kit.db import Tx
from gatepass.provider.logout.flows import LogoutFlows
from gatepass.sessions.model import Session
from gatepass.sessions.queries import list_unrevoked
from gatepass.tokens.queries import holding_sessions
from gatepass.web.account import model
from gatepass.web.account.door import Door
from gatepass.web.account.signed import Signed

_NOTICES = {
    "ended": {"kind": "success", "text": N_("Signed out there.")},
    "others": {"kind": "success", "text": N_("Signed out everywhere else.")},
}


@dataclass(frozen=True, slots=True)
class DevicesPage:
    """Lists the sessions and ends them; what hangs on one, its refresh tokens, ends with it."""

    door: Door
    places: Places
    logout: LogoutFlows

    async def show(self, request: Request) -> Response:
        """Show every session of the person that is not over, or of which an application still holds tokens."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        now = self.door.clock.now()
        live = await self.door.database.read(lambda tx: self._live(tx, signed.user.id, now))
        return await self.door.show(
            signed,
            "account/sessions.html",
            sessions=[self._row(one, signed) for one in sorted(live, key=lambda one: one.id != signed.session.id)],
            action=model.SESSIONS,
            everywhere_action=model.EVERYWHERE,
            notice=_NOTICES.get(request.query_params.get("done", "")),
        )

    async def end(self, request: Request) -> Response:
        """End one session of the person."""
        entered = await self.door.enter_alone(request)
        if isinstance(entered, Response):
            return entered
        signed, form = entered
        unverified_id = form.get("session", "")
        has_ended = await self.logout.end_session(signed.user.id, unverified_id, signed.visit.origin)
        if has_ended and unverified_id == signed.session.id:
            left = see(model.SIGNED_OUT)
            return with_cookies(left, self.door.visits.session.clear()) if len(signed.accounts) == 1 else left
        return see(signed.address(model.SESSIONS, **({"done": "ended"} if has_ended else {})))

    async def end_others(self, request: Request) -> Response:
        """End every session but this one, where the person proved recently who they are."""
        entered = await self.door.enter_alone(request)
        if isinstance(entered, Response):
            return entered
        signed, _ = entered
        if stale := await self.door.refuse_stale(signed, "sessions"):
            return stale
        await self.logout.end_all(signed.user.id, signed.visit.origin, but_id=signed.session.id)
        return see(signed.address(model.SESSIONS, done="others"))

    async def _live(self, tx: Tx, user_id: str, now: datetime) -> list[Session]:
        idle, holding = self.door.terms.idle, await holding_sessions(tx, user_id, now)
        # An application that holds a session by itself does not show it to be used; only a browser's grows idle.
        return [
            one
            for one in await list_unrevoked(tx, user_id)
            if one.id in holding or not one.is_over(now, idle if one.browser_hash is not None else None)
        ]

    def _row(self, session: Session, signed: Signed) -> dict[str, Any]:
        place = self.places.describe(session.network)
        return {
            "id": session.id,
            "device": describe_agent(session.user_agent).summary if session.user_agent else None,
            "place": place.summary if place else None,
            "network": session.network or None,
            "started_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "is_current": session.id == signed.session.id,
            "is_acted": session.is_acted,
            "acted_by": session.acted_by.name or None,
        }
