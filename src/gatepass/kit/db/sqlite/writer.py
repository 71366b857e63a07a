"""The one writing connection: opens a group for a few turns of the loop and waits while another process writes."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from gatepass.kit.db.faults import ConnectionLost, StorageUnavailable
from gatepass.kit.db.sqlite.connection import connect, is_busy, meaning_of
from gatepass.kit.db.sqlite.group import Group

_PROBE_SECONDS = (0.005, 0.02)
# A COMMIT costs as much for thirty as for one, and another look at the sockets next to nothing.
_LOOKS = 3


class Writer:
    """Hands out the group that is open.

    Args:
        path: the database file.
        patience: seconds that a transaction waits while another process writes.
        on_commit: called after each commit.
    """

    def __init__(self, path: Path, patience: float, on_commit: Callable[[], None]) -> None:
        self.group: Group | None = None
        self._path = path
        self._patience = patience
        self._on_commit = on_commit
        self._connection: sqlite3.Connection | None = None
        self._waiters: list[asyncio.Future[None]] = []

    def connect(self) -> sqlite3.Connection:
        """Return the connection, opened anew where it was lost."""
        if self._connection is None:
            self._connection = connect(self._path, is_reader=False)
        return self._connection

    async def join(self) -> Group:
        """Return the open group, or open one.

        Raises:
            StorageUnavailable: another process wrote for too long, or the file can't be used.
        """
        group = self.group
        if group is None:
            group = self._open()
            if group is not None:
                self._commit_after(group, _LOOKS)
        while group is None:
            await self._wait_for_turn()
            group = self.group
        return group

    def leave(self, group: Group) -> None:
        """Drop a group whose transaction is lost, together with its connection."""
        if self.group is group:
            self.group = None
        self.discard()

    def discard(self) -> None:
        """Close the connection; the next group opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Commit the open group, refuse whoever still waits, and close the connection."""
        if self.group is not None:
            self._commit(self.group)
        self._refuse_waiters(StorageUnavailable("the database is being closed"))
        self.discard()

    def _open(self) -> Group | None:
        """Begin a transaction, or return None while another process writes."""
        for is_second_try in (False, True):
            try:
                self.connect().execute("BEGIN IMMEDIATE")
                break
            except sqlite3.Error as error:
                if is_busy(error):
                    return None
                self.discard()
                fault = meaning_of(error)
                if is_second_try or not isinstance(fault, ConnectionLost):
                    raise fault from error
        self.group = Group(self.connect())
        return self.group

    def _commit_after(self, group: Group, looks: int) -> None:
        """Commit once the loop has looked at its sockets so many times, for whoever is at the door to join."""
        if looks:
            asyncio.get_running_loop().call_soon(self._commit_after, group, looks - 1)
        else:
            self._commit(group)

    def _commit(self, group: Group) -> None:
        if self.group is not group:
            return
        self.group = None
        group.commit()
        if group.is_broken:
            self.discard()
        else:
            self._on_commit()

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        if not self._waiters:
            loop.call_later(random.uniform(*_PROBE_SECONDS), self._probe)  # noqa: S311 - jitter, not a secret
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(self._patience):
                await waiter
        except TimeoutError:
            raise StorageUnavailable(f"another process has been writing for {self._patience} s") from None

    def _probe(self) -> None:
        """Try again for all who wait; one try for all, so that waiting costs the loop nothing."""
        self._waiters = [waiter for waiter in self._waiters if not waiter.done()]
        if not self._waiters:
            return
        loop = asyncio.get_running_loop()
        try:
            group = self.group or self._open()
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            self._refuse_waiters(error)
            return
        if group is None:
            loop.call_later(random.uniform(*_PROBE_SECONDS), self._probe)  # noqa: S311 - jitter, not a secret
            return
        for waiter in self._waiters:
            waiter.set_result(None)
        self._waiters = []
        # After the wake-ups, so that all who waited are in this commit. (A group that was open already has its own.)
        loop.call_soon(self._commit, group)

    def _refuse_waiters(self, reason: Exception) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                fault = StorageUnavailable(f"no transaction can begin: {reason}")
                fault.__cause__ = reason
                waiter.set_exception(fault)
