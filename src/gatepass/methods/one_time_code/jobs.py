"""What the one-time code does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.methods.one_time_code import store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete codes of attempts that began more than a day ago, at most a thousand at once."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE)
