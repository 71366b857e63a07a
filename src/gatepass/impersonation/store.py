"""The table of who acted as whom."""

from datetime import datetime

from gatepass.impersonation.model import Impersonation
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of

_ADD = command(
    "INSERT INTO impersonations (id, user_id, actor, actor_id, reason, application_id, handle_hash, created_at, "
    "expires_at) "
    "VALUES (:id, :user_id, :actor, :actor_id, :reason, :application_id, :handle_hash, :created_at, :expires_at)"
)
_FIND_BY_HANDLE = query(Impersonation, "SELECT {columns} FROM impersonations WHERE handle_hash = :handle_hash")
_FIND_BY_SESSION = query(Impersonation, "SELECT {columns} FROM impersonations WHERE session_id = :session_id")
_CONSUME = query(
    Impersonation,
    "UPDATE impersonations SET session_id = :session_id, handle_hash = NULL "
    "WHERE handle_hash = :handle_hash AND session_id IS NULL AND ended_at IS NULL AND created_at > :since "
    "AND expires_at > :at RETURNING {columns}",
)
_CONSUME_END = query(
    Impersonation,
    "UPDATE impersonations SET ended_at = :at, handle_hash = NULL "
    "WHERE id = :id AND ended_at IS NULL RETURNING {columns}",
)
_FIND_OF_USER = query(Impersonation, "SELECT {columns} FROM impersonations WHERE id = :id AND user_id = :user_id")
_LIST_OF_USER = query(
    Impersonation,
    "SELECT {columns} FROM impersonations WHERE user_id = :user_id AND (:before_id = '' OR id < :before_id) "
    "ORDER BY id DESC LIMIT :limit",
)
_LIST_UNENDED_OF_USER = query(
    Impersonation, "SELECT {columns} FROM impersonations WHERE user_id = :user_id AND ended_at IS NULL"
)
_LIST_UNENDED = query(
    Impersonation,
    "SELECT {columns} FROM impersonations WHERE ended_at IS NULL AND id > :after_id ORDER BY id LIMIT :limit",
)
_PURGE = command(
    "DELETE FROM impersonations WHERE id IN "
    "(SELECT id FROM impersonations WHERE id < :before_id AND ended_at IS NOT NULL ORDER BY id LIMIT :limit)"
)
_PURGE_OF_USER = command("DELETE FROM impersonations WHERE user_id = :user_id OR actor_id = :user_id")


async def add(tx: Tx, impersonation: Impersonation) -> None:
    """Add an impersonation that nobody has opened yet."""
    await tx.run(
        _ADD,
        id=impersonation.id,
        user_id=impersonation.user_id,
        actor=impersonation.actor,
        actor_id=impersonation.actor.id,
        reason=impersonation.reason,
        application_id=impersonation.application_id,
        handle_hash=impersonation.handle_hash,
        created_at=impersonation.created_at,
        expires_at=impersonation.expires_at,
    )


async def find_by_handle(tx: Tx, handle_hash: bytes) -> Impersonation | None:
    """Return the impersonation whose link has this hash and was not opened."""
    return await tx.one(_FIND_BY_HANDLE, handle_hash=handle_hash)


async def find_by_session(tx: Tx, session_id: str) -> Impersonation | None:
    """Return the impersonation that opened a session."""
    return await tx.one(_FIND_BY_SESSION, session_id=session_id)


async def find_of_user(tx: Tx, user_id: str, impersonation_id: str) -> Impersonation | None:
    """Return an impersonation of a person by id."""
    return await tx.one(_FIND_OF_USER, user_id=user_id, id=impersonation_id)


async def consume(tx: Tx, handle_hash: bytes, session_id: str, since: datetime, at: datetime) -> Impersonation | None:
    """Spend a link for a session; None where there is none that was made since a moment and can be spent."""
    return await tx.one(_CONSUME, handle_hash=handle_hash, session_id=session_id, since=since, at=at)


async def consume_end(tx: Tx, impersonation_id: str, at: datetime) -> Impersonation | None:
    """End an impersonation and return it; None where it had ended."""
    return await tx.one(_CONSUME_END, id=impersonation_id, at=at)


async def list_of_user(tx: Tx, user_id: str, before_id: str, limit: int) -> list[Impersonation]:
    """Return a person's impersonations before an id, the newest first; empty means from the newest on."""
    return await tx.all(_LIST_OF_USER, user_id=user_id, before_id=before_id, limit=limit)


async def list_unended_of_user(tx: Tx, user_id: str) -> list[Impersonation]:
    """Return a person's impersonations that have not been ended, opened or not."""
    return await tx.all(_LIST_UNENDED_OF_USER, user_id=user_id)


async def list_unended(tx: Tx, after_id: str, limit: int) -> list[Impersonation]:
    """Return the impersonations after an id that have not been ended, opened or not, the eldest first."""
    return await tx.all(_LIST_UNENDED, after_id=after_id, limit=limit)


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete impersonations that have ended and were begun before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), limit=limit)


async def purge_of_user(tx: Tx, user_id: str) -> int:
    """Delete what is kept of a person's impersonations and return how many there were."""
    return await tx.run(_PURGE_OF_USER, user_id=user_id)
