"""One connection with its prepared statements, and whether its state is known for certain."""

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from gatepass.kit.db.contract import Limits
from gatepass.kit.db.faults import ConnectionLost, ConstraintViolated, SerializationFailure, StorageUnavailable
from gatepass.kit.db.postgresql.errors import StaleStatement, meaning_of

_GRACE_SECONDS = 2.0  # the server ends a slow statement itself; this is for a server that answers nothing at all


class Connection:
    """An asyncpg connection that may be handed on only while `is_clean`, and asked only while `is_answering`."""

    __slots__ = ("_prepared", "_statements", "driver", "is_answering", "is_clean")

    def __init__(self, driver: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.driver = driver
        self.is_clean = True
        self.is_answering = True
        self._prepared = 0
        self._statements: dict[str, PreparedStatement[asyncpg.Record]] = {}

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone."""
        return self.driver.is_closed()

    async def begin(self) -> None:
        """Open a transaction; from now on the connection is clean only after its end was acknowledged."""
        self.is_clean = False
        try:
            await self.driver.execute("BEGIN")
        except Exception as error:
            self.is_answering = False
            raise meaning_of(error, is_closed=self.is_closed) from error

    async def commit(self) -> None:
        """Commit.

        Raises:
            StorageUnavailable: the answer did not come, so nobody knows whether the commit stands.
            SerializationFailure: the transaction was refused and may run again.
        """
        try:
            status = await self.driver.execute("COMMIT")
        except Exception as error:
            fault = meaning_of(error, is_closed=self.is_closed)
            if isinstance(fault, (SerializationFailure, ConstraintViolated)):
                self.is_clean = True
                raise fault from error
            self.is_answering = False
            raise StorageUnavailable(f"the commit's answer did not come: {fault}") from error
        if status != "COMMIT":
            raise StorageUnavailable(f"the commit was answered with {status}")
        self.is_clean = True

    async def roll_back(self) -> None:
        """Roll back; where that can't be done the connection stays unclean and will be thrown away."""
        if not self.is_answering or self.is_closed:
            return
        try:
            await self.driver.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - the reason for rolling back matters more than this
            return
        self.is_clean = True

    async def ask(
        self,
        sql: str,
        values: Sequence[Any],
        verb: Callable[..., Any],
    ) -> Any:
        """Run a prepared statement.

        Args:
            sql: the statement's text, which is also its key.
            values: the parameters in order.
            verb: `fetch`, `fetchrow` or the like: what to ask the prepared statement for.
        """
        was_clean, self.is_clean = self.is_clean, False
        try:
            prepared = self._statements.get(sql)
            if prepared is None:
                self._prepared += 1
                prepared = await self.driver.prepare(sql, name=f"gatepass_{self._prepared}")
                self._statements[sql] = prepared
            answer = await verb(prepared, *values)
        except Exception as error:
            fault = meaning_of(error, is_closed=self.is_closed)
            if isinstance(fault, StaleStatement):
                self._statements.clear()
            # After an answer, or the driver's own refusal, the connection is as it was; anything else leaves that open.
            is_refusal = isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError))
            self.is_answering = is_refusal and not isinstance(fault, ConnectionLost)
            self.is_clean = was_clean and self.is_answering
            raise fault from error
        self.is_clean = was_clean
        return answer


async def connect(url: str, limits: Limits) -> Connection:
    """Open a connection to the server at `url`."""
    statement = limits.statement.total_seconds()
    driver = await asyncpg.connect(
        url,
        timeout=limits.connect.total_seconds(),
        command_timeout=statement + _GRACE_SECONDS,
        statement_cache_size=0,  # ours has no bound to churn at: the statements are those of the source
        server_settings={
            "application_name": "gatepass",
            "statement_timeout": str(int(statement * 1000)),
            # Each statement is planned once, as SQLite does it: it is written for one index, which stays the right one
            # whatever is asked for. Left to guess, the server plans a range anew at every call once a table is large,
            # and that costs several times as much as to read the rows.
            "plan_cache_mode": "force_generic_plan",
            "timezone": "UTC",
        },
    )
    return Connection(driver)
