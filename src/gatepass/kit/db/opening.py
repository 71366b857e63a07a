"""From a database's address to the database."""

from pathlib import Path

from gatepass.kit.db.contract import Database, Limits
from gatepass.kit.db.sqlite.database import SqliteDatabase

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


def sqlite_path(url: str) -> Path | None:
    """Return the file that a SQLite address names, or None for another database's address.

    Raises:
        ValueError: the address names no file.
    """
    if not url.startswith("sqlite:"):
        return None
    path = url.removeprefix(_SQLITE)
    if path in {"", ":memory:", url} or "?" in path:
        raise ValueError("A SQLite address names a file: sqlite:///relative/path.db or sqlite:////absolute/path.db")
    return Path(path)


async def open_database(url: str, limits: Limits | None = None) -> Database:
    """Open the database at `url`.

    Args:
        url: `sqlite:///path/file.db` (created where it is missing) or `postgresql://user:password@host/name`.
        limits: how much it may be asked for and how long that may take.

    Raises:
        ValueError: the address is neither.
        StorageUnavailable: it can't be reached.
    """
    limits = limits or Limits()
    path = sqlite_path(url)
    if path is not None:
        embedded = SqliteDatabase(path, limits.acquire)
        await embedded.open()
        return embedded
    if url.startswith(_POSTGRESQL):
        # The driver is loaded only where PostgreSQL is used.
        from gatepass.kit.db.postgresql.database import PostgresDatabase  # noqa: PLC0415

        shared = PostgresDatabase(url, limits)
        await shared.open()
        return shared
    raise ValueError("A database address begins with sqlite:/// or postgresql://")
