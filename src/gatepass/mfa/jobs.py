"""What the second step does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.mfa import store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete codes of more than a day ago and browsers whose time is over, at most a thousand of each at once."""
    codes = await store.purge_challenges(tx, now - _KEPT, _AT_ONCE)
    return codes + await store.purge_devices(tx, now, _AT_ONCE)
