"""What goes with a person who is forgotten."""

from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey
from gatepass.methods.password import store


async def forget_user(tx: Tx, user_id: str) -> bool:
    """Delete the hash of somebody's password; False where there was none."""
    return await store.purge_of(tx, user_id)


async def forget_address(tx: Tx, key: AddressKey) -> int:
    """Delete every way to a new password that was mailed to an address."""
    return await store.purge_address(tx, key)
