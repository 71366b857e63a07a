"""What the authorization slice does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.provider.authorization import store

# A code that comes back is remembered for so long, so that what it bought still dies.
_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete requests that were over more than a day ago, at most a thousand at once."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE)


async def purge_pushed(tx: Tx, now: datetime) -> int:
    """Delete pushed requests that expired more than a day ago, at most a thousand at once."""
    return await store.purge_pushed(tx, now - _KEPT, _AT_ONCE)


async def purge_codes(tx: Tx, now: datetime) -> int:
    """Delete codes that expired more than a day ago, at most a thousand at once."""
    return await store.purge_codes(tx, now - _KEPT, _AT_ONCE)
