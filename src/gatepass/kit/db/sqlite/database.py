"""The SQLite database: bodies that change things join the writer's group, bodies that read use the other connection."""

import asyncio
import random
import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from gatepass.kit.db.bodies import Bodies
from gatepass.kit.db.contract import Body
from gatepass.kit.db.faults import ConnectionLost, SerializationFailure, StorageUnavailable
from gatepass.kit.db.sqlite.checkpoint import Checkpointer
from gatepass.kit.db.sqlite.connection import connect, create_file, is_busy, meaning_of
from gatepass.kit.db.sqlite.group import Group
from gatepass.kit.db.sqlite.tx import SqliteTx
from gatepass.kit.db.sqlite.writer import Writer

T = TypeVar("T")
_TRIES = 5
_PAUSE_SECONDS = (0.002, 0.01)


class SqliteDatabase:
    """One file, one writing connection, one reading connection.

    Args:
        path: the file; it is created for its owner alone.
        patience: how long a transaction waits while another process writes.
    """

    dialect: Literal["sqlite"] = "sqlite"
    is_shared = False

    def __init__(self, path: Path, patience: timedelta) -> None:
        self._path = path
        self._patience = patience.total_seconds()
        self._checkpointer = Checkpointer(path)
        self._writer = Writer(path, self._patience, self._checkpointer.wake)
        self._reader: sqlite3.Connection | None = None
        self._bodies = Bodies()
        self._is_closed = False

    async def open(self) -> None:
        """Create the file where it is missing, open the connections and start the checkpoints.

        Raises:
            StorageUnavailable: the file is no database or can't be used.
        """
        create_file(self._path)
        deadline = time.monotonic() + self._patience
        is_open = False
        while not is_open:
            try:
                self._writer.connect()
                self._connect_reader()
                is_open = True
            except sqlite3.Error as error:
                self._writer.discard()
                # Processes that start at once meet here, where one of them changes the journal's mode.
                if not is_busy(error) or time.monotonic() > deadline:
                    raise meaning_of(error) from error
                await _pause(1)
        self._checkpointer.start()

    async def transact(self, body: Body[T]) -> T:
        """Run `body` in the open group, or open one, and answer after its COMMIT."""
        for attempt in range(1, _TRIES + 1):
            self._refuse_when_unfit()
            group = self._writer.group or await self._writer.join()
            try:
                outcome, committed = self._run(body, group)
            except SerializationFailure as collision:
                if attempt == _TRIES:
                    raise StorageUnavailable(f"the transaction collided {_TRIES} times", retry_after=1) from collision
            except ConnectionLost:
                if attempt > 1:
                    raise
            else:
                await committed
                return outcome
            await _pause(attempt)
        raise AssertionError("every last attempt returns or raises")

    async def read(self, body: Body[T]) -> T:
        """Run `body` on the reading connection, which sees committed rows alone."""
        for attempt in range(1, _TRIES + 1):
            self._refuse_when_unfit()
            try:
                return self._read(body)
            except ConnectionLost:
                self._reader = None
                if attempt > 1:
                    raise
            except StorageUnavailable as fault:
                cause = fault.__cause__
                if attempt == _TRIES or not (isinstance(cause, sqlite3.Error) and is_busy(cause)):
                    raise
            await _pause(attempt)
        raise AssertionError("every last attempt returns or raises")

    async def close(self) -> None:
        """Commit what is under way, empty the write-ahead log and close the connections."""
        if self._is_closed:
            return
        self._is_closed = True
        self._writer.close()
        if self._reader is not None:
            self._reader.close()
        await asyncio.to_thread(self._checkpointer.stop)

    def _run(self, body: Body[T], group: Group) -> tuple[T, asyncio.Future[None]]:
        try:
            return group.run(body, self._bodies)
        finally:
            if group.is_broken:
                self._writer.leave(group)

    def _read(self, body: Body[T]) -> T:
        try:
            reader = self._reader or self._connect_reader()
        except sqlite3.Error as error:
            raise meaning_of(error) from error
        tx = SqliteTx(reader, is_reading=True)
        try:
            return self._bodies.run_in_one_step(body(tx))
        finally:
            tx.end()

    def _connect_reader(self) -> sqlite3.Connection:
        self._reader = connect(self._path, is_reader=True)
        return self._reader

    def _refuse_when_unfit(self) -> None:
        self._bodies.refuse_inner()
        if self._is_closed:
            raise StorageUnavailable("the database is closed")


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.uniform(*_PAUSE_SECONDS) * attempt)  # noqa: S311 - jitter, not a secret
