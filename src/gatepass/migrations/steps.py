"""Moving a database along the schema's history."""

import ast
import asyncio
import threading
from pathlib import Path

from gatepass.kit.db import Database, Limits, Tx, open_database, query, sqlite_path
from gatepass.migrations import lease

_FOLDER = Path(__file__).parent
_LIMITS = Limits(connections=2)
# Alembic keeps what it is doing in module globals.
_ALEMBIC = threading.Lock()

_COUNT_TABLES = query(
    int,
    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    postgres="SELECT count(*) FROM pg_tables"
    " WHERE tablename = 'alembic_version' AND schemaname = ANY (current_schemas(false))",
)
_FIND_VERSION = query(str, "SELECT version_num FROM alembic_version")


async def upgrade(url: str, revision: str = "head", *, versions: Path | None = None) -> None:
    """Bring the database at `url` up to `revision`; where another server is at it, wait for that and finish the rest.

    Args:
        url: the database; a SQLite file is created where it is missing.
        revision: where to stop.
        versions: the folder of the steps; the product's own where none is given.

    Raises:
        StorageUnavailable: the database can't be reached.
        LeaseLost: another server took over; the step under way was rolled back.
    """
    if revision == "head" and await current(url) == head(versions=versions):
        return
    await _move(url, "upgrade", revision, versions)


async def downgrade(url: str, revision: str, *, versions: Path | None = None) -> None:
    """Bring the database at `url` back to `revision`, or to its beginning with `base`; see `upgrade`."""
    await _move(url, "downgrade", revision, versions)


async def current(url: str) -> str | None:
    """Return the revision of the database at `url`, or None where it has none; creates nothing."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None
    db = await open_database(url, _LIMITS)
    try:
        return await version_of(db)
    finally:
        await db.close()


async def version_of(db: Database) -> str | None:
    """Return the revision of an open database, or None where it has none."""

    async def body(tx: Tx) -> str | None:
        if not await tx.one(_COUNT_TABLES):
            return None
        return await tx.one(_FIND_VERSION)

    return await db.read(body)


def head(*, versions: Path | None = None) -> str:
    """Return the newest revision, read from the steps' files without importing them.

    Raises:
        RuntimeError: there is no step, or the history has two ends.
    """
    known: set[str] = set()
    followed: set[str] = set()
    for path in (versions or _FOLDER / "versions").glob("*.py"):
        names = _assigned_texts(path)
        if "revision" in names:
            known.add(names["revision"])
            followed.add(names.get("down_revision", ""))
    ends = known - followed
    if len(ends) != 1:
        raise RuntimeError(f"The schema's history has {len(ends)} ends: {sorted(ends)}")
    return ends.pop()


def _assigned_texts(path: Path) -> dict[str, str]:
    texts = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            value = getattr(node, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                texts[target.id] = value.value
    return texts


async def _move(url: str, verb: str, revision: str, versions: Path | None) -> None:
    db = await open_database(url, _LIMITS)
    try:
        async with lease.held(db) as holder:
            work = asyncio.ensure_future(asyncio.to_thread(_run, url, verb, revision, versions, holder))
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                # A thread can't be stopped; the lease must not be given up before it ends.
                await asyncio.wait([work])
                raise
    finally:
        await db.close()


def _run(url: str, verb: str, revision: str, versions: Path | None, holder: str) -> None:
    # Alembic and SQLAlchemy take a second to import and are needed only here.
    from alembic import command  # noqa: PLC0415

    # As above.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions or _FOLDER / "versions").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(url=url, holder=holder)
    with _ALEMBIC:
        getattr(command, verb)(config, revision)
