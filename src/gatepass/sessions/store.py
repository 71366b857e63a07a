"""The table of sessions."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.sessions.model import Session

_ADD = command(
    "INSERT INTO sessions (id, user_id, application_id, amr, created_at, expires_at, revoked_at, network, user_agent) "
    "VALUES (:id, :user_id, :application_id, :amr, :created_at, :expires_at, NULL, :network, :user_agent)"
)
_FIND = query(Session, "SELECT {columns} FROM sessions WHERE id = :id")
_REVOKE = command("UPDATE sessions SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")


async def add(tx: Tx, session: Session) -> None:
    """Add a session that has just begun."""
    await tx.run(
        _ADD,
        id=session.id,
        user_id=session.user_id,
        application_id=session.application_id,
        amr=session.amr,
        created_at=session.created_at,
        expires_at=session.expires_at,
        network=session.network,
        user_agent=session.user_agent,
    )


async def find(tx: Tx, session_id: str) -> Session | None:
    """Return a session by id, revoked ones too."""
    return await tx.one(_FIND, id=session_id)


async def revoke(tx: Tx, session_id: str, at: datetime) -> bool:
    """End a session; False where it had ended already."""
    return bool(await tx.run(_REVOKE, id=session_id, at=at))
