"""The pool: a freed connection goes to the oldest waiter, a lost one is replaced in the background."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from gatepass.kit.db.faults import StorageUnavailable
from gatepass.kit.db.postgresql.connection import Connection
from gatepass.kit.db.postgresql.errors import UNREACHABLE

_LOG = logging.getLogger(__name__)
_SHORTEST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
_PATIENCE_WHILE_DOWN = 1.5
_CLOSING_SECONDS = 5.0


class Pool:
    """At most `size` connections.

    Args:
        connect: opens one connection.
        size: how many may be open at once.
        patience: seconds that a caller waits for one.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int, patience: float) -> None:
        self._connect = connect
        self._size = size
        self._patience = patience
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._waiters: deque[asyncio.Future[Connection]] = deque()
        self._openings = 0
        self._down: str | None = None
        self._is_closed = False
        self._emptied: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the first connection.

        Raises:
            StorageUnavailable: the server can't be reached.
        """
        try:
            self._admit(await self._connect())
        except UNREACHABLE as error:
            raise StorageUnavailable(f"PostgreSQL can't be reached: {error!r}") from error

    async def acquire(self) -> Connection:
        """Return a connection that nobody else uses; give it back with `release`.

        Raises:
            StorageUnavailable: none became free in time, or the server is away.
        """
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed:
                return connection
            self._forget(connection)
        if self._is_closed:
            raise StorageUnavailable("the database is closed")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Connection] = loop.create_future()
        self._waiters.append(waiter)
        self._grow()
        patience = self._patience if self._down is None else min(self._patience, _PATIENCE_WHILE_DOWN)
        timer = loop.call_later(patience, self._expire, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # Cancelled after the hand-over: the connection would be lost.
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release(waiter.result())
            raise
        finally:
            timer.cancel()

    def release(self, connection: Connection) -> None:
        """Hand a connection to the oldest waiter, or throw it away where its state is not certain."""
        if not connection.is_answering:
            # Where one was found dead the idle ones may be too; each would cost somebody a try.
            for suspect in list(self._idle):
                self._forget(suspect)
        if self._is_closed or not connection.is_clean or connection.is_closed:
            self._forget(connection)
            return
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._idle.append(connection)

    async def close(self) -> None:
        """Wait a moment for what is under way, then close every connection."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        self._refuse_waiters("the database is being closed")
        idle, self._idle = self._idle, []
        self._open.difference_update(idle)
        self._emptied = asyncio.Event()
        if self._open:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await self._emptied.wait()
        for connection in list(self._open):
            self._forget(connection)
        for connection in idle:
            try:
                await connection.driver.close(timeout=1.0)
            except UNREACHABLE:
                connection.driver.terminate()

    def _admit(self, connection: Connection) -> None:
        self._open.add(connection)
        connection.driver.add_termination_listener(lambda _: self._forget(connection))
        self.release(connection)

    def _forget(self, connection: Connection) -> None:
        """Throw a connection away and see to its replacement."""
        if connection not in self._open:
            return
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        connection.driver.terminate()
        if self._emptied is not None and not self._open:
            self._emptied.set()
        if self._waiters or not self._open:
            self._grow()

    def _grow(self) -> None:
        """Open another connection in the background, where that helps."""
        # While the server is away one knocks at the door, not ten.
        wanted = 1 if self._down is not None else max(len(self._waiters), 1)
        if self._is_closed or self._openings >= wanted or len(self._open) + self._openings >= self._size:
            return
        self._openings += 1
        self._spawn(self._open_one())

    async def _open_one(self) -> None:
        pause = _SHORTEST_PAUSE
        try:
            while True:
                try:
                    connection = await self._connect()
                except UNREACHABLE as error:
                    self._note_failure(error)
                else:
                    break
                if self._openings > 1 or (self._open and not self._waiters):
                    return
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, _LONGEST_PAUSE)
        finally:
            self._openings -= 1
        if self._down is not None:
            _LOG.warning("PostgreSQL can be reached again")
            self._down = None
        self._admit(connection)
        if self._waiters:
            self._grow()

    def _note_failure(self, error: BaseException) -> None:
        if self._open:
            # Full up perhaps, but not away: those who wait are served by the connections that there are.
            _LOG.warning("Another PostgreSQL connection can't be opened: %r", error)
            return
        if self._down is None:
            _LOG.error("PostgreSQL can't be reached: %r", error)
        self._down = repr(error)
        self._refuse_waiters(f"PostgreSQL can't be reached: {self._down}")

    def _expire(self, waiter: asyncio.Future[Connection]) -> None:
        if not waiter.done():
            self._waiters.remove(waiter)
            reason = f"PostgreSQL can't be reached: {self._down}" if self._down else "every connection is busy"
            waiter.set_exception(StorageUnavailable(reason))

    def _refuse_waiters(self, reason: str) -> None:
        waiters, self._waiters = self._waiters, deque()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(StorageUnavailable(reason))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
