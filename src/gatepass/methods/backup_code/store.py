"""The table of backup codes."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import new_id

_ADD = command(
    "INSERT INTO backup_codes (id, user_id, code_mac, created_at, spent_at) "
    "VALUES (:id, :user_id, :code_mac, :at, NULL)"
)
_CONSUME = query(
    str,
    "UPDATE backup_codes SET spent_at = :at WHERE user_id = :user_id AND code_mac = :code_mac AND spent_at IS NULL "
    "RETURNING id",
)
_COUNT = query(int, "SELECT count(*) FROM backup_codes WHERE user_id = :user_id AND spent_at IS NULL")
_FIND_SINCE = query(datetime, "SELECT created_at FROM backup_codes WHERE user_id = :user_id ORDER BY id LIMIT 1")
_PURGE_OF_USER = command("DELETE FROM backup_codes WHERE user_id = :user_id")


async def add(tx: Tx, user_id: str, macs: Sequence[bytes], at: datetime) -> None:
    """Give a person codes."""
    for mac in macs:
        await tx.run(_ADD, id=new_id(), user_id=user_id, code_mac=mac, at=at)


async def consume(tx: Tx, user_id: str, code_mac: bytes, at: datetime) -> bool:
    """Spend a code; False where there is no such one or it is spent."""
    return await tx.one(_CONSUME, user_id=user_id, code_mac=code_mac, at=at) is not None


async def find_left(tx: Tx, user_id: str) -> int:
    """Return how many codes of a person are not spent."""
    return await tx.one(_COUNT, user_id=user_id) or 0


async def find_since(tx: Tx, user_id: str) -> datetime | None:
    """Return when a person's codes were made; None where they have none."""
    return await tx.one(_FIND_SINCE, user_id=user_id)


async def purge_of(tx: Tx, user_id: str) -> None:
    """Delete every code of a person."""
    await tx.run(_PURGE_OF_USER, user_id=user_id)
