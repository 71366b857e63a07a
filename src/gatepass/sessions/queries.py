"""Reading sessions."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.sessions import store
from gatepass.sessions.model import Account, Session
from gatepass.users.queries import find_user

_MOST_LISTED = 1000


async def find_session(tx: Tx, session_id: str) -> Session | None:
    """Return a session by id, revoked and finished ones too."""
    return await store.find(tx, session_id)


async def find_live(tx: Tx, session_id: str, now: datetime) -> Session | None:
    """Return a session that is neither revoked nor over."""
    session = await store.find(tx, session_id)
    return None if session is None or session.is_over(now) else session


async def find_unrevoked(tx: Tx, session_id: str) -> Session | None:
    """Return a session that nobody revoked, over or not: a refresh token outlives the browser's idle time."""
    session = await store.find(tx, session_id)
    return None if session is None or session.revoked_at is not None else session


async def is_unrevoked(tx: Tx, session_id: str) -> bool:
    """Tell whether nobody revoked a session, over or not; the same in fewer words."""
    return await store.find_unrevoked(tx, session_id)


async def list_of_browser(tx: Tx, browser_hash: bytes, now: datetime, idle: timedelta) -> list[Session]:
    """Return the live sessions that a browser holds, the one used last first; one for each account."""
    sessions = await store.list_of_browser(tx, browser_hash, _MOST_LISTED)
    return [session for session in sessions if not session.is_over(now, idle)]


async def find_acted(tx: Tx, browser_hash: bytes, now: datetime) -> Session | None:
    """Return the live session of a browser in which somebody acts in a person's place; None where there is none."""
    return await store.find_acted(tx, browser_hash, now)


async def accounts_of_browser(
    tx: Tx, browser_hash: bytes | None, now: datetime, idle: timedelta
) -> tuple[Account, ...]:
    """Return the accounts that a browser is signed in to, the one used last first; none of somebody switched off.

    Args:
        tx: the transaction or read.
        browser_hash: the hash of the cookie by which the browser is signed in; None where it has none.
        now: the time.
        idle: after how long without use a session is over.
    """
    if browser_hash is None:
        return ()
    found = []
    for session in await list_of_browser(tx, browser_hash, now, idle):
        user = await find_user(tx, session.user_id)
        if user is not None and user.is_active:
            found.append(Account(session, user))
    return tuple(found)


async def list_of_user(tx: Tx, user_id: str, now: datetime) -> list[Session]:
    """Return a person's sessions that are neither revoked nor over, the one used last first."""
    return [session for session in await list_unrevoked(tx, user_id) if not session.is_over(now)]


async def list_unrevoked(tx: Tx, user_id: str) -> list[Session]:
    """Return a person's sessions that nobody revoked, over or not, the one used last first."""
    return await store.list_of_user(tx, user_id, _MOST_LISTED)


async def list_untold(tx: Tx, limit: int) -> list[Session]:
    """Return sessions that were revoked and of whose end nobody has been told, the first to end first."""
    return await store.list_untold(tx, limit)
