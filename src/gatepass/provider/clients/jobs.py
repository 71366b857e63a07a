"""What the clients slice does from time to time."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.provider.clients import store

_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Forget assertions and proofs that have expired, at most a thousand at once."""
    return await store.purge(tx, now, _AT_ONCE)
