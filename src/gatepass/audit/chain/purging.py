"""Deleting events beyond the retention, from the oldest checkpoint to the next."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.audit.chain import store
from gatepass.audit.chain.sealing import TURN
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.audit.recording import record
from gatepass.kit.db import Tx, take_turn

_RETENTION: Final = Origin(actor=Actor(ActorKind.SYSTEM, "", "retention"))


class RetentionPurge:
    """Deletes the events below the oldest checkpoint that is older than the retention, and says so in an event.

    The chain then begins behind that checkpoint, whose signature vouches for what stood before.

    Args:
        days: for how many days events are kept; 0 for ever.
    """

    def __init__(self, days: int) -> None:
        self._days = days

    async def __call__(self, tx: Tx, now: datetime) -> int:
        """Delete one checkpoint's worth of events, and return how many."""
        if not self._days:
            return 0
        first = await store.find_first(tx)
        if first is None:
            return 0
        # Everything below a checkpoint had happened before it was signed.
        through = await store.find_expired_checkpoint(tx, now - timedelta(days=self._days), first - 1)
        if through is None:
            return 0
        await take_turn(tx, TURN)
        count = await store.purge_through(tx, through.sequence)
        if count:
            data = {"through": str(through.sequence), "count": str(count)}
            await record(tx, EventKind.EVENTS_PURGED, at=now, origin=_RETENTION, data=data)
        return count
