"""What the tokens slice does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.tokens import store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete refresh tokens that expired more than a day ago, at most a thousand at once."""
    return await store.purge_tokens(tx, now - _KEPT, _AT_ONCE)
