"""The record in its own order, for those who want all of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from gatepass.audit.model import Event, EventKind, Following
from gatepass.kit.db import Tx, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.lookups.reach import Reach, organization_of

# Read and judged by the sequence's own index, row for row.
_MOST_LOOKED_AT: Final = 5000
_NEIGHBOURS: Final = 1000
_LIST_AFTER = query(
    Event,
    "SELECT {columns} FROM audit_events WHERE sequence > :after AND sequence <= :until "
    "AND (:organization_id = '' OR organization_id = :organization_id) "
    "AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds))) ORDER BY sequence LIMIT :limit",
    postgres="SELECT {columns} FROM audit_events WHERE sequence > :after AND sequence <= :until "
    "AND (:organization_id = '' OR organization_id = :organization_id) "
    "AND (:kinds::text = '[]' OR kind IN (SELECT json_array_elements_text(:kinds::text::json))) "
    "ORDER BY sequence LIMIT :limit",
)
_FIND_LAST = query(int, "SELECT sequence FROM audit_events WHERE sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1")
_FIND_FIRST = query(int, "SELECT sequence FROM audit_events WHERE sequence IS NOT NULL ORDER BY sequence LIMIT 1")
_LIST_FROM = query(
    int, "SELECT sequence FROM audit_events WHERE id >= :id AND sequence IS NOT NULL ORDER BY id LIMIT :limit"
)


async def follow(tx: Tx, reach: Reach, sequence: int, kinds: Sequence[EventKind], limit: int) -> Following:
    """Return the events behind a sequence in the order of the record, and how far it was looked for them.

    At most 5,000 rows are looked at. Whoever keeps `reached` as their place and asks again from there comes to the end
    of the record and never looks at a row twice, however rare the kinds are. What retention deleted behind the sequence
    is passed over at once, and said.

    Args:
        tx: the read.
        reach: how far the caller sees; of an organization, its own events alone.
        sequence: the place of the last event that the caller has; 0 for none.
        kinds: the kinds that are wanted; empty for all.
        limit: how many events at most.
    """
    last = await last_sequence(tx)
    if last <= sequence:
        return Following([], sequence)
    part = await _look(tx, reach, sequence, min(sequence + _MOST_LOOKED_AT, last), kinds, limit)
    if part.events and part.events[0].sequence == sequence + 1:
        return part
    # A gap is nothing by itself: what lies between may be of other kinds, or others' alone.
    first = await tx.one(_FIND_FIRST) or 0
    if first <= sequence + 1:
        return part
    part = await _look(tx, reach, first - 1, min(first - 1 + _MOST_LOOKED_AT, max(first, last)), kinds, limit)
    return replace(part, missed_from=sequence + 1, missed_to=first - 1)


async def _look(tx: Tx, reach: Reach, after: int, until: int, kinds: Sequence[EventKind], limit: int) -> Following:
    events = await tx.all(
        _LIST_AFTER,
        after=after,
        until=until,
        organization_id=organization_of(reach) or "",
        kinds=list(kinds),
        limit=limit,
    )
    is_full = len(events) >= limit and events[-1].sequence is not None
    return Following(events, events[-1].sequence or until if is_full else until)


async def list_after(tx: Tx, reach: Reach, sequence: int, kinds: Sequence[EventKind], limit: int) -> list[Event]:
    """Return the next events behind a sequence in the order of the record; fewer than `limit` only at its end.

    For rare kinds it reads everything up to them: whoever asks again and again follows with `follow`.

    Args:
        tx: the read.
        reach: how far the caller sees; of an organization, its own events alone.
        sequence: the place of the last event that the caller has; 0 for none.
        kinds: the kinds that are wanted; empty for all.
        limit: how many events at most.
    """
    found: list[Event] = []
    while len(found) < limit:
        part = await follow(tx, reach, sequence, kinds, limit - len(found))
        found += part.events
        if part.reached == sequence:
            break
        sequence = part.reached
    return found


async def last_sequence(tx: Tx) -> int:
    """Return the place of the newest sealed event; 0 where there is none."""
    return await tx.one(_FIND_LAST) or 0


async def last_sequence_before(tx: Tx, since: datetime) -> int:
    """Return the place behind which everything stands that happened since a moment; later events may follow it, too."""
    # The order is nearly that of time: an event that committed late stands behind its neighbours.
    near = await tx.all(_LIST_FROM, id=first_id_of(since), limit=_NEIGHBOURS)
    return min(near) - 1 if near else await last_sequence(tx)
