"""Setting streams up, changing them, trying them out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gatepass.audit.lookup.following import last_sequence
from gatepass.audit.model import Event, EventKind, Origin
from gatepass.audit.recording import record
from gatepass.audit.streams import store
from gatepass.audit.streams.judging import faults_of
from gatepass.audit.streams.model import NotTaken, Stream, StreamTarget, StreamWishes
from gatepass.audit.streams.sending import Ways
from gatepass.kit.clock import Clock, next_moment
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.problems import Problem

_MOST: Final = 50
# So that one organization does not take the place of all others.
_MOST_OF_ONE: Final = 10
_SAMPLE: Final = {"test": "true"}


@dataclass(frozen=True, slots=True)
class Streams:
    """Sets streams up, changes them, tries them out.

    Args:
        clock: the time.
        ways: send batches.
        allow_loopback: whether this is a development machine.
    """

    clock: Clock
    ways: Ways
    allow_loopback: bool = False

    async def create(self, tx: Tx, wishes: StreamWishes, at: datetime, origin: Origin) -> Stream:
        """Set a stream up; it begins with what happens from now on.

        Raises:
            Problem: a value can't be (`invalid_stream`), or there are fifty already, or ten of that organization
                (`too_many_streams`, 409).
        """
        if wishes.target is None:
            raise _invalid(["Say where the stream leads."])
        self._refuse_faults(wishes)
        await take_turn(tx, "audit.streams")
        if await store.count(tx) >= _MOST:
            raise Problem("too_many_streams", 409, f"There are {_MOST} streams already; remove one first.")
        await _refuse_crowd(tx, wishes.organization_id)
        stream_id = new_id()
        stream = Stream(
            stream_id,
            wishes.name,
            wishes.kind,
            wishes.format,
            wishes.families,
            wishes.organization_id,
            self.ways.targets.seal(stream_id, wishes.target),
            wishes.is_active,
            position=await last_sequence(tx),
            failures=0,
            last_error="",
            next_at=None,
            sent_at=None,
            created_at=at,
            modified_at=at,
        )
        await store.add(tx, stream)
        await _record(tx, EventKind.STREAM_CREATED, stream, at, origin)
        return stream

    async def change(self, tx: Tx, stream: Stream, wishes: StreamWishes, at: datetime, origin: Origin) -> Stream:
        """Change a stream; its place stays, and it is tried again at once.

        Raises:
            Problem: a value can't be (`invalid_stream`), or the organization that it changes to has ten already
                (`too_many_streams`, 409).
        """
        if wishes.target is None and wishes.kind is not stream.kind:
            raise _invalid(["Say where the stream leads, because it goes another way now."])
        self._refuse_faults(wishes)
        if wishes.organization_id != stream.organization_id:
            await take_turn(tx, "audit.streams")
            await _refuse_crowd(tx, wishes.organization_id)
        sealed = stream.target_sealed
        if wishes.target is not None:
            sealed = self.ways.targets.seal(stream.id, wishes.target)
        changed = replace(
            stream,
            name=wishes.name,
            kind=wishes.kind,
            format=wishes.format,
            families=wishes.families,
            organization_id=wishes.organization_id,
            target_sealed=sealed,
            is_active=wishes.is_active,
            failures=0,
            last_error="",
            next_at=None,
            modified_at=next_moment(stream.modified_at, at),
        )
        await store.touch_wishes(tx, changed)
        await _record(tx, EventKind.STREAM_CHANGED, changed, at, origin)
        return changed

    async def reset(self, tx: Tx, stream: Stream, position: int | None, at: datetime, origin: Origin) -> Stream:
        """Let a stream go on from another place: behind a sequence, or at the end of the record.

        Args:
            tx: a transaction.
            stream: which one.
            position: the sequence behind which it goes on; None skips everything that waits.
            at: when.
            origin: who asks.
        """
        last = await last_sequence(tx)
        place = last if position is None else min(max(position, 0), last)
        await store.touch_position(tx, stream.id, place)
        await _record(tx, EventKind.STREAM_CHANGED, stream, at, origin, position=str(place))
        return replace(stream, position=place, failures=0, last_error="", next_at=None)

    async def remove(self, tx: Tx, stream: Stream, at: datetime, origin: Origin) -> bool:
        """Forget a stream, its target with it; False where it was forgotten already."""
        if not await store.remove(tx, stream.id):
            return False
        await _record(tx, EventKind.STREAM_REMOVED, stream, at, origin)
        return True

    async def test(self, stream: Stream, origin: Origin) -> str:
        """Send a sample event right now, past the record, and return why it was not taken; empty where it was."""
        sample = Event(
            new_id(),
            EventKind.STREAM_CHANGED,
            self.clock.now(),
            network=origin.network,
            actor=origin.actor,
            data=_SAMPLE,
            organization_id=stream.organization_id or None,
            trace_id=origin.trace_id,
        )
        try:
            await self.ways.send(stream, [sample])
        except NotTaken as fault:
            return fault.sentence
        return ""

    def target_of(self, stream: Stream) -> StreamTarget | None:
        """Return where a stream leads; None where it can't be opened with this master key."""
        try:
            return self.ways.targets.open(stream)
        except NotTaken:
            return None

    def _refuse_faults(self, wishes: StreamWishes) -> None:
        faults = list(faults_of(wishes, self.ways.files, allow_loopback=self.allow_loopback))
        if faults:
            raise _invalid(faults)


async def find_stream(tx: Tx, stream_id: str) -> Stream | None:
    """Return a stream."""
    return await store.find(tx, stream_id)


async def list_streams(tx: Tx, page: PageRequest) -> Page[Stream]:
    """Return a page of streams, the oldest first."""
    return await store.list_all(tx, page)


async def stop_streams(tx: Tx, organization_id: str, at: datetime) -> int:
    """Switch off the streams of an organization that is deleted, and return how many ran."""
    return await store.revoke_of(tx, organization_id, at)


async def forget_streams(tx: Tx, organization_id: str, limit: int) -> int:
    """Forget the streams of a deleted organization, at most so many, and return how many went."""
    return await store.purge_of(tx, organization_id, limit)


async def _refuse_crowd(tx: Tx, organization_id: str) -> None:
    if organization_id and await store.count_of(tx, organization_id) >= _MOST_OF_ONE:
        sentence = f"An organization has at most {_MOST_OF_ONE} streams; remove one of its streams first."
        raise Problem("too_many_streams", 409, sentence)


def _invalid(faults: Sequence[str]) -> Problem:
    return Problem("invalid_stream", 400, " ".join(faults), number=1004)


async def _record(tx: Tx, kind: EventKind, stream: Stream, at: datetime, origin: Origin, **further: str) -> None:
    data = {"id": stream.id, "name": stream.name, "way": stream.kind.value, **further}
    await record(tx, kind, at=at, origin=origin, organization_id=stream.organization_id or None, data=data)
