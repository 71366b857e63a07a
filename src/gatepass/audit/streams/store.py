"""The table `audit_streams`."""

from datetime import datetime

from gatepass.audit.streams.model import Stream
from gatepass.kit.db import Tx, command, query
from gatepass.kit.lookups.paging import Page, PageRequest, page_of

_ADD = command(
    "INSERT INTO audit_streams (id, name, kind, format, families, organization_id, target_sealed, is_active, position, "
    "failures, last_error, next_at, sent_at, created_at, modified_at) VALUES (:id, :name, :kind, :format, :families, "
    ":organization_id, :target_sealed, :is_active, :position, 0, '', NULL, NULL, :created_at, :created_at)"
)
_FIND = query(Stream, "SELECT {columns} FROM audit_streams WHERE id = :id")
_LIST = query(Stream, "SELECT {columns} FROM audit_streams WHERE id > :after_id ORDER BY id LIMIT :limit")
_LIST_DUE = query(
    Stream,
    "SELECT {columns} FROM audit_streams WHERE is_active AND position < :last AND (next_at IS NULL OR next_at <= :now) "
    "ORDER BY id",
)
_COUNT = query(int, "SELECT count(*) FROM audit_streams")
_COUNT_OF = query(int, "SELECT count(*) FROM audit_streams WHERE organization_id = :organization_id")
# Later than before, as by `next_moment`, because who stops them has not read them.
_REVOKE_OF = command(
    "UPDATE audit_streams SET is_active = :off, modified_at = max(:at, modified_at + 1) "
    "WHERE organization_id = :organization_id AND organization_id <> '' AND is_active",
    postgres="UPDATE audit_streams SET is_active = :off, "
    "modified_at = greatest(:at, modified_at + interval '1 microsecond') "
    "WHERE organization_id = :organization_id AND organization_id <> '' AND is_active",
)
_PURGE_OF = command(
    "DELETE FROM audit_streams WHERE id IN (SELECT id FROM audit_streams "
    "WHERE organization_id = :organization_id AND organization_id <> '' ORDER BY id LIMIT :limit)"
)
_TOUCH_WISHES = command(
    "UPDATE audit_streams SET name = :name, kind = :kind, format = :format, families = :families, "
    "organization_id = :organization_id, target_sealed = :target_sealed, is_active = :is_active, failures = 0, "
    "last_error = '', next_at = NULL, modified_at = :modified_at WHERE id = :id"
)
_TOUCH_POSITION = command(
    "UPDATE audit_streams SET position = :position, failures = 0, last_error = '', next_at = NULL WHERE id = :id"
)
# Whoever claims a stream sends its next events; a claim that was never given back ends by itself.
_CONSUME_TURN = query(
    Stream,
    "UPDATE audit_streams SET next_at = :until "
    "WHERE id = :id AND is_active AND (next_at IS NULL OR next_at <= :now) RETURNING {columns}",
)
# Nothing is written for a stream that was changed, reset or claimed by another since.
_TOUCH_TAKEN = command(
    "UPDATE audit_streams SET position = :position, failures = 0, last_error = '', sent_at = :sent_at, "
    "next_at = :next_at WHERE id = :id AND position = :before AND next_at = :claim"
)
_TOUCH_FAILURE = command(
    "UPDATE audit_streams SET failures = failures + 1, last_error = :error, next_at = :next_at "
    "WHERE id = :id AND next_at = :claim"
)
_REMOVE = command("DELETE FROM audit_streams WHERE id = :id")


async def add(tx: Tx, stream: Stream) -> None:
    """Add a stream."""
    await tx.run(
        _ADD,
        id=stream.id,
        name=stream.name,
        kind=stream.kind,
        format=stream.format,
        families=stream.families,
        organization_id=stream.organization_id,
        target_sealed=stream.target_sealed,
        is_active=stream.is_active,
        position=stream.position,
        created_at=stream.created_at,
    )


async def find(tx: Tx, stream_id: str) -> Stream | None:
    """Return a stream."""
    return await tx.one(_FIND, id=stream_id)


async def list_all(tx: Tx, page: PageRequest) -> Page[Stream]:
    """Return a page of streams, the oldest first."""
    found = await tx.all(_LIST, after_id=page.after[0] if page.after else "", limit=page.limit + 1)
    return page_of(found, page.limit, lambda stream: (stream.id,))


async def list_due(tx: Tx, last: int, now: datetime) -> list[Stream]:
    """Return the streams that have not come to the end of the record and may be sent on now."""
    return await tx.all(_LIST_DUE, last=last, now=now)


async def count(tx: Tx) -> int:
    """Return how many streams there are."""
    return await tx.one(_COUNT) or 0


async def count_of(tx: Tx, organization_id: str) -> int:
    """Return how many streams carry an organization's events alone."""
    return await tx.one(_COUNT_OF, organization_id=organization_id) or 0


async def revoke_of(tx: Tx, organization_id: str, at: datetime) -> int:
    """Switch the streams off that carry an organization's events alone, and return how many ran."""
    return await tx.run(_REVOKE_OF, organization_id=organization_id, at=at, off=False)


async def purge_of(tx: Tx, organization_id: str, limit: int) -> int:
    """Forget streams that carry an organization's events alone, at most so many, and return how many went."""
    return await tx.run(_PURGE_OF, organization_id=organization_id, limit=limit)


async def touch_wishes(tx: Tx, stream: Stream) -> None:
    """Change what somebody sets of a stream; it is tried again at once."""
    await tx.run(
        _TOUCH_WISHES,
        id=stream.id,
        name=stream.name,
        kind=stream.kind,
        format=stream.format,
        families=stream.families,
        organization_id=stream.organization_id,
        target_sealed=stream.target_sealed,
        is_active=stream.is_active,
        modified_at=stream.modified_at,
    )


async def touch_position(tx: Tx, stream_id: str, position: int) -> None:
    """Let a stream go on from another place."""
    await tx.run(_TOUCH_POSITION, id=stream_id, position=position)


async def consume_turn(tx: Tx, stream_id: str, now: datetime, until: datetime) -> Stream | None:
    """Claim a stream until a moment; None where another has it, or it may not be sent on."""
    return await tx.one(_CONSUME_TURN, id=stream_id, now=now, until=until)


async def touch_taken(
    tx: Tx, stream: Stream, position: int, *, sent_at: datetime | None, claim: datetime, next_at: datetime | None
) -> bool:
    """Move a claimed stream on; False where it was changed since.

    Args:
        tx: a transaction.
        stream: as it was claimed.
        position: the place up to which its receiver has everything.
        sent_at: when a batch was last taken.
        claim: until when the stream was claimed.
        next_at: until when it is claimed further; None gives it back.
    """
    changed = await tx.run(
        _TOUCH_TAKEN,
        id=stream.id,
        before=stream.position,
        position=position,
        sent_at=sent_at,
        claim=claim,
        next_at=next_at,
    )
    return bool(changed)


async def touch_failure(tx: Tx, stream_id: str, error: str, *, claim: datetime, next_at: datetime) -> None:
    """Note that a receiver did not take a batch, and when it is tried again."""
    await tx.run(_TOUCH_FAILURE, id=stream_id, error=error, claim=claim, next_at=next_at)


async def remove(tx: Tx, stream_id: str) -> bool:
    """Forget a stream; False where there is none."""
    return bool(await tx.run(_REMOVE, id=stream_id))
