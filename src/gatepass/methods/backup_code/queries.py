"""Reading how many backup codes somebody has left."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.methods.backup_code import rules, store


async def find_left(tx: Tx, user_id: str) -> int:
    """Return how many codes of a person are not spent."""
    return await store.find_left(tx, user_id)


async def find_since(tx: Tx, user_id: str) -> datetime | None:
    """Return when a person's codes were made; None where they have none."""
    return await store.find_since(tx, user_id)


def are_few(left: int) -> bool:
    """Tell whether it is time to make new codes."""
    return left <= rules.FEW_LEFT
