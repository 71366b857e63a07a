"""What the session slice does from time to time."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.sessions import store
from gatepass.sessions.settings import LONGEST

_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete sessions that ended longer ago than any refresh token lives, at most a thousand at once."""
    return await store.purge(tx, now - LONGEST, _AT_ONCE)
