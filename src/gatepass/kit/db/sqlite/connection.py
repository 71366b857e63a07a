"""Opening SQLite connections, and telling what their errors mean."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from gatepass.kit.db.faults import ConnectionLost, ConstraintViolated, StorageUnavailable, ValueNotStorable

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_INTERRUPT,
    }
)
_BUSY_MILLISECONDS = 2
_CACHED_STATEMENTS = 512
# The pages that a connection keeps, at most: 32 MiB hold the upper levels of every index of a million people, where
# SQLite's own 2 MB hold hardly one's. A page is kept once it was read, so that little data needs little memory. Not
# by mmap, which turns a fault of the disk into a signal that ends the process.
_CACHE_KIBIBYTES = 32 * 1024


def create_file(path: Path) -> None:
    """Create the database file for its owner alone, unless it exists.

    Raises:
        StorageUnavailable: the file can't be created.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageUnavailable(f"{path}: {error.strerror}") from error


def connect(path: Path, *, is_reader: bool, busy_milliseconds: int = _BUSY_MILLISECONDS) -> sqlite3.Connection:
    """Open a connection to an existing file.

    A file that vanished is not created anew: that would answer with an empty database.
    """
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, cached_statements=_CACHED_STATEMENTS
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {busy_milliseconds}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        connection.execute(f"PRAGMA query_only = {'ON' if is_reader else 'OFF'}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection holds what this one needs, for the moment."""
    return _base_code(error) in _BUSY


def meaning_of(error: Exception) -> Exception:
    """Return the fault that stands for a driver's error, or the error itself where it is a programmer's."""
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintViolated(str(error))
    if isinstance(error, OverflowError):
        return ValueNotStorable("a number is beyond 64 bits")
    if isinstance(error, sqlite3.Error):
        if is_busy(error):
            return StorageUnavailable(f"SQLite is busy: {error}", retry_after=1)
        if _base_code(error) in _UNUSABLE:
            return StorageUnavailable(f"SQLite: {error}")
        if "closed database" in str(error):
            return ConnectionLost("the SQLite connection is closed")
    return error


def _base_code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
