"""PostgreSQL for the benchmark: where databases come from, and how much its processes work."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench.processes import own_nanoseconds
from tools.postgres import find_server
from tools.private_postgres import start

_PIDS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


class Backends:
    """The processes in which a PostgreSQL on this machine works for one database.

    Args:
        url: The database.
    """

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(asyncpg.connect(url))

    def cpu_microseconds(self) -> float:
        """Processor time that those which live have used so far."""
        rows = self._runner.run(self._connection.fetch(_PIDS))
        return sum(own_nanoseconds(row["pid"]) for row in rows) / 1000

    def settle(self) -> None:
        """Do now what the server would do in the background some time after so many rows came in."""
        for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
            self._runner.run(self._connection.execute(statement, timeout=600))

    def close(self) -> None:
        """End the connection."""
        self._runner.run(self._connection.close())
        self._runner.close()


@contextmanager
def empty_databases(folder: Path, count: int) -> Iterator[list[str]]:
    """Give the URLs of so many empty databases, at the server that the tests would use; they are dropped afterwards.

    Raises:
        NoPostgres: There is no server and none can be started.
    """
    administrator = find_server() or start(folder, os.getpid())
    names = [f"gatepass_scale_{secrets.token_hex(4)}" for _ in range(count)]
    try:
        asyncio.run(_execute(administrator, *(f'CREATE DATABASE "{name}" TEMPLATE template0' for name in names)))
        yield [urlunsplit(urlsplit(administrator)._replace(path=f"/{name}")) for name in names]
    finally:
        asyncio.run(_execute(administrator, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names)))
        (folder / "stop").touch()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
