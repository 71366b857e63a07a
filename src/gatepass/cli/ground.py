"""What every command stands on: its common options, the settings and the open database."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.kit.clock import SystemClock
from gatepass.kit.db import Limits, StorageUnavailable, open_database, sqlite_path
from gatepass.kit.key_file import KeyFileFault, read_key_ring
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing, Secret
from gatepass.migrations import current, head, version_of
from gatepass.settings import FaultySettings, Settings, load, missing_for_production

T = TypeVar("T")
DataOption = Annotated[
    Path | None, typer.Option("--data", help="The folder of the database and the key file.", show_default=False)
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="sqlite:///path or postgresql://…; a file in --data by default."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
_NOT_MIGRATED = "The database is not at this version's schema. Run `gatepass migrate`."

# Lines are never broken, so that what is printed can be copied and piped.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(*sentences: str) -> NoReturn:
    """Say what is wrong, a line each, and leave with status 2."""
    for sentence in sentences:
        err.print(f"[red]✗[/] {escape(sentence)}", markup=True, soft_wrap=True)
    raise typer.Exit(2)


def settings_of(data: Path | None, database: str | None, **given: Any) -> Settings:
    """Read the settings, with what the command line gave on top; say every fault and leave where there is one."""
    secret = Secret(database) if database else None
    try:
        return load(given={"data": data, "database": secret, **given})
    except FaultySettings as fault:
        fail(*fault.faults)
    except OSError as error:
        fail(f"{error.filename} can't be read: {error.strerror}. Run this as the user whom the data folder belongs to.")


def make_folder(path: Path) -> None:
    """Make the data folder where there is none, open to its owner alone, or say why that can't be and leave."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        fail(f"The folder {path} can't be made: {error.strerror}. Name another with --data.")


def key_ring_of(settings: Settings) -> KeyRing:
    """Return the master keys, or say what is wrong with them and leave."""
    try:
        return read_key_ring(settings.server.master_key, settings.server.key_file)
    except KeyFileFault as fault:
        fail(str(fault))


def absent_database(settings: Settings) -> str | None:
    """Say that there is no file where a SQLite address names one, or return None; to open it would make it."""
    try:
        path = sqlite_path(settings.server.database_url)
    except ValueError as fault:
        return f"{fault}."
    if path is None or path.exists():
        return None
    return (
        f"There is no database at {path.absolute()}. Name the folder of yours with --data or GATEPASS_DATA, "
        "or run `gatepass migrate` to make a new one there."
    )


def refuse_unready(settings: Settings) -> None:
    """In production name everything that is missing, the tables included, each on a line, and leave."""
    unset = missing_for_production(settings)
    missing = [*unset, *asyncio.run(_unready_database(settings))]
    if not missing:
        return
    err.print("In production the server needs:")
    for sentence in missing:
        err.print(f"[red]✗[/] {escape(sentence)}")
    if unset:
        err.print("On your own machine, `gatepass serve --dev` starts without all that.")
    raise typer.Exit(2)


async def _unready_database(settings: Settings) -> list[str]:
    if absent := absent_database(settings):
        return [absent]
    try:
        revision = await current(settings.server.database_url)
    except StorageUnavailable as fault:
        return [f"The database can't be reached: {fault.detail or fault.title}"]
    return [] if revision == head() else [_NOT_MIGRATED]


async def lay(settings: Settings) -> Foundations:
    """Open the database and read the keys.

    Raises:
        StorageUnavailable: the database can't be reached.
        Problem: it is not migrated (`database_not_migrated`).
    """
    database = await open_database(settings.server.database_url, Limits(connections=settings.server.pool_size))
    found = await version_of(database)
    if found != head():
        await database.close()
        raise Problem("database_not_migrated", 503, _NOT_MIGRATED)
    ring = read_key_ring(settings.server.master_key, settings.server.key_file)
    return Foundations(settings, SystemClock(), database, ring)


def run(settings: Settings, body: Callable[[Foundations], Awaitable[T]]) -> T:
    """Run a command's work on open foundations and close them; say what went wrong and leave where it did."""

    async def whole() -> T:
        foundations = await lay(settings)
        try:
            return await body(foundations)
        finally:
            await foundations.database.close()

    if absent := absent_database(settings):
        fail(absent)
    try:
        return asyncio.run(whole())
    except StorageUnavailable as fault:
        fail(f"The database can't be reached: {fault.detail or fault.title}")
    except Problem as fault:
        # Whoever calls from here is the operator, for whom the private half is meant.
        fail(fault.title, *([fault.detail] if fault.detail else []))
    except KeyFileFault as fault:
        fail(str(fault))


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=2))
