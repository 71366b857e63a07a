"""The tables of deliveries and of tries as a log: what was sent, and what came back."""

from datetime import datetime
from typing import Final

from gatepass.kit.db import Tx, command, query
from gatepass.webhooks.model import Answer, Attempt, Delivery, DeliveryState

_ADD: Final = command(
    "INSERT INTO webhook_attempts (id, delivery_id, at, status, milliseconds, error, answer) "
    "VALUES (:id, :delivery_id, :at, :status, :milliseconds, :error, :answer)"
)
_LIST: Final = query(
    Delivery,
    "SELECT {columns} FROM webhook_deliveries WHERE endpoint_id = :endpoint_id AND id < :before "
    "ORDER BY id DESC LIMIT :limit",
)
_LIST_DEAD: Final = query(
    Delivery,
    "SELECT {columns} FROM webhook_deliveries WHERE endpoint_id = :endpoint_id AND id < :before AND state = 'dead' "
    "ORDER BY id DESC LIMIT :limit",
)
_LIST_IN: Final = query(
    Delivery,
    "SELECT {columns} FROM webhook_deliveries WHERE endpoint_id = :endpoint_id AND id < :before AND state = :state "
    "ORDER BY id DESC LIMIT :limit",
)
_FIND: Final = query(Delivery, "SELECT {columns} FROM webhook_deliveries WHERE id = :id AND endpoint_id = :endpoint_id")
_LIST_ATTEMPTS: Final = query(
    Attempt, "SELECT {columns} FROM webhook_attempts WHERE delivery_id = :delivery_id ORDER BY id LIMIT :limit"
)
_PURGE: Final = command("""
    DELETE FROM webhook_deliveries
     WHERE id IN (SELECT id FROM webhook_deliveries
                   WHERE id < :before_id AND (state <> 'waiting' OR due_at < :before) ORDER BY id LIMIT :limit)
""")
_PURGE_ATTEMPTS: Final = command("""
    DELETE FROM webhook_attempts
     WHERE id IN (SELECT id FROM webhook_attempts WHERE id < :before_id ORDER BY id LIMIT :limit)
""")
_LAST_ID: Final = "g"  # sorts behind every id, which is hexadecimal, in every collation
_MOST_ATTEMPTS: Final = 500


async def add(tx: Tx, attempt_id: str, delivery_id: str, answer: Answer, at: datetime) -> None:
    """Add a try."""
    await tx.run(
        _ADD,
        id=attempt_id,
        delivery_id=delivery_id,
        at=at,
        status=answer.status,
        milliseconds=answer.milliseconds,
        error=answer.error,
        answer=answer.excerpt,
    )


async def list_deliveries(
    tx: Tx, endpoint_id: str, *, state: DeliveryState | None, before: str, limit: int
) -> list[Delivery]:
    """List an endpoint's deliveries, the newest first.

    Args:
        tx: the read.
        endpoint_id: the endpoint.
        state: the only state that is wanted; None for all.
        before: the id of the last one that the caller has; empty for the first page.
        limit: how many.
    """
    place = {"endpoint_id": endpoint_id, "before": before or _LAST_ID, "limit": limit}
    if state is None:
        return await tx.all(_LIST, **place)
    if state is DeliveryState.DEAD:
        return await tx.all(_LIST_DEAD, **place)
    return await tx.all(_LIST_IN, state=state, **place)


async def find(tx: Tx, endpoint_id: str, delivery_id: str) -> Delivery | None:
    """Find a delivery of an endpoint."""
    return await tx.one(_FIND, id=delivery_id, endpoint_id=endpoint_id)


async def list_attempts(tx: Tx, delivery_id: str) -> list[Attempt]:
    """List the tries of a delivery, the oldest first."""
    return await tx.all(_LIST_ATTEMPTS, delivery_id=delivery_id, limit=_MOST_ATTEMPTS)


async def purge(tx: Tx, *, before_id: str, before: datetime, limit: int) -> int:
    """Forget deliveries and tries that are older than an id; what still waits to be tried stays."""
    done = await tx.run(_PURGE, before_id=before_id, before=before, limit=limit)
    return done + await tx.run(_PURGE_ATTEMPTS, before_id=before_id, limit=limit)
