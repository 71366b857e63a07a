"""What codes by SMS do from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.methods.sms_code import store
from gatepass.methods.sms_code.guard import store as counters

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete codes of attempts that began more than a day ago, at most a thousand at once."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE)


async def purge_counters(tx: Tx, now: datetime) -> int:
    """Delete counters whose windows are over and verdicts that hold no longer, at most a thousand of each at once."""
    counted = await counters.purge(tx, now - _KEPT, _AT_ONCE)
    return counted + await counters.purge_verdicts(tx, now, _AT_ONCE)
