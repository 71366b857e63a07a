"""Reading users."""

from gatepass.kit.db import Tx
from gatepass.users import store
from gatepass.users.model import User


async def find_user(tx: Tx, user_id: str) -> User | None:
    """Return a user by id."""
    return await store.find(tx, user_id)
