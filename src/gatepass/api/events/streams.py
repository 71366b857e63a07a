"""The endpoints of streams, which send the record on."""

from dataclasses import dataclass
from typing import Any, Final

from gatepass.access.model import Scope
from gatepass.api.events.stream_shapes import (
    RemovedStream,
    ResetBody,
    StreamAnswer,
    StreamBody,
    TestAnswer,
    stream_answer,
)
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.audit.flows import Stream, Streams
from gatepass.audit.queries import find_stream, last_sequence, list_streams
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import refuse_stale, versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.lookups.paging import Page
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import get_organization

_ALL: Final = "/api/v1/event-streams"
_ONE: Final = _ALL + "/{stream_id}"
_row: Final = ManagerRows("Event streams", Scope.STREAMS_READ, Scope.STREAMS_WRITE)
_KNOWN: Final = ("organization_caller", "unknown_stream")


@dataclass(frozen=True, slots=True)
class StreamRoutes:
    """Parses, calls and renders."""

    database: Database
    clock: Clock
    streams: Streams

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        faults = ("invalid_stream", "unknown_organization", "organization_caller")
        return [
            _row("event_streams", "GET", _ALL, self.list_all, "List the streams and how far each has come.",
                 query=ListQuery, answer=list[StreamAnswer],
                 errors=(*LIST_ERRORS, "organization_caller")),
            _row("create_event_stream", "POST", _ALL, self.create,
                 "Send the record on, from now on: by HTTPS, by syslog over TLS or into a file.",
                 body=StreamBody, answer=StreamAnswer, status=201, is_repeatable=True, may_be_missing=True,
                 errors=(*faults, "too_many_streams")),
            _row("event_stream", "GET", _ONE, self.show, "Read a stream.", answer=StreamAnswer, errors=_KNOWN),
            _row("change_event_stream", "PUT", _ONE, self.change, "Change a stream; it is tried again at once.",
                 body=StreamBody, answer=StreamAnswer, errors=(*faults, "unknown_stream", "stale_version")),
            _row("remove_event_stream", "DELETE", _ONE, self.remove, "Remove a stream.", answer=RemovedStream,
                 errors=(*_KNOWN, "stale_version")),
            _row("test_event_stream", "POST", _ONE + "/test", self.test, "Send a sample event right now.",
                 answer=TestAnswer, errors=_KNOWN),
            _row("reset_event_stream", "POST", _ONE + "/reset", self.reset,
                 "Let a stream go on from another place of the record.", body=ResetBody, answer=StreamAnswer,
                 errors=_KNOWN),
        ]  # fmt: skip

    async def list_all(self, call: Call[ListQuery, None]) -> Reply:
        """Answer with a page of streams."""
        call.principal.everywhere()
        wanted = call.query.page()

        async def body(tx: Tx) -> tuple[Page[Stream], int]:
            return await list_streams(tx, wanted), await last_sequence(tx)

        page, last = await self.database.read(body)
        return listed(call, page.map(lambda stream: self._shown(stream, last)), path=_ALL)

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with one stream and its version."""
        call.principal.everywhere()
        return await self._answer(await self.database.read(lambda tx: _get(tx, call)))

    async def create(self, call: Call[None, StreamBody]) -> Reply:
        """Set a stream up."""
        call.principal.everywhere()
        wishes, at = call.body.wishes(), self.clock.now()

        async def body(tx: Tx) -> Stream:
            if wishes.organization_id:
                await get_organization(tx, EVERYWHERE, wishes.organization_id)
            return await self.streams.create(tx, wishes, at, call.origin)

        return await self._answer(await self.database.transact(body), 201)

    async def change(self, call: Call[None, StreamBody]) -> Reply:
        """Change a stream."""
        call.principal.everywhere()
        wishes, at = call.body.wishes(), self.clock.now()

        async def body(tx: Tx) -> Stream:
            stream = await _get_fresh(tx, call)
            if wishes.organization_id:
                await get_organization(tx, EVERYWHERE, wishes.organization_id)
            return await self.streams.change(tx, stream, wishes, at, call.origin)

        return await self._answer(await self.database.transact(body))

    async def remove(self, call: Call[None, None]) -> RemovedStream:
        """Remove a stream."""
        call.principal.everywhere()
        at = self.clock.now()

        async def body(tx: Tx) -> None:
            await self.streams.remove(tx, await _get_fresh(tx, call), at, call.origin)

        await self.database.transact(body)
        return RemovedStream()

    async def test(self, call: Call[None, None]) -> TestAnswer:
        """Send a sample and say whether it was taken."""
        call.principal.everywhere()
        stream = await self.database.read(lambda tx: _get(tx, call))
        error = await self.streams.test(stream, call.origin)
        return TestAnswer(not error, error or None)

    async def reset(self, call: Call[None, ResetBody]) -> Reply:
        """Let a stream go on from another place."""
        call.principal.everywhere()
        at = self.clock.now()

        async def body(tx: Tx) -> Stream:
            return await self.streams.reset(tx, await _get(tx, call), call.body.after, at, call.origin)

        return await self._answer(await self.database.transact(body))

    async def _answer(self, stream: Stream, status: int = 200) -> Reply:
        shown = self._shown(stream, await self.database.read(last_sequence))
        return versioned(stream, shown, status)

    def _shown(self, stream: Stream, last: int) -> StreamAnswer:
        return stream_answer(stream, self.streams.target_of(stream), last)


async def _get(tx: Tx, call: Call[Any, Any]) -> Stream:
    stream = await find_stream(tx, call.path["stream_id"])
    if stream is None:
        raise Problem("unknown_stream", 404, "There is no such stream; list them for their ids.", number=1005)
    return stream


async def _get_fresh(tx: Tx, call: Call[Any, Any]) -> Stream:
    """Return a stream that is about to be changed, where the caller has seen its present version."""
    await take_turn(tx, f"audit.stream:{call.path['stream_id']}")
    stream = await _get(tx, call)
    refuse_stale(call, stream.id, stream.modified_at)
    return stream
