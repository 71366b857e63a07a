"""The table of deliveries as a queue: what waits for each endpoint, in the order of each subject."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gatepass.audit.model import Event
from gatepass.kit.db import Tx, command, query
from gatepass.webhooks.model import Answer, Claim, DeliveryState


@dataclass(frozen=True, slots=True)
class Head:
    """The delivery that holds back others, and when it is to be tried again."""

    id: str
    due_at: datetime


# A repeat of what is there already puts it back into the queue, unless it waits there anyway.
_ADD: Final = command("""
    INSERT INTO webhook_deliveries (id, endpoint_id, event_id, sequence, subject, kind, state, attempts, due_at,
                                    created_at, queued_at, last_status, last_error)
    VALUES (:id, :endpoint_id, :event_id, :sequence, :subject, :kind, 'waiting', 0, :at, :at, :at, 0, '')
    ON CONFLICT (endpoint_id, event_id) DO UPDATE
       SET state = 'waiting', attempts = 0, due_at = excluded.due_at, queued_at = excluded.queued_at, finished_at = NULL
     WHERE webhook_deliveries.state <> 'waiting'
""")

# An earlier one of the same subject goes first: while it is due or on its way, and where it waits for its next try
# because nobody was there to take it. Where it was answered and refused, it is perhaps never taken, and holds back
# others for a while alone.
_CONSUME: Final = query(
    Claim,
    """
    UPDATE webhook_deliveries SET lease = :lease, due_at = :lease_end
     WHERE id IN (
        SELECT d.id FROM webhook_deliveries d
         WHERE d.endpoint_id = :endpoint_id AND d.state = 'waiting' AND d.due_at <= :now
           AND (d.subject = '' OR NOT EXISTS (
                SELECT 1 FROM webhook_deliveries e
                 WHERE e.endpoint_id = :endpoint_id AND e.subject = d.subject AND e.sequence < d.sequence
                   AND e.state = 'waiting' AND (e.due_at <= :now OR e.lease IS NOT NULL OR e.queued_at > :held_since
                                            OR e.last_status IN (0, 429, 502, 503, 504))))
         ORDER BY d.due_at, d.sequence LIMIT :most)
    RETURNING {columns}
    """,
    # Materialised, so that the planner can't run the locking subselect more than once; other workers' rows are skipped.
    postgres="""
    WITH due AS MATERIALIZED (
        SELECT d.id AS due_id FROM webhook_deliveries d
         WHERE d.endpoint_id = :endpoint_id AND d.state = 'waiting' AND d.due_at <= :now
           AND (d.subject = '' OR NOT EXISTS (
                SELECT 1 FROM webhook_deliveries e
                 WHERE e.endpoint_id = :endpoint_id AND e.subject = d.subject AND e.sequence < d.sequence
                   AND e.state = 'waiting' AND (e.due_at <= :now OR e.lease IS NOT NULL OR e.queued_at > :held_since
                                            OR e.last_status IN (0, 429, 502, 503, 504))))
         ORDER BY d.due_at, d.sequence LIMIT :most FOR UPDATE OF d SKIP LOCKED)
    UPDATE webhook_deliveries SET lease = :lease, due_at = :lease_end FROM due WHERE id = due_id
    RETURNING {columns}
    """,
)

_FIND_HEAD: Final = query(
    Head,
    """
    SELECT {columns} FROM webhook_deliveries
     WHERE endpoint_id = :endpoint_id AND state = 'waiting' AND lease IS NULL AND attempts > 0
       AND last_status IN (0, 429, 502, 503, 504)
     ORDER BY sequence LIMIT 1
    """,
)
_CONSUME_HEAD: Final = query(
    Claim,
    """
    UPDATE webhook_deliveries SET lease = :lease, due_at = :lease_end
     WHERE id = :id AND state = 'waiting' AND lease IS NULL RETURNING {columns}
    """,
)

_FINISH: Final = command("""
    UPDATE webhook_deliveries
       SET state = :state, attempts = attempts + 1, lease = NULL, finished_at = :at, last_status = :status,
           last_error = :error
     WHERE id = :id AND lease = :lease
""")
_POSTPONE: Final = command("""
    UPDATE webhook_deliveries
       SET attempts = attempts + :failures, lease = NULL, due_at = :due_at, last_status = :status, last_error = :error
     WHERE id = :id AND lease = :lease
""")
_RELEASE: Final = command("UPDATE webhook_deliveries SET lease = NULL, due_at = :at WHERE id = :id AND lease = :lease")
_RELEASE_ALL: Final = command("""
    UPDATE webhook_deliveries SET lease = NULL, due_at = :at WHERE state = 'waiting' AND lease IS NOT NULL
""")
_HASTEN: Final = command("""
    UPDATE webhook_deliveries SET due_at = :at
     WHERE endpoint_id = :endpoint_id AND state = 'waiting' AND lease IS NULL AND due_at > :at
""")
_REVIVE: Final = query(
    str,
    """
    UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = :at, queued_at = :at, finished_at = NULL
     WHERE id = :id AND endpoint_id = :endpoint_id AND state <> 'waiting' RETURNING id
    """,
)
_REVIVE_DEAD: Final = query(
    str,
    """
    UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = :at, queued_at = :at, finished_at = NULL
     WHERE id IN (SELECT id FROM webhook_deliveries
                   WHERE endpoint_id = :endpoint_id AND state = 'dead' AND id >= :first_id ORDER BY id LIMIT :limit)
    RETURNING id
    """,
)


async def add(tx: Tx, delivery_id: str, endpoint_id: str, event: Event, *, subject: str, at: datetime) -> None:
    """Let an event wait for an endpoint; where it has been sent there before, it is sent again."""
    await tx.run(
        _ADD,
        id=delivery_id,
        endpoint_id=endpoint_id,
        event_id=event.id,
        sequence=event.sequence or 0,
        subject=subject,
        kind=event.kind,
        at=at,
    )


async def consume(
    tx: Tx, endpoint_id: str, *, lease: str, lease_end: datetime, now: datetime, held_since: datetime, most: int
) -> list[Claim]:
    """Claim what is due for an endpoint, the oldest first and of each subject one, for nobody else until `lease_end`.

    Args:
        tx: the transaction.
        endpoint_id: the endpoint.
        lease: the name of the claim.
        lease_end: when it ends.
        now: the time.
        held_since: what has been tried since then or later still holds back those of its subject that follow.
        most: how many.
    """
    claimed = await tx.all(
        _CONSUME,
        endpoint_id=endpoint_id,
        lease=lease,
        lease_end=lease_end,
        now=now,
        held_since=held_since,
        most=most,
    )
    return sorted(claimed, key=lambda claim: claim.sequence)


async def touch_finished(tx: Tx, claim: Claim, state: DeliveryState, answer: Answer, at: datetime) -> bool:
    """Note that a delivery came to an end; False where the claim had been lost to another worker."""
    changed = await tx.run(
        _FINISH, id=claim.id, lease=claim.lease, state=state, status=answer.status, error=answer.error, at=at
    )
    return changed == 1


async def consume_head(tx: Tx, endpoint_id: str, *, lease: str, lease_end: datetime) -> tuple[Claim, datetime] | None:
    """Claim the oldest that waits for its next try because nobody was there to take it, before its time has come.

    Returns:
        The claim, and when its time would have come; None where there is no such delivery.
    """
    head = await tx.one(_FIND_HEAD, endpoint_id=endpoint_id)
    if head is None:
        return None
    claim = await tx.one(_CONSUME_HEAD, id=head.id, lease=lease, lease_end=lease_end)
    return None if claim is None else (claim, head.due_at)


async def touch_postponed(tx: Tx, claim: Claim, answer: Answer, due_at: datetime, *, is_counted: bool = True) -> bool:
    """Note that a delivery failed and is tried again; False where the claim had been lost to another worker."""
    changed = await tx.run(
        _POSTPONE,
        id=claim.id,
        lease=claim.lease,
        due_at=due_at,
        status=answer.status,
        error=answer.error,
        failures=int(is_counted),
    )
    return changed == 1


async def revoke_lease(tx: Tx, claim: Claim, at: datetime) -> None:
    """Give a claimed delivery back untouched."""
    await tx.run(_RELEASE, id=claim.id, lease=claim.lease, at=at)


async def revoke_leases(tx: Tx, at: datetime) -> int:
    """Give back what any worker had claimed; only for the one who knows that no other worker lives."""
    return await tx.run(_RELEASE_ALL, at=at)


async def touch_waiting(tx: Tx, endpoint_id: str, at: datetime) -> int:
    """Let everything that waits for its next try at an endpoint be due."""
    return await tx.run(_HASTEN, endpoint_id=endpoint_id, at=at)


async def touch_again(tx: Tx, endpoint_id: str, delivery_id: str, at: datetime) -> bool:
    """Put one delivery back into the queue; False where it waits there already."""
    return await tx.one(_REVIVE, id=delivery_id, endpoint_id=endpoint_id, at=at) is not None


async def touch_dead(tx: Tx, endpoint_id: str, first_id: str, at: datetime, limit: int) -> int:
    """Put deliveries that were given up back into the queue, the oldest first; return how many."""
    return len(await tx.all(_REVIVE_DEAD, endpoint_id=endpoint_id, first_id=first_id, at=at, limit=limit))
