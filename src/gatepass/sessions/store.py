"""The table of sessions."""

from datetime import datetime

from gatepass.kit.db import Query, Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.sessions.model import Session

_ADD = command(
    "INSERT INTO sessions (id, user_id, application_id, amr, created_at, expires_at, revoked_at, network, user_agent, "
    "browser_hash, authenticated_at, last_seen_at, actor) VALUES (:id, :user_id, :application_id, :amr, :created_at, "
    ":expires_at, NULL, :network, :user_agent, :browser_hash, :authenticated_at, :created_at, :actor)"
)
_SEEN = "COALESCE(last_seen_at, created_at)"
# A process of the release before may still be starting sessions, and knows nothing of the later columns.
_COLUMNS = (
    "id, user_id, application_id, amr, created_at, expires_at, revoked_at, network, user_agent, browser_hash, "
    "COALESCE(authenticated_at, created_at), {seen}, actor"
)


def _sessions(source: str) -> Query[Session]:
    return query(Session, _read(source))


def _read(source: str) -> str:
    return source.replace("{columns}", _COLUMNS).replace("{seen}", _SEEN)


_FIND = _sessions("SELECT {columns} FROM sessions WHERE id = :id")
_FIND_UNREVOKED = query(str, "SELECT id FROM sessions WHERE id = :id AND revoked_at IS NULL")
_LIST_OF_BROWSER = _sessions(
    "SELECT {columns} FROM sessions WHERE browser_hash = :browser_hash AND revoked_at IS NULL "
    "ORDER BY {seen} DESC, id DESC LIMIT :limit",
)
_FIND_ACTED = _sessions(
    "SELECT {columns} FROM sessions WHERE browser_hash = :browser_hash AND revoked_at IS NULL AND actor <> '' "
    "AND expires_at > :now ORDER BY id DESC LIMIT 1",
)
_LIST_OF_USER = _sessions(
    "SELECT {columns} FROM sessions WHERE user_id = :user_id AND revoked_at IS NULL "
    "ORDER BY {seen} DESC, id DESC LIMIT :limit",
)
# Those that are over come last: they hold nothing but tokens that outlive them. What somebody else does in the person's
# place is none of theirs: it neither takes a place nor gives one up.
_LIST_BEYOND = _sessions(
    "SELECT {columns} FROM sessions WHERE user_id = :user_id AND revoked_at IS NULL AND id <> :id AND actor = '' "
    "ORDER BY CASE WHEN expires_at > :now THEN 0 ELSE 1 END, {seen} DESC, id DESC LIMIT :limit OFFSET :most",
)
_REVOKE_OF_USER = _sessions(
    "UPDATE sessions SET revoked_at = :at WHERE user_id = :user_id AND revoked_at IS NULL AND id <> :but_id "
    "RETURNING {columns}",
)
_REVOKE_OF_BROWSER = _sessions(
    "UPDATE sessions SET revoked_at = :at WHERE browser_hash = :browser_hash AND revoked_at IS NULL "
    "RETURNING {columns}",
)
_TOUCH_BINDING = command(
    "UPDATE sessions SET browser_hash = :browser_hash, expires_at = :expires_at, last_seen_at = :at "
    "WHERE id = :id AND revoked_at IS NULL"
)
_TOUCH_BROWSER = command("UPDATE sessions SET browser_hash = :new_hash WHERE browser_hash = :old_hash")
_TOUCH_PROOF = command(
    "UPDATE sessions SET authenticated_at = :at, last_seen_at = :at, expires_at = :expires_at, amr = :amr, "
    "browser_hash = :browser_hash WHERE id = :id AND revoked_at IS NULL"
)
_TOUCH_SEEN = command(_read("UPDATE sessions SET last_seen_at = :at WHERE id = :id AND {seen} < :at"))
_REVOKE_EVERYTHING = command("UPDATE sessions SET revoked_at = :at WHERE revoked_at IS NULL")
_REVOKE = command("UPDATE sessions SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_LIST_UNTOLD = _sessions(
    "SELECT {columns} FROM sessions WHERE revoked_at IS NOT NULL AND told_at IS NULL ORDER BY revoked_at LIMIT :limit",
)
_CONSUME_UNTOLD = query(
    str,
    "UPDATE sessions SET told_at = :at WHERE id = :id AND revoked_at IS NOT NULL AND told_at IS NULL RETURNING id",
)
_PURGE = command(
    "DELETE FROM sessions WHERE id IN "
    "(SELECT id FROM sessions WHERE id < :before_id AND expires_at < :before ORDER BY id LIMIT :limit)"
)
_PURGE_OF_USER = command("DELETE FROM sessions WHERE user_id = :user_id")


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
        authenticated_at=session.authenticated_at,
        browser_hash=session.browser_hash,
        actor=session.actor,
    )


async def find(tx: Tx, session_id: str) -> Session | None:
    """Return a session by id, revoked ones too."""
    return await tx.one(_FIND, id=session_id)


async def find_unrevoked(tx: Tx, session_id: str) -> bool:
    """Tell whether there is a session that nobody revoked."""
    return await tx.one(_FIND_UNREVOKED, id=session_id) is not None


async def list_of_browser(tx: Tx, browser_hash: bytes, limit: int) -> list[Session]:
    """Return the sessions that a browser holds and nobody revoked, the one used last first."""
    return await tx.all(_LIST_OF_BROWSER, browser_hash=browser_hash, limit=limit)


async def find_acted(tx: Tx, browser_hash: bytes, now: datetime) -> Session | None:
    """Return the session that a browser holds in which somebody acts in a person's place, the newest."""
    return await tx.one(_FIND_ACTED, browser_hash=browser_hash, now=now)


async def list_of_user(tx: Tx, user_id: str, limit: int) -> list[Session]:
    """Return a person's sessions that nobody revoked, over or not, the one used last first."""
    return await tx.all(_LIST_OF_USER, user_id=user_id, limit=limit)


async def list_beyond(tx: Tx, session: Session, most: int, now: datetime, limit: int) -> list[Session]:
    """Return what a person has beside a session and beyond so many others that were used last."""
    return await tx.all(_LIST_BEYOND, user_id=session.user_id, id=session.id, most=most, now=now, limit=limit)


async def touch_binding(tx: Tx, session_id: str, browser_hash: bytes, expires_at: datetime, at: datetime) -> None:
    """Let a browser hold a session that nobody revoked."""
    await tx.run(_TOUCH_BINDING, id=session_id, browser_hash=browser_hash, expires_at=expires_at, at=at)


async def touch_browser(tx: Tx, old_hash: bytes, new_hash: bytes) -> int:
    """Give everything that a browser holds to its new cookie."""
    return await tx.run(_TOUCH_BROWSER, old_hash=old_hash, new_hash=new_hash)


async def touch_proof(tx: Tx, session: Session, at: datetime) -> None:
    """Write down that the holder of a session proved anew who they are."""
    await tx.run(
        _TOUCH_PROOF,
        id=session.id,
        at=at,
        expires_at=session.expires_at,
        amr=session.amr,
        browser_hash=session.browser_hash,
    )


async def touch_seen(tx: Tx, session_id: str, at: datetime) -> bool:
    """Write down that a session was used; False where a later use was."""
    return bool(await tx.run(_TOUCH_SEEN, id=session_id, at=at))


async def revoke(tx: Tx, session_id: str, at: datetime) -> bool:
    """End a session; False where it had ended already."""
    return bool(await tx.run(_REVOKE, id=session_id, at=at))


async def revoke_of_user(tx: Tx, user_id: str, but_id: str, at: datetime) -> list[Session]:
    """End every session of a person but one, over or not, and return those that ended."""
    return await tx.all(_REVOKE_OF_USER, user_id=user_id, but_id=but_id, at=at)


async def revoke_of_browser(tx: Tx, browser_hash: bytes, at: datetime) -> list[Session]:
    """End every session that a browser holds, over or not, and return those that ended."""
    return await tx.all(_REVOKE_OF_BROWSER, browser_hash=browser_hash, at=at)


async def revoke_everything(tx: Tx, at: datetime) -> int:
    """End every session that has not ended and return how many."""
    return await tx.run(_REVOKE_EVERYTHING, at=at)


async def list_untold(tx: Tx, limit: int) -> list[Session]:
    """Return sessions that were revoked and of whose end nobody has been told, the first to end first."""
    return await tx.all(_LIST_UNTOLD, limit=limit)


async def consume_untold(tx: Tx, session_id: str, at: datetime) -> bool:
    """Note that everybody who must know of a session's end is told; False where that was noted before."""
    return await tx.one(_CONSUME_UNTOLD, id=session_id, at=at) is not None


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete sessions that were over before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), before=before, limit=limit)


async def purge_of_user(tx: Tx, user_id: str) -> int:
    """Delete every session of a person, ended ones too."""
    return await tx.run(_PURGE_OF_USER, user_id=user_id)
