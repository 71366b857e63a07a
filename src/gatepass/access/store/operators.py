"""The table of operators."""

from datetime import datetime

from gatepass.access.model import Operator
from gatepass.kit.db import Tx, command, query

_FIND = query(Operator, "SELECT {columns} FROM operators WHERE user_id = :user_id")
_LIST = query(Operator, "SELECT {columns} FROM operators WHERE user_id > :after ORDER BY user_id LIMIT :limit")
_ADD = command(
    "INSERT INTO operators (user_id, scopes, created_at) VALUES (:user_id, :scopes, :at) "
    "ON CONFLICT (user_id) DO UPDATE SET scopes = EXCLUDED.scopes"
)
_PURGE = command("DELETE FROM operators WHERE user_id = :user_id")


async def find(tx: Tx, user_id: str) -> Operator | None:
    """Return an operator; None where the user is none."""
    return await tx.one(_FIND, user_id=user_id)


async def list_page(tx: Tx, after: str, limit: int) -> list[Operator]:
    """Return the operators in the order of their ids."""
    return await tx.all(_LIST, after=after, limit=limit)


async def add(tx: Tx, user_id: str, scopes: tuple[str, ...], at: datetime) -> None:
    """Let a user operate the server, or with other scopes than before."""
    await tx.run(_ADD, user_id=user_id, scopes=scopes, at=at)


async def purge(tx: Tx, user_id: str) -> bool:
    """Let a user operate the server no longer; False where they did not."""
    return bool(await tx.run(_PURGE, user_id=user_id))
