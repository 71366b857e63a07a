"""What invitations do from time to time."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.invitations import store
from gatepass.kit.db import Tx

_KEPT: Final = timedelta(days=90)
_AT_ONCE: Final = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete invitations that were over ninety days ago, at most a thousand at once; who accepted stays a member."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE)
