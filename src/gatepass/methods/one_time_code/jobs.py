"""What the one-time code does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey
from gatepass.methods.one_time_code import store

_KEPT = timedelta(days=1)
_AT_ONCE = 1000


async def purge(tx: Tx, now: datetime) -> int:
    """Delete codes and mails of more than a day ago, at most a thousand of each at once."""
    before = now - _KEPT
    return await store.purge(tx, before, _AT_ONCE) + await store.purge_mails(tx, before, _AT_ONCE)


async def forget_address(tx: Tx, key: AddressKey) -> int:
    """Delete what is kept of mails that carried codes to an address, and return how many there were."""
    return await store.purge_mails_of(tx, key)
