"""`gatepass backup`: copies the database while the server runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from gatepass.cli.ground import DatabaseOption, DataOption, absent_database, err, fail, out, settings_of
from gatepass.kit.db import StorageUnavailable, sqlite_path
from gatepass.kit.db.postgresql.dumps import DumpFailed, check, dump
from gatepass.kit.db.sqlite.copying import DamagedCopy, copy_database

FileArgument = Annotated[Path, typer.Argument(help="The file of the backup.", show_default=False)]


def backup(file: FileArgument, data: DataOption = None, database: DatabaseOption = None) -> None:
    """Copy the database to FILE while the server runs; the master key is not in it: keep a copy of that elsewhere."""
    settings = settings_of(data, database)
    if absent := absent_database(settings):
        fail(absent)
    if file.exists():
        fail(f"{file} is there already and stays as it is; name a file that is not.")
    if not file.absolute().parent.is_dir():
        fail(f"There is no folder {file.absolute().parent}; make it first.")
    path = sqlite_path(settings.server.database_url)
    try:
        if path is None:
            _dump(settings.server.database_url, file)
        else:
            _copy(path, file)
    except (DamagedCopy, DumpFailed) as fault:
        fail(str(fault))
    except StorageUnavailable as fault:
        fail(f"The database can't be copied: {fault.detail or fault.title}")
    except OSError as error:
        fail(f"{file} can't be written: {error.strerror}.")
    size = file.stat().st_size / 1_000_000
    out.print(f"[green]✓[/] {escape(str(file))} holds everything but the master key: {size:.1f} MB, read back whole.")


def _copy(path: Path, file: Path) -> None:
    columns = (TextColumn("Copying"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("copy", total=None)
        copy_database(path, file, lambda done, total: progress.update(task, completed=done, total=total))


def _dump(url: str, file: Path) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with err.status("PostgreSQL writes its dump"):
            dump(url, unfinished)
            check(unfinished)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
