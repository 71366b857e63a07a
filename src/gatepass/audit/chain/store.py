"""The chain's columns of `audit_events`, and the table `audit_checkpoints`."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.audit.chain.model import Checkpoint, Link, Tip
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import new_id

_FIND_UNSEALED = query(int, "SELECT 1 FROM audit_events WHERE sequence IS NULL LIMIT 1")
_LIST_UNSEALED = query(
    Link,
    "SELECT id, 0, kind, occurred_at, application_id, organization_id, outcome, user_id, attempt_id, data, reason, "
    "actor, network, user_agent, country, city, trace_id, digest, subject_digest, subject_salt, caller_digest, "
    "caller_salt FROM audit_events WHERE sequence IS NULL ORDER BY id LIMIT :limit",
)
_LIST_LINKS = query(Link, "SELECT {columns} FROM audit_events WHERE sequence > :after ORDER BY sequence LIMIT :limit")
# What proves one event is 128 octets: digest, subject's digest, caller's digest, subject's salt, caller's salt. One
# statement seals a whole batch, so that a database at a distance is asked once.
_SEAL = command(
    "UPDATE audit_events SET sequence = :base + item.key + 1, digest = substr(:proofs, 1 + 128 * item.key, 32), "
    "subject_digest = substr(:proofs, 33 + 128 * item.key, 32), "
    "caller_digest = substr(:proofs, 65 + 128 * item.key, 32), "
    "subject_salt = substr(:proofs, 97 + 128 * item.key, 16), caller_salt = substr(:proofs, 113 + 128 * item.key, 16) "
    "FROM json_each(:ids) AS item WHERE audit_events.id = item.value AND audit_events.sequence IS NULL",
    postgres="UPDATE audit_events SET sequence = :base::bigint + item.number, "
    "digest = substr(:proofs::bytea, (128 * item.number - 127)::int, 32), "
    "subject_digest = substr(:proofs::bytea, (128 * item.number - 95)::int, 32), "
    "caller_digest = substr(:proofs::bytea, (128 * item.number - 63)::int, 32), "
    "subject_salt = substr(:proofs::bytea, (128 * item.number - 31)::int, 16), "
    "caller_salt = substr(:proofs::bytea, (128 * item.number - 15)::int, 16) "
    "FROM json_array_elements_text(:ids::text::json) WITH ORDINALITY AS item (id, number) "
    "WHERE audit_events.id = item.id AND audit_events.sequence IS NULL",
)
_TOUCH_PLACE = command("UPDATE audit_events SET country = :country, city = :city WHERE id = :id")
_FIND_TIP = query(
    Tip, "SELECT sequence, digest FROM audit_events WHERE sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1"
)
_FIND_FIRST = query(int, "SELECT sequence FROM audit_events WHERE sequence IS NOT NULL ORDER BY sequence LIMIT 1")
_ADD_CHECKPOINT = command(
    "INSERT INTO audit_checkpoints (id, sequence, digest, signed, created_at) "
    "VALUES (:id, :sequence, :digest, :signed, :created_at)"
)
_FIND_LAST_CHECKPOINT = query(Checkpoint, "SELECT {columns} FROM audit_checkpoints ORDER BY sequence DESC LIMIT 1")
_LIST_CHECKPOINTS = query(
    Checkpoint,
    "SELECT {columns} FROM audit_checkpoints WHERE sequence >= :since ORDER BY sequence LIMIT :limit",
)
_FIND_CHECKPOINT_BEFORE = query(
    Checkpoint, "SELECT {columns} FROM audit_checkpoints WHERE sequence <= :sequence ORDER BY sequence DESC LIMIT 1"
)
_PURGE_EVENTS = command("DELETE FROM audit_events WHERE sequence <= :sequence")
_PURGE_CHECKPOINTS = command("DELETE FROM audit_checkpoints WHERE sequence < :sequence")
_LIST_PURGES = query(
    str, "SELECT data FROM audit_events WHERE kind = 'events.retention.purged' ORDER BY id DESC LIMIT :limit"
)


async def find_unsealed(tx: Tx) -> bool:
    """Tell whether an event waits for its place."""
    return await tx.one(_FIND_UNSEALED) is not None


async def list_unsealed(tx: Tx, limit: int) -> list[Link]:
    """Return events without a place, in the order of their ids."""
    return await tx.all(_LIST_UNSEALED, limit=limit)


async def list_links(tx: Tx, after: int, limit: int) -> list[Link]:
    """Return sealed events from behind a sequence on."""
    return await tx.all(_LIST_LINKS, after=after, limit=limit)


async def touch_sealed(tx: Tx, base: int, ids: Sequence[str], proofs: bytes) -> int:
    """Give events their places behind `base`, in the order of the ids, and return how many got one.

    Args:
        tx: a transaction that holds the sealer's turn.
        base: the sequence before.
        ids: the events.
        proofs: 128 octets for each event, in the same order.
    """
    return await tx.run(_SEAL, base=base, ids=list(ids), proofs=proofs)


async def touch_place(tx: Tx, event_id: str, country: str, city: str) -> None:
    """Write down where an address is, before the event is sealed."""
    await tx.run(_TOUCH_PLACE, id=event_id, country=country, city=city)


async def find_tip(tx: Tx) -> Tip:
    """Return the last sealed event, or the beginning."""
    return await tx.one(_FIND_TIP) or Tip()


async def find_first(tx: Tx) -> int | None:
    """Return the least sequence that there is."""
    return await tx.one(_FIND_FIRST)


async def add_checkpoint(tx: Tx, checkpoint: Checkpoint) -> None:
    """Add a checkpoint."""
    await tx.run(
        _ADD_CHECKPOINT,
        id=new_id(),
        sequence=checkpoint.sequence,
        digest=checkpoint.digest,
        signed=checkpoint.signed,
        created_at=checkpoint.created_at,
    )


async def find_last_checkpoint(tx: Tx) -> Checkpoint | None:
    """Return the checkpoint that reaches furthest."""
    return await tx.one(_FIND_LAST_CHECKPOINT)


async def find_checkpoint_before(tx: Tx, sequence: int) -> Checkpoint | None:
    """Return the last checkpoint at or below a sequence."""
    return await tx.one(_FIND_CHECKPOINT_BEFORE, sequence=sequence)


async def list_checkpoints(tx: Tx, since: int, limit: int) -> list[Checkpoint]:
    """Return checkpoints from a sequence on, in their order."""
    return await tx.all(_LIST_CHECKPOINTS, since=since, limit=limit)


async def purge_through(tx: Tx, sequence: int) -> int:
    """Delete the events up to a checkpoint, and the checkpoints before it; return how many events."""
    count = await tx.run(_PURGE_EVENTS, sequence=sequence)
    await tx.run(_PURGE_CHECKPOINTS, sequence=sequence)
    return count


async def list_purges(tx: Tx, limit: int) -> list[str]:
    """Return what the newest events of a purge say, as the texts of their columns."""
    return await tx.all(_LIST_PURGES, limit=limit)


async def find_expired_checkpoint(tx: Tx, before: datetime, above: int) -> Checkpoint | None:
    """Return the lowest checkpoint above a sequence, where it was made before a moment."""
    found = await tx.all(_LIST_CHECKPOINTS, since=above + 1, limit=1)
    return found[0] if found and found[0].created_at < before else None
