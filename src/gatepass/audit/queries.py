"""Reading what happened."""

from gatepass.audit.model import Event, EventKind
from gatepass.kit.db import Tx, query

_LIST_OF_USER = query(
    Event,
    "SELECT {columns} FROM audit_events WHERE user_id = :user_id AND kind = :kind ORDER BY id DESC LIMIT :limit",
)
_LIST_OF_ATTEMPT = query(
    Event, "SELECT {columns} FROM audit_events WHERE attempt_id = :attempt_id ORDER BY occurred_at, id"
)


async def login_log(tx: Tx, user_id: str, *, limit: int = 100) -> list[Event]:
    """Return a user's sign-ins, the newest first: when, from which address and with which agent."""
    return await tx.all(_LIST_OF_USER, user_id=user_id, kind=EventKind.LOGIN_SUCCEEDED, limit=limit)


async def story_of_attempt(tx: Tx, attempt_id: str) -> list[Event]:
    """Return the events of one sign-in attempt in their order."""
    return await tx.all(_LIST_OF_ATTEMPT, attempt_id=attempt_id)
