"""The PostgreSQL database: bodies in transactions that are tried again when they collide."""

import asyncio
import logging
import random
from typing import Literal, TypeVar

from gatepass.kit.db.bodies import Bodies
from gatepass.kit.db.contract import Body, Limits
from gatepass.kit.db.faults import ConnectionLost, SerializationFailure, StorageUnavailable
from gatepass.kit.db.postgresql.connection import Connection, connect
from gatepass.kit.db.postgresql.errors import StaleStatement
from gatepass.kit.db.postgresql.pool import Pool
from gatepass.kit.db.postgresql.tx import PostgresTx

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
_TRIES = 5
_TRIES_WHEN_LOST = 3
_PAUSE_SECONDS = (0.002, 0.02)


class PostgresDatabase:
    """A server that other processes use too.

    Args:
        url: where it is.
        limits: how much it may be asked for.
    """

    dialect: Literal["postgresql"] = "postgresql"
    is_shared = True

    def __init__(self, url: str, limits: Limits) -> None:
        self._pool = Pool(lambda: connect(url, limits), limits.connections, limits.acquire.total_seconds())
        self._bodies = Bodies()
        self._commits: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Open the first connection.

        Raises:
            StorageUnavailable: the server can't be reached.
        """
        await self._pool.start()

    async def transact(self, body: Body[T]) -> T:
        """Run `body` between BEGIN and COMMIT, again when it collides or its connection is lost before the COMMIT."""
        self._bodies.refuse_inner()
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._transact_once(body)
            except SerializationFailure as collision:
                if attempt == _TRIES:
                    raise StorageUnavailable(f"the transaction collided {_TRIES} times", retry_after=1) from collision
            except ConnectionLost:
                if attempt == _TRIES_WHEN_LOST:
                    raise
            # Each try waits longer, and no two the same, so that those who collided do not meet again.
            await asyncio.sleep(random.uniform(*_PAUSE_SECONDS) * attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("every last attempt returns or raises")

    async def read(self, body: Body[T]) -> T:
        """Run `body` without a transaction of its own."""
        self._bodies.refuse_inner()
        for attempt in range(1, _TRIES_WHEN_LOST + 1):
            connection = await self._pool.acquire()
            tx = PostgresTx(connection, is_reading=True)
            try:
                return await self._bodies.run(body(tx), tx.is_waiting)
            except (ConnectionLost, StaleStatement) as fault:
                if attempt == _TRIES_WHEN_LOST:
                    raise StorageUnavailable(f"the read failed {attempt} times: {fault}") from fault
            finally:
                tx.end()
                self._pool.release(connection)
        raise AssertionError("every last attempt returns or raises")

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
        await self._pool.close()

    async def _transact_once(self, body: Body[T]) -> T:
        connection = await self._pool.acquire()
        tx = PostgresTx(connection, is_reading=False)
        is_ending = False
        try:
            await connection.begin()
            outcome = await self._bodies.run(body(tx), tx.is_waiting)
            tx.refuse_swallowed_failure()
            is_ending = True
        except Exception:
            await connection.roll_back()
            raise
        finally:
            tx.end()
            if not is_ending:
                self._pool.release(connection)
        # A caller who is cancelled now can't take the COMMIT back: it goes on, and so do the callbacks.
        commit = asyncio.get_running_loop().create_task(self._commit(connection, tx))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        await asyncio.shield(commit)
        return outcome

    async def _commit(self, connection: Connection, tx: PostgresTx) -> None:
        try:
            await connection.commit()
        finally:
            self._pool.release(connection)
        for callback in tx.callbacks:
            try:
                callback()
            except Exception:  # noqa: BLE001 - the commit stands, whatever a listener does
                _LOG.exception("A callback after the commit failed; the commit stands")
