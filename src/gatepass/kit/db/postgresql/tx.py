"""What a body may do on PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from asyncpg.prepared_stmt import PreparedStatement

from gatepass.kit.db.conversions import encode_unusual, encoders
from gatepass.kit.db.faults import TransactionOver, WriteRefused
from gatepass.kit.db.postgresql.connection import Connection
from gatepass.kit.db.statements import Command, Query

T = TypeVar("T")
_ENCODERS = encoders("postgresql")


class PostgresTx:
    """One body's access to one connection."""

    __slots__ = ("_connection", "_failure", "_is_reading", "_is_waiting", "callbacks")

    def __init__(self, connection: Connection, *, is_reading: bool) -> None:
        self._connection: Connection | None = connection
        self._is_reading = is_reading
        self._is_waiting = False
        self._failure: Exception | None = None
        self.callbacks: list[Callable[[], object]] = []

    async def one(self, statement: Query[T], /, **parameters: Any) -> T | None:
        """Return the first row, or None where there is none."""
        row = await self._ask(statement, parameters, PreparedStatement.fetchrow)
        return None if row is None else statement.shapes["postgresql"].build(row)

    async def all(self, statement: Query[T], /, **parameters: Any) -> list[T]:
        """Return every row."""
        rows = await self._ask(statement, parameters, PreparedStatement.fetch)
        return list(map(statement.shapes["postgresql"].build, rows))

    async def run(self, statement: Command, /, **parameters: Any) -> int:
        """Run a statement that answers no rows and return how many rows it changed."""
        if self._is_reading:
            raise WriteRefused(f"A read changes nothing: {statement.postgresql.sql}")
        changed: int = await self._ask(statement, parameters, _changed_rows)
        return changed

    async def many(self, statement: Command, rows: Iterable[Mapping[str, Any]], /) -> None:
        """Run a statement that answers no rows once for each row of parameters, in one exchange with the server."""
        if self._is_reading:
            raise WriteRefused(f"A read changes nothing: {statement.postgresql.sql}")
        values = [_values(statement, row) for row in rows]
        if values:
            await self._send(statement, [values], PreparedStatement.executemany)

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the commit is durable."""
        if self._is_reading:
            raise WriteRefused("A read has no commit to wait for")
        self.callbacks.append(callback)

    def is_waiting(self) -> bool:
        """Whether the database has been asked and has not answered yet."""
        return self._is_waiting

    def refuse_swallowed_failure(self) -> None:
        """Raise the failure of a statement that the body swallowed, because the server will not commit after it."""
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """Refuse every use from now on."""
        self._connection = None

    async def _ask(self, statement: Query[Any] | Command, parameters: dict[str, Any], verb: Callable[..., Any]) -> Any:
        if self._is_reading and statement.postgresql.is_writing:
            raise WriteRefused(f"A read changes nothing: {statement.postgresql.sql}")
        return await self._send(statement, _values(statement, parameters), verb)

    async def _send(self, statement: Query[Any] | Command, values: list[Any], verb: Callable[..., Any]) -> Any:
        if self._connection is None:
            raise TransactionOver("This tx is over: its body has ended")
        if self._is_waiting:
            raise TransactionOver("This tx is being used by two tasks at once")
        self._is_waiting = True
        try:
            return await self._connection.ask(statement.postgresql.sql, values, verb)
        except Exception as error:
            self._failure = self._failure or error
            raise
        finally:
            self._is_waiting = False


async def _changed_rows(prepared: "PreparedStatement[Any]", *values: Any) -> int:
    await prepared.fetch(*values)
    last = (prepared.get_statusmsg() or "").rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


def _values(statement: Query[Any] | Command, parameters: Mapping[str, Any]) -> list[Any]:
    if parameters.keys() != statement.names:
        raise statement.refuse(parameters)
    values = []
    for name in statement.postgresql.names:
        value = parameters[name]
        encode = _ENCODERS.get(type(value), _unusual)
        values.append(value if encode is None else encode(value))
    return values


def _unusual(value: Any) -> Any:
    return encode_unusual(value, _ENCODERS)
