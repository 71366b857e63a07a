"""A record on each database in turn."""

from collections.abc import AsyncIterator

import pytest

from audit.record import Ledger
from gatepass.kit.db import Limits, open_database


@pytest.fixture
async def ledger(migrated_url: str) -> AsyncIterator[Ledger]:
    """A record of its own, with a sealer."""
    database = await open_database(migrated_url, Limits(connections=5))
    yield Ledger(database)
    await database.close()
