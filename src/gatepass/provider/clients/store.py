"""The table of identifiers that are good once."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query

_ADD = query(
    str,
    "INSERT INTO spent_identifiers (id, expires_at) VALUES (:id, :expires_at) ON CONFLICT (id) DO NOTHING RETURNING id",
)
_PURGE = command(
    "DELETE FROM spent_identifiers WHERE id IN "
    "(SELECT id FROM spent_identifiers WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)"
)


async def consume(tx: Tx, identifier: str, expires_at: datetime) -> bool:
    """Spend an identifier; False where somebody has spent it before."""
    return await tx.one(_ADD, id=identifier, expires_at=expires_at) is not None


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Forget identifiers that nobody could present any more before a moment, at most so many at once."""
    return await tx.run(_PURGE, before=before, limit=limit)
