"""How a session begins and ends."""

from datetime import datetime, timedelta

from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.sessions import store
from gatepass.sessions.model import Session


async def start(
    tx: Tx,
    *,
    session_id: str,
    user_id: str,
    application_id: str,
    amr: tuple[str, ...],
    lifetime: timedelta,
    origin: Origin,
    at: datetime,
) -> Session:
    """Start a session for somebody who has proven enough.

    Args:
        tx: the transaction that completes the sign-in.
        session_id: the id that the attempt has noted.
        user_id: who signed in.
        application_id: where.
        amr: how they proved it (RFC 8176).
        lifetime: after which they must prove it again.
        origin: the place and the agent that will hold the session.
        at: when it begins.
    """
    session = Session(
        session_id, user_id, application_id, amr, at, at + lifetime, None, origin.network, origin.user_agent[:512]
    )
    await store.add(tx, session)
    return session


async def revoke(tx: Tx, session_id: str, at: datetime) -> bool:
    """End a session at once, and with it every refresh token that it carries; False where it had ended already."""
    return await store.revoke(tx, session_id, at)
