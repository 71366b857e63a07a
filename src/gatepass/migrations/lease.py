"""Who may migrate now: a row with a time to live, because not every database has locks that outlive a transaction.

The holder renews it while it works; one that was killed loses it when its time is up. A step that outlasted its lease
is rolled back: each step renews the lease inside its own transaction, and fails where another holder has taken it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from gatepass.kit.clock import SystemClock
from gatepass.kit.db import ConstraintViolated, Database, StorageUnavailable, Tx, command, query
from gatepass.kit.ids import new_handle

LIFETIME = timedelta(seconds=20)

_LOG = logging.getLogger(__name__)
_RENEW_SECONDS = 5.0
_LOOK_SECONDS = 0.2
_NAME = "migration"
_clock = SystemClock()

_CREATE = command(
    "CREATE TABLE IF NOT EXISTS gatepass_migration_lease"
    " (name TEXT PRIMARY KEY, holder TEXT NOT NULL, expires_at INTEGER NOT NULL)",
    postgres="CREATE TABLE IF NOT EXISTS gatepass_migration_lease"
    " (name TEXT PRIMARY KEY, holder TEXT NOT NULL, expires_at TIMESTAMPTZ NOT NULL)",
)
_CONSUME = query(
    str,
    """
    INSERT INTO gatepass_migration_lease (name, holder, expires_at) VALUES (:name, :holder, :expires_at)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE gatepass_migration_lease.expires_at <= :now
    RETURNING holder
    """,
)
RENEW = command("UPDATE gatepass_migration_lease SET expires_at = :expires_at WHERE holder = :holder")
_REVOKE = command("DELETE FROM gatepass_migration_lease WHERE holder = :holder")


class LeaseLost(Exception):
    """Another server took the lease while this one was migrating; the step was rolled back."""


@contextlib.asynccontextmanager
async def held(db: Database) -> AsyncIterator[str]:
    """Hold the lease, waiting for whoever has it, and give the holder's name.

    Raises:
        StorageUnavailable: the database can't be asked.
    """
    holder = new_handle()
    await _create_table(db)
    is_mine = await _take(db, holder)
    while not is_mine:
        await asyncio.sleep(_LOOK_SECONDS)
        is_mine = await _take(db, holder)
    heartbeat = asyncio.create_task(_keep(db, holder))
    try:
        yield holder
    finally:
        heartbeat.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await heartbeat
        with contextlib.suppress(StorageUnavailable):
            await _give_up(db, holder)


async def _create_table(db: Database) -> None:
    async def body(tx: Tx) -> None:
        await tx.run(_CREATE)

    # PostgreSQL lets two collide here although each says IF NOT EXISTS.
    with contextlib.suppress(ConstraintViolated):
        await db.transact(body)


async def _take(db: Database, holder: str) -> bool:
    async def body(tx: Tx) -> bool:
        now = _clock.now()
        return await tx.one(_CONSUME, name=_NAME, holder=holder, now=now, expires_at=now + LIFETIME) is not None

    return await db.transact(body)


async def _keep(db: Database, holder: str) -> None:
    async def body(tx: Tx) -> None:
        await tx.run(RENEW, holder=holder, expires_at=_clock.now() + LIFETIME)

    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        try:
            await db.transact(body)
        except StorageUnavailable as fault:
            # On SQLite a long step keeps everybody from writing; it renews the lease itself when it commits.
            _LOG.info("The migration lease could not be renewed: %s", fault)


async def _give_up(db: Database, holder: str) -> None:
    async def body(tx: Tx) -> None:
        await tx.run(_REVOKE, holder=holder)

    await db.transact(body)
