"""The table of imports: how far each has come."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.transfer.model import Run

_FIND = query(Run, "SELECT {columns} FROM import_runs WHERE id = :id")
_ADD = command(
    "INSERT INTO import_runs (id, source, position, added, refused, created_at, modified_at) "
    "VALUES (:id, :source, 0, 0, 0, :at, :at) ON CONFLICT (id) DO NOTHING"
)
_TOUCH = command(
    "UPDATE import_runs SET position = :position, added = :added, refused = :refused, modified_at = :at, "
    "finished_at = :finished_at WHERE id = :id AND position = :before"
)
_PURGE = command("DELETE FROM import_runs WHERE id = :id")


async def find(tx: Tx, run_id: str) -> Run | None:
    """Return how far an import has come; None where it never began."""
    return await tx.one(_FIND, id=run_id)


async def add(tx: Tx, run_id: str, source: str, at: datetime) -> None:
    """Begin an import."""
    await tx.run(_ADD, id=run_id, source=source, at=at)


async def touch(tx: Tx, run: Run, before: int, at: datetime) -> bool:
    """Note how far an import has come; False where another process has come further with the same file."""
    touched = await tx.run(
        _TOUCH,
        id=run.id,
        position=run.position,
        added=run.added,
        refused=run.refused,
        finished_at=run.finished_at,
        at=at,
        before=before,
    )
    return bool(touched)


async def purge(tx: Tx, run_id: str) -> None:
    """Forget an import, so that its file is read from the beginning."""
    await tx.run(_PURGE, id=run_id)
