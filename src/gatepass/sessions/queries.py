"""Reading sessions."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.sessions import store
from gatepass.sessions.model import Session


async def find_live(tx: Tx, session_id: str, now: datetime) -> Session | None:
    """Return a session that is neither revoked nor over."""
    session = await store.find(tx, session_id)
    if session is None or session.revoked_at is not None or session.expires_at <= now:
        return None
    return session
