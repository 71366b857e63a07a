"""The history: when and where somebody signed in."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepass.audit.model import Event
from gatepass.audit.queries import login_log
from gatepass.gate.pages.languages import N_
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.client.places import Places
from gatepass.web.account.door import Door

_WAYS = {"magic_link": N_("Signed in with a link"), "one_time_code": N_("Signed in with a code")}


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Lists the sign-ins, the newest first."""

    door: Door
    places: Places

    async def show(self, request: Request) -> Response:
        """Show the sign-ins."""
        signed = await self.door.open(request)
        if isinstance(signed, Response):
            return signed
        events = await self.door.database.read(lambda tx: login_log(tx, signed.user.id))
        return await self.door.show(
            signed, "account/history.html", events=[self._row(event) for event in events], older_url=None
        )

    def _row(self, event: Event) -> dict[str, Any]:
        place = self.places.describe(event.network)
        return {
            "what": _WAYS.get(event.data.get("method", ""), N_("Signed in")),
            "kind": "success",
            "at": event.occurred_at,
            "device": describe_agent(event.user_agent).summary if event.user_agent else None,
            "place": place.summary if place else None,
            "network": event.network or None,
        }
