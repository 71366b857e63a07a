"""Reading users."""

from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.users import store
from gatepass.users.model import User


async def find_user(tx: Tx, user_id: str) -> User | None:
    """Return a user by id."""
    return await store.find(tx, user_id)


async def stored_address(tx: Tx, typed: EmailAddress) -> EmailAddress:
    """Return the address as its owner once proved it, or as it was typed where nobody has.

    Mail goes to the stored spelling alone: a mail server may hold two mailboxes whose names differ in case only.
    """
    user = await store.find_by_address(tx, typed.key)
    return typed if user is None else EmailAddress(user.email, typed.key)
