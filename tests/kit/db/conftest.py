from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from gatepass.kit.db import Database, Limits, open_database
from kit.db.samples import create

Opener = Callable[..., Awaitable[Database]]


@pytest.fixture
async def open_at() -> AsyncIterator[Opener]:
    """Open databases that are closed after the test."""
    opened: list[Database] = []

    async def opener(url: str, limits: Limits | None = None, *, with_tables: bool = True) -> Database:
        db = await open_database(url, limits)
        opened.append(db)
        if with_tables:
            await db.transact(create)
        return db

    yield opener
    for db in opened:
        await db.close()


@pytest.fixture
async def database(database_url: str, open_at: Opener) -> Database:
    """Give an open database with the sample's tables, of each kind in turn."""
    return await open_at(database_url)
