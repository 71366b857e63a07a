"""The table of events."""

from gatepass.audit.model import Event
from gatepass.kit.db import Tx, command

_ADD = command(
    "INSERT INTO audit_events (id, kind, occurred_at, application_id, user_id, attempt_id, network, user_agent, data) "
    "VALUES (:id, :kind, :occurred_at, :application_id, :user_id, :attempt_id, :network, :user_agent, :data)"
)


async def add(tx: Tx, event: Event) -> None:
    """Write one event."""
    await tx.run(
        _ADD,
        id=event.id,
        kind=event.kind,
        occurred_at=event.occurred_at,
        application_id=event.application_id,
        user_id=event.user_id,
        attempt_id=event.attempt_id,
        network=event.network,
        user_agent=event.user_agent,
        data=event.data,
    )
