"""What the impersonation slice does from time to time."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.impersonation import store
from gatepass.impersonation.endings import end_over
from gatepass.kit.db import Tx

_KEPT: Final = timedelta(days=90)
_AT_ONCE: Final = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """End what is over by its time or whose session has ended, and forget what was begun three months ago.

    The record keeps both of its events for as long as it keeps any.
    """
    return await end_over(tx, now) + await store.purge(tx, now - _KEPT, _AT_ONCE)
