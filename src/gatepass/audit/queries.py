"""Reading what happened."""

from gatepass.audit.chain.exporting import Source, export_lines, keys_of, source_of, verify_lines
from gatepass.audit.chain.model import Verdict
from gatepass.audit.chain.tables import export_table
from gatepass.audit.chain.walking import verify
from gatepass.audit.lookup.following import follow, last_sequence, last_sequence_before, list_after
from gatepass.audit.lookup.searching import find_event, search
from gatepass.audit.model import Event, EventKind
from gatepass.audit.streams.keeping import find_stream, list_streams
from gatepass.kit.db import Tx, query

__all__ = [
    "Source",
    "Verdict",
    "export_lines",
    "export_table",
    "find_event",
    "find_stream",
    "follow",
    "keys_of",
    "last_sequence",
    "last_sequence_before",
    "list_after",
    "list_streams",
    "login_log",
    "search",
    "source_of",
    "story_of_attempt",
    "verify",
    "verify_lines",
]

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
