"""Enrolments that nobody confirmed go after a day."""

from datetime import datetime, timedelta

from gatepass.authenticators import store
from gatepass.kit.db import Tx

_KEPT = timedelta(days=1)
_MOST_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete enrolments that nobody confirmed in a day, at most a thousand at once, and return how many there were."""
    return len(await store.purge_unconfirmed(tx, now - _KEPT, _MOST_AT_ONCE))
