"""A migrated database and the parts of webhooks on it."""

from collections.abc import AsyncIterator

import pytest

from gatepass.kit.db import Limits, open_database
from kit.fetch.web import Web, says, serving
from webhooks.house import House


@pytest.fixture
async def house(migrated_url: str) -> AsyncIterator[House]:
    """Webhooks, on each database in turn."""
    db = await open_database(migrated_url, Limits(connections=8))
    yield House(db)
    await db.close()


@pytest.fixture
async def small_house(sqlite_copy: str) -> AsyncIterator[House]:
    """Webhooks on SQLite, for what no database does differently."""
    db = await open_database(sqlite_copy)
    yield House(db)
    await db.close()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A receiver that takes everything."""
    async with serving(says(b"", headers=())) as made:
        yield made
