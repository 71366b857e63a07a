"""What the slice of devices does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.provider.devices import store

_AT_ONCE = 1000
# A device that asks late is told that its code expired, rather than that nobody knows it.
_KEPT = timedelta(hours=1)


async def purge(tx: Tx, now: datetime) -> int:
    """Delete requests and counts that are over, at most a thousand of each at once."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE) + await store.purge_guesses(tx, now, _AT_ONCE)
