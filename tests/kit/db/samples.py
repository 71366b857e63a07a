"""A table to try things on, and ways to break what carries it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from gatepass.kit.db import Body, Database, Tx, command, query, sqlite_path

NOW = datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=UTC)


@dataclass(frozen=True)
class Ticket:
    """A row that is good once."""

    id: str
    spent_at: datetime | None


CREATE = command(
    "CREATE TABLE tickets (id TEXT PRIMARY KEY, spent_at INTEGER)",
    postgres="CREATE TABLE tickets (id TEXT PRIMARY KEY, spent_at TIMESTAMPTZ)",
)
CREATE_CHILDREN = command(
    "CREATE TABLE children (parent TEXT REFERENCES tickets (id) DEFERRABLE INITIALLY DEFERRED)",
)
ADD = command("INSERT INTO tickets (id, spent_at) VALUES (:id, :spent_at)")
ADD_CHILD = command("INSERT INTO children (parent) VALUES (:parent)")
FIND = query(Ticket, "SELECT {columns} FROM tickets WHERE id = :id")
LIST = query(Ticket, "SELECT {columns:t} FROM tickets t ORDER BY t.id")
COUNT = query(int, "SELECT count(*) FROM tickets")
CONSUME = query(Ticket, "UPDATE tickets SET spent_at = :now WHERE id = :id AND spent_at IS NULL RETURNING {columns}")
SPEND = command("UPDATE tickets SET spent_at = :now WHERE id = :id")


def adding(*ids: str) -> Body[int]:
    """Return a body that adds tickets and returns how many."""

    async def body(tx: Tx) -> int:
        return sum([await tx.run(ADD, id=one, spent_at=None) for one in ids])

    return body


async def create(tx: Tx) -> None:
    """Create the tables."""
    await tx.run(CREATE)
    await tx.run(CREATE_CHILDREN)


async def ids_in(db: Database) -> list[str]:
    """Return the ids of the committed tickets."""

    async def body(tx: Tx) -> list[str]:
        return [ticket.id for ticket in await tx.all(LIST)]

    return await db.read(body)


@asynccontextmanager
async def exhausted(db: Database, url: str) -> AsyncIterator[None]:
    """Keep everybody from getting their turn: another writer on SQLite, every connection in use on PostgreSQL."""
    path = sqlite_path(url)
    if path is not None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    sleep = query(int, "SELECT 1", postgres="SELECT 1 FROM pg_sleep(1)")

    async def occupy(tx: Tx) -> None:
        await tx.one(sleep)

    holders = [asyncio.create_task(db.read(occupy)) for _ in range(size_of(db))]
    await asyncio.sleep(0.1)
    yield
    await asyncio.gather(*holders)


async def break_connections(db: Any, url: str) -> None:
    """Take away every connection that the database has, from outside where that is possible."""
    if db.dialect == "sqlite":
        db._writer.connect().close()
        db._reader.close()
        return
    killer = await asyncpg.connect(url)
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await killer.close()


def size_of(db: Any) -> int:
    """Return how many PostgreSQL connections may be open."""
    size: int = db._pool._size
    return size


class Proxy:
    """A TCP relay before PostgreSQL that can be cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_silent = False
        self.port = 0

    async def start(self) -> None:
        """Accept connections, on the same port as before where there was one."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse new connections and reset those that there are."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection(*self._target)
        self._writers |= {writer, there}
        for source, sink in ((reader, there), (there_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while octets := await source.read(65536):
                if not self.is_silent:
                    sink.write(octets)
        sink.close()
        self._writers.discard(sink)
