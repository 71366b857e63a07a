"""Secrets that somebody was given and never used go with the enrolment that they belong to."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.methods.totp import store

# A little later than the enrolment, so that none ever has lost its secret.
_KEPT = timedelta(days=1, hours=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete secrets of enrolments that nobody confirmed in a day, at most a thousand at once."""
    return await store.purge_unconfirmed(tx, now - _KEPT, _AT_ONCE)
