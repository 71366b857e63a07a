"""What passkeys do from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.methods.passkey import store
from gatepass.methods.passkey.store import purge_of as forget_user

__all__ = ["forget_user", "purge"]

_KEPT = timedelta(hours=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete ceremonies that began more than an hour ago, at most a thousand at once."""
    return await store.purge_ceremonies(tx, now - _KEPT, _AT_ONCE)
