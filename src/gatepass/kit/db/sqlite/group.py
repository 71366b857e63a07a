"""The group commit: transactions of a few turns of the loop share one COMMIT."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from gatepass.kit.db.bodies import Bodies
from gatepass.kit.db.contract import Body
from gatepass.kit.db.faults import StorageUnavailable
from gatepass.kit.db.sqlite.tx import SqliteTx

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


class Group:
    """One open transaction and everybody who waits for its COMMIT."""

    __slots__ = ("_connection", "_members", "is_broken")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._members: list[tuple[asyncio.Future[None], list[Callable[[], object]]]] = []
        self.is_broken = False

    def run(self, body: Body[T], bodies: Bodies) -> tuple[T, asyncio.Future[None]]:
        """Run a body in a savepoint of its own and return its outcome and what to await before telling anybody.

        Raises:
            Exception: whatever the body raised; its work is taken back. Where that broke the transaction itself,
                everybody in it has been told and `is_broken` is true.
        """
        connection = self._connection
        tx = SqliteTx(connection, is_reading=False)
        try:
            connection.execute("SAVEPOINT body")
            outcome = bodies.run_in_one_step(body(tx))
            tx.refuse_swallowed_failure()
            connection.execute("RELEASE body")
        except BaseException as error:
            self._undo(error)
            raise
        finally:
            tx.end()
        committed = asyncio.get_running_loop().create_future()
        self._members.append((committed, tx.callbacks))
        return outcome, committed

    def commit(self) -> None:
        """Make the work durable and wake everybody; where that fails, tell everybody and set `is_broken`."""
        try:
            self._connection.execute("COMMIT" if self._members else "ROLLBACK")
        except sqlite3.Error as error:
            self.fail(error)
            return
        for _, callbacks in self._members:
            for callback in callbacks:
                _call(callback)
        for committed, _ in self._members:
            if not committed.done():
                committed.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Tell everybody that nothing of theirs was committed."""
        self.is_broken = True
        for committed, _ in self._members:
            # Each gets an exception of its own, because each raise adds its traceback.
            if not committed.done():
                fault = StorageUnavailable(f"the commit failed: {error}")
                fault.__cause__ = error
                committed.set_exception(fault)

    def _undo(self, reason: BaseException) -> None:
        """Take back one body's work; where that can't be done, the whole group's."""
        try:
            # A full disk or a broken one makes SQLite roll back everything by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO body")
                self._connection.execute("RELEASE body")
                return
        except sqlite3.Error as error:
            reason = error
        self.fail(reason)


def _call(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001 - the commit stands, whatever a listener does
        _LOG.exception("A callback after the commit failed; the commit stands")
