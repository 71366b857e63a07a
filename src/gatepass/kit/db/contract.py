"""What every database offers: the two verbs that open a body, and what a body may do."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol, TypeVar

from gatepass.kit.db.statements import Command, Query

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]


class Tx(Protocol):
    """The inside of one transaction or of one read."""

    async def one(self, statement: Query[T], /, **parameters: Any) -> T | None:
        """Return the first row, or None where there is none."""
        ...

    async def all(self, statement: Query[T], /, **parameters: Any) -> list[T]:
        """Return every row."""
        ...

    async def run(self, statement: Command, /, **parameters: Any) -> int:
        """Run a statement that answers no rows and return how many rows it changed."""
        ...

    async def many(self, statement: Command, rows: Iterable[Mapping[str, Any]], /) -> None:
        """Run a statement that answers no rows once for each row of parameters, in one go.

        PostgreSQL is asked once for all of them. A row that breaks a constraint fails the whole.
        """
        ...

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the commit is durable, in the order of asking; never after a rollback."""
        ...


Body = Callable[[Tx], Coroutine[Any, Any, T]]


class Database(Protocol):
    """A database that runs bodies."""

    @property
    def dialect(self) -> Dialect:
        """Name the SQL dialect."""
        ...

    @property
    def is_shared(self) -> bool:
        """Whether other processes write here too, so that what this process knows may be out of date."""
        ...

    async def transact(self, body: Body[T]) -> T:
        """Run `body` in a transaction: returning commits durably, raising rolls back.

        The body may run several times (a collision with another transaction), so it holds database work alone.

        Raises:
            StorageUnavailable: nothing was acknowledged; it may be tried again.
            SuspensionRefused: the body awaited something besides its tx.
            ConstraintViolated: a statement broke a constraint.
        """
        ...

    async def read(self, body: Body[T]) -> T:
        """Run `body`, which changes nothing and sees only what is committed; each statement sees its own moment.

        Raises:
            StorageUnavailable: the database can't answer now.
            WriteRefused: a statement would change something.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
        ...


@dataclass(frozen=True)
class Limits:
    """How much a database may be asked for and how long it may take; SQLite heeds `acquire` alone."""

    connections: int = 10
    acquire: timedelta = timedelta(seconds=5)
    connect: timedelta = timedelta(seconds=2)
    statement: timedelta = timedelta(seconds=10)
