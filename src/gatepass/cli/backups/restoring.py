"""`gatepass restore`: puts a backup in the database's place."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.cli.backups.making import FileArgument
from gatepass.cli.ground import DatabaseOption, DataOption, err, fail, make_folder, out, run, settings_of
from gatepass.kit.db import StorageUnavailable, Tx, sqlite_path
from gatepass.kit.db.postgresql import dumps
from gatepass.kit.db.sqlite.copying import DamagedCopy, check_copy, put_in_place, quiet
from gatepass.migrations import current, upgrade
from gatepass.sessions.flows import end_everything

ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Put it in the place of the database that is there, which is kept aside.")
]
SessionsOption = Annotated[
    bool, typer.Option("--keep-sessions", help="Let sessions live that the backup holds, even those that ended since.")
]


def restore(
    file: FileArgument,
    data: DataOption = None,
    database: DatabaseOption = None,
    *,
    replace: ReplaceOption = False,
    keep_sessions: SessionsOption = False,
) -> None:
    """Put the backup FILE in the database's place; stop the server first.

    Everybody signs in anew afterwards: what was revoked since the backup would live again otherwise.
    """
    settings = settings_of(data, database)
    make_folder(settings.server.data)
    if not file.is_file():
        fail(f"There is no file {file}.")
    url = settings.server.database_url
    path = sqlite_path(url)
    try:
        kept = None
        if path is None:
            _into_server(url, file, replace)
        else:
            kept = _into_file(path, file, replace)
        asyncio.run(upgrade(url))
    except (DamagedCopy, dumps.DumpFailed) as fault:
        fail(str(fault))
    except StorageUnavailable as fault:
        fail(f"The database can't be restored: {fault.detail or fault.title}")
    except OSError as error:
        fail(f"{error.filename or path} can't be written: {error.strerror}.")
    ended = run(settings, lambda foundations: _fence(foundations, is_ending_sessions=not keep_sessions))
    out.print(f"[green]✓[/] Restored {escape(str(file))}.")
    if kept:
        out.print(f"  The database that was there is kept as {escape(str(kept))}.")
    if not keep_sessions:
        out.print(f"  Sessions ended: {ended}. Everybody signs in anew.")


async def _fence(foundations: Foundations, *, is_ending_sessions: bool) -> int:
    """Write down that a backup was restored, and end its sessions; refresh tokens die with them."""
    at = foundations.clock.now()

    async def body(tx: Tx) -> int:
        ended = await end_everything(tx, at) if is_ending_sessions else 0
        await record(tx, EventKind.DATABASE_RESTORED, at=at, data={"sessions_ended": str(ended)})
        return ended

    return await foundations.database.transact(body)


def _into_file(path: Path, file: Path, is_replacing: bool) -> Path | None:
    """Put a copy in the place of a file and return where the former one is kept."""
    check_copy(file)
    kept = None
    if path.exists():
        if not is_replacing:
            fail(f"There is a database at {path}; stop the server and add --replace to put the backup in its place.")
        kept = _free_name(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        shutil.copyfile(file, unfinished)
        if kept is not None:
            # A new file must never meet the log of another, and nobody may go on writing to the old one.
            quiet(path)
            path.rename(kept)
        put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return kept


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.before-restore-{number}") for number in range(1, 10_000))
    return next(name for name in names if not name.exists())


def _into_server(url: str, file: Path, is_replacing: bool) -> None:
    with err.status("PostgreSQL reads the dump"):
        dumps.check(file)
    if asyncio.run(current(url)) is not None and not is_replacing:
        fail("The database holds tables already; stop the server and add --replace to put the backup in their place.")
    with err.status("PostgreSQL restores"):
        dumps.restore(url, file, is_replacing=is_replacing)
