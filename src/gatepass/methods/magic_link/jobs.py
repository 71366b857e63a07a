"""What the magic link does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey
from gatepass.methods.magic_link import store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete links that were mailed more than a day ago, at most a thousand at once."""
    return await store.purge(tx, now - _KEPT, _AT_ONCE)


async def forget_address(tx: Tx, key: AddressKey) -> int:
    """Delete what is kept of links that were mailed to an address, and return how many there were."""
    return await store.purge_of(tx, key)
