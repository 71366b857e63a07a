"""What a body may do on SQLite."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from gatepass.kit.db.conversions import encode_unusual, encoders
from gatepass.kit.db.faults import TransactionOver, WriteRefused
from gatepass.kit.db.sqlite.connection import meaning_of
from gatepass.kit.db.statements import Command, Query

T = TypeVar("T")
_ENCODERS = encoders("sqlite")


class SqliteTx:
    """One body's access to one connection; every call finishes without suspending."""

    __slots__ = ("_connection", "_failure", "_is_reading", "callbacks")

    def __init__(self, connection: sqlite3.Connection, *, is_reading: bool) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._is_reading = is_reading
        self.callbacks: list[Callable[[], object]] = []
        self._failure: Exception | None = None

    async def one(self, statement: Query[T], /, **parameters: Any) -> T | None:
        """Return the first row, or None where there is none."""
        cursor = self._execute(statement, parameters)
        try:
            row = cursor.fetchone()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return None if row is None else statement.shapes["sqlite"].build(row)

    async def all(self, statement: Query[T], /, **parameters: Any) -> list[T]:
        """Return every row."""
        cursor = self._execute(statement, parameters)
        try:
            rows = cursor.fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return list(map(statement.shapes["sqlite"].build, rows))

    async def run(self, statement: Command, /, **parameters: Any) -> int:
        """Run a statement that answers no rows and return how many rows it changed."""
        if self._is_reading:
            raise WriteRefused(f"A read changes nothing: {statement.sqlite.sql}")
        cursor = self._execute(statement, parameters)
        return max(cursor.rowcount, 0)

    async def many(self, statement: Command, rows: Iterable[Mapping[str, Any]], /) -> None:
        """Run a statement that answers no rows once for each row of parameters."""
        if self._is_reading:
            raise WriteRefused(f"A read changes nothing: {statement.sqlite.sql}")
        connection = self._usable()
        values = [_values(statement, row) for row in rows]
        try:
            connection.executemany(statement.sqlite.sql, values)
        except (sqlite3.Error, OverflowError) as error:
            raise self._failed(error) from error

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the commit is durable."""
        if self._is_reading:
            raise WriteRefused("A read has no commit to wait for")
        self.callbacks.append(callback)

    def refuse_swallowed_failure(self) -> None:
        """Raise the failure of a statement that the body swallowed.

        The half that worked must not be committed; on PostgreSQL it could not be.
        """
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """Refuse every use from now on."""
        self._connection = None

    def _execute(self, statement: Query[Any] | Command, parameters: dict[str, Any]) -> sqlite3.Cursor:
        connection = self._usable()
        text = statement.sqlite
        if self._is_reading and text.is_writing:
            raise WriteRefused(f"A read changes nothing: {text.sql}")
        values = _values(statement, parameters)
        try:
            return connection.execute(text.sql, values)
        except (sqlite3.Error, OverflowError) as error:
            raise self._failed(error) from error

    def _usable(self) -> sqlite3.Connection:
        if self._connection is None:
            raise TransactionOver("This tx is over: its body has ended")
        return self._connection

    def _failed(self, error: Exception) -> Exception:
        fault = meaning_of(error)
        self._failure = self._failure or fault
        return fault


def _values(statement: Query[Any] | Command, parameters: Mapping[str, Any]) -> list[Any]:
    if parameters.keys() != statement.names:
        raise statement.refuse(parameters)
    values = []
    for name in statement.sqlite.names:
        value = parameters[name]
        encode = _ENCODERS.get(type(value), _unusual)
        values.append(value if encode is None else encode(value))
    return values


def _unusual(value: Any) -> Any:
    return encode_unusual(value, _ENCODERS)
