"""The endpoints that read events."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from gatepass.access.model import Scope
from gatepass.api.events.asking import EventQuery, LogQuery
from gatepass.api.events.shapes import EventAnswer, KindAnswer, LogAnswer, event_answer, log_entry
from gatepass.api.shapes.pages import LIST_ERRORS
from gatepass.api.shapes.rows import ManagerRows
from gatepass.audit.model import EVENT_MEANINGS, FAMILY_OF, Event, EventFilter, EventKind
from gatepass.audit.queries import find_event, follow, search
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Caller, Endpoint, Reply, encode_answer
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page
from gatepass.kit.lookups.reach import Reach
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import get_organization
from gatepass.users.queries import list_people

TAG: Final = "Events"
_ALL: Final = "/api/v1/events"
_OF_ORGANIZATION: Final = "/api/v1/organizations/{organization_id}/events"
_OF_MEMBER: Final = "/api/v1/auth/tenants/{tenant_id}/audit"
_row: Final = ManagerRows(TAG, Scope.EVENTS_READ, Scope.EVENTS_READ)
_LIST_ERRORS: Final = (*LIST_ERRORS, "malformed_request")


@dataclass(frozen=True, slots=True)
class EventRoutes:
    """Parses, calls and renders."""

    database: Database

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            _row("events", "GET", _ALL, self.list_all,
                 "List events: behind a sequence in the order of the record, or the newest first.",
                 query=EventQuery, answer=list[EventAnswer], errors=_LIST_ERRORS),
            _row("event", "GET", _ALL + "/{event_id}", self.show, "Read an event.", answer=EventAnswer,
                 errors=("unknown_event",)),
            _row("event_kinds", "GET", "/api/v1/event-kinds", self.list_kinds,
                 "List the kinds of events and what they mean.",
                 answer=list[KindAnswer]),
            _row("organization_events", "GET", _OF_ORGANIZATION, self.list_of_organization,
                 "List the events of an organization, in the same two ways.",
                 query=EventQuery, answer=list[EventAnswer], errors=(*_LIST_ERRORS, "unknown_organization")),
            Endpoint(
                "audit_log_for_member", "GET", (_OF_MEMBER,), self.list_for_member,
                "List what happened in an organization, to a member who may see its team.", caller=Caller.MEMBER,
                permission="team_view", query=LogQuery, answer=LogAnswer, errors=_LIST_ERRORS, tag=TAG,
            ),
        ]  # fmt: skip

    async def list_all(self, call: Call[EventQuery, None]) -> Reply:
        """Answer with events as far as the caller sees."""
        reach = call.principal.reach
        if call.query.after is not None and call.query.organization_id:
            reach = call.principal.within(call.query.organization_id)
        return await self._list(call, reach, _ALL)

    async def list_of_organization(self, call: Call[EventQuery, None]) -> Reply:
        """Answer with the events of the organization in the path."""
        named = call.path["organization_id"]
        reach = call.principal.within(named)
        await self.database.read(lambda tx: get_organization(tx, reach, named))
        return await self._list(call, reach, _OF_ORGANIZATION.replace("{organization_id}", named))

    async def show(self, call: Call[None, None]) -> EventAnswer:
        """Answer with one event."""
        found = await self.database.read(lambda tx: find_event(tx, call.principal.reach, call.path["event_id"]))
        if found is None:
            raise Problem("unknown_event", 404, "There is no such event; it may be beyond the retention.", number=1005)
        return event_answer(found)

    async def list_kinds(self, call: Call[None, None]) -> list[KindAnswer]:  # noqa: ARG002 - the handlers' signature
        """Answer with every kind there is."""
        return [KindAnswer(kind.value, FAMILY_OF[kind].value, EVENT_MEANINGS[kind]) for kind in EventKind]

    async def list_for_member(self, call: Call[LogQuery, None]) -> LogAnswer:
        """Answer with an organization's log, in the documented shape."""
        wanted = call.query.page()
        reach, kinds = call.principal.within(call.path["tenant_id"]), call.query.kinds()

        async def body(tx: Tx) -> tuple[Page[Event], dict[str, str]]:
            page = await search(tx, reach, EventFilter(kinds), wanted)
            ids = sorted({event.user_id for event in page.items if event.user_id})
            return page, {person.id: person.name or person.email for person in await list_people(tx, ids)}

        page, names = await self.database.read(body)
        entries = [log_entry(event, names.get(event.user_id or "", "") or event.actor.name) for event in page.items]
        return LogAnswer(entries, wanted.limit, page.next_cursor)

    async def _list(self, call: Call[EventQuery, None], reach: Reach, path: str) -> Reply:
        wanted = call.query.page()
        if call.query.after is not None:
            return await self._follow(call, reach, path, wanted.limit)
        asked = call.query.filter()
        page = await self.database.read(lambda tx: search(tx, reach, asked, wanted))
        return listed(call, page.map(event_answer), path=path)

    async def _follow(self, call: Call[EventQuery, None], reach: Reach, path: str, limit: int) -> Reply:
        call.query.refuse_search()
        after, kinds = call.query.after or 0, call.query.kinds()
        part = await self.database.read(lambda tx: follow(tx, reach, after, kinds, limit))
        # Always there: at the end of the record it is what the caller asks next time.
        link = _next_link(call, path, part.reached)
        return Reply(encode_answer([event_answer(event) for event in part.events]), headers=[link])


def _next_link(call: Call[Any, Any], path: str, reached: int) -> tuple[bytes, bytes]:
    kept = [(name, value) for name, value in call.sent_query.items() if name != "after" and value]
    query = urlencode([*kept, ("after", str(reached))])
    return b"link", f'<{path}?{query}>; rel="next"'.encode()
