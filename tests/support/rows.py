"""Looking into the database of a server that runs in another process."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from gatepass.audit.model import Event
from gatepass.kit.db import Limits, Tx, open_database, query

T = TypeVar("T")
_EVENTS = query(Event, "SELECT {columns} FROM audit_events ORDER BY id")
_PATIENCE = 20.0


def read(database_url: str, body: Callable[[Tx], Coroutine[Any, Any, T]]) -> T:
    """Run a reading body on a connection of its own; in a thread, because a browser's test has a loop already."""
    found: list[T] = []

    async def look() -> None:
        database = await open_database(database_url, Limits(connections=1))
        try:
            found.append(await database.read(body))
        finally:
            await database.close()

    thread = threading.Thread(target=lambda: asyncio.run(look()), daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    assert found, "the database could not be read"
    return found[0]


def events_of(database_url: str) -> list[Event]:
    """Return the log of events, the oldest first."""

    async def body(tx: Tx) -> Any:
        return await tx.all(_EVENTS)

    events: list[Event] = read(database_url, body)
    return events
