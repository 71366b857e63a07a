"""`gatepass migrate`: brings the database to this version's schema."""

import asyncio

from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, fail, make_folder, out, print_json, settings_of
from gatepass.kit.db import StorageUnavailable
from gatepass.migrations import LeaseLost, head, upgrade


def migrate(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Create or update the database's tables; safe to repeat."""
    settings = settings_of(data, database)
    make_folder(settings.server.data)
    try:
        asyncio.run(upgrade(settings.server.database_url))
    except StorageUnavailable as fault:
        fail(f"The database can't be reached: {fault.detail or fault.title}")
    except LeaseLost:
        fail("Another server took the migration over; run `gatepass migrate` again to see how it ended.")
    if as_json:
        print_json({"revision": head()})
    else:
        out.print(f"[green]✓[/] The database is at revision {head()}.")
