"""What passwords do from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.methods.password import store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete ways to a new password that are more than a day old, at most a thousand at once."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE)
