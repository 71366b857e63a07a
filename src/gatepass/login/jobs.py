"""What the login slice does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.login import rules, store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete attempts that began more than a day ago, and sealed answers that nobody may ask for again."""
    forgotten = await store.forget_answers(tx, now - rules.REPEAT_WITHIN)
    forgotten += await store.purge_mfa_tokens(tx, now - _KEPT, _AT_ONCE)
    return forgotten + await store.purge(tx, now - _KEPT, _AT_ONCE)
