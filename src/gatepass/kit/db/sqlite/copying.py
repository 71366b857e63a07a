"""Copying a SQLite database while it serves, and putting a copy in its place."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from gatepass.kit.db.faults import StorageUnavailable
from gatepass.kit.db.sqlite.connection import connect, meaning_of

# A megabyte at a time, with a pause in which requests write; a copy that is overtaken begins its page again by itself.
_PAGES: Final = 256
_PAUSE_SECONDS: Final = 0.001
_PATIENCE_MILLISECONDS: Final = 5_000

Progress = Callable[[int, int], None]


class DamagedCopy(Exception):
    """Raised with a sentence where a copy is no database, or not a whole one."""


def copy_database(source: Path, target: Path, progress: Progress) -> None:
    """Copy a database as it is at one moment, while others read and write it (SQLite's online backup).

    The copy appears under its name only when it is whole, checked and on the disk.

    Args:
        source: the database.
        target: the file to make; it must not be there.
        progress: called with the pages that are done and how many there are.

    Raises:
        StorageUnavailable: the source can't be read.
        DamagedCopy: what was copied is damaged.
        OSError: the target can't be written.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with (
            closing(connect(source, is_reader=True, busy_milliseconds=_PATIENCE_MILLISECONDS)) as origin,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            origin.backup(
                copy,
                pages=_PAGES,
                sleep=_PAUSE_SECONDS,
                progress=lambda _, remaining, total: progress(total - remaining, total),
            )
            # A copy that is carried away alone must not miss what a log beside it holds.
            copy.execute("PRAGMA journal_mode = DELETE")
        check_copy(unfinished)
        put_in_place(unfinished, target)
    except sqlite3.Error as error:
        raise meaning_of(error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def check_copy(path: Path) -> None:
    """Let a whole database pass.

    Raises:
        DamagedCopy: it is no database, or damaged.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise DamagedCopy(f"{path} can't be read as a database: {error}.") from error
    if found != "ok":
        raise DamagedCopy(f"{path} is damaged: {found}.")


def quiet(path: Path) -> None:
    """Bring a database whose server has stopped into its one file, without a log beside it.

    Raises:
        StorageUnavailable: somebody else has it open.
    """
    with closing(connect(path, is_reader=False)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except sqlite3.Error as error:
            raise StorageUnavailable(f"{path} is in use; stop the server first") from error
    if mode != "delete":
        raise StorageUnavailable(f"{path} is in use; stop the server first")


def put_in_place(unfinished: Path, target: Path) -> None:
    """Give a finished file its name, so that it survives the loss of power; never overwrites one.

    Raises:
        StorageUnavailable: there is a file of that name.
    """
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise StorageUnavailable(f"{target} is there already") from None
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
