"""What an operator and a developer may see of the outbox."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.kit.db import Tx
from gatepass.outbox import store
from gatepass.outbox.model import Backlog, DeadLetter, DevMail, Heartbeat

_WORKERS_SHOWN: Final = 50
ALIVE_WITHIN: Final = timedelta(seconds=30)
"""A worker whose last sign of life is older than this counts as gone: three beats."""


async def backlog(tx: Tx, now: datetime) -> Backlog:
    """Count what waits, what is due and what was given up."""
    return await store.get_backlog(tx, now)


async def dead_letters(tx: Tx, most: int = 50) -> list[DeadLetter]:
    """List the messages that were given up, the latest first."""
    return await store.list_dead(tx, most)


async def living_workers(tx: Tx, now: datetime) -> list[Heartbeat]:
    """List the workers that have given a sign of life lately and have not said that they stop."""
    beats = await store.list_heartbeats(tx, _WORKERS_SHOWN)
    return [beat for beat in beats if beat.stopped_at is None and now - beat.seen_at < ALIVE_WITHIN]


async def last_heartbeat(tx: Tx) -> Heartbeat | None:
    """Return the latest sign of life of any worker."""
    beats = await store.list_heartbeats(tx, 1)
    return beats[0] if beats else None


async def dev_mailbox(tx: Tx, *, recipient: str | None = None, most: int = 100) -> list[DevMail]:
    """List the development mailbox, the latest first; all of it or one recipient's."""
    return await store.list_dev_mail(tx, recipient, most)


async def dev_mail(tx: Tx, mail_id: str) -> DevMail | None:
    """Find one mail of the development mailbox."""
    return await store.find_dev_mail(tx, mail_id)
