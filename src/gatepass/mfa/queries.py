"""Reading which browsers are remembered."""

from datetime import datetime

from gatepass.applications.model import Application
from gatepass.kit.db import Tx
from gatepass.mfa import rules, store
from gatepass.mfa.model import RememberedDevice


async def list_remembered(tx: Tx, user_id: str, now: datetime) -> list[RememberedDevice]:
    """Return the browsers that are remembered for a person, the latest first."""
    return await store.list_devices(tx, user_id, now)


async def find_remembered(
    tx: Tx, user_id: str, application: Application, device_hash: bytes | None, user_agent: str, now: datetime
) -> RememberedDevice | None:
    """Return what lets a browser pass without a second factor for a person at an application; None where nothing does.

    Args:
        tx: the transaction or read.
        user_id: who signs in.
        application: where; its policy says for how long browsers are remembered.
        device_hash: the hash of the browser's cookie; None where it has none.
        user_agent: the agent that the browser names.
        now: the time.
    """
    if device_hash is None:
        return None
    device = await store.find_device(tx, user_id, device_hash)
    is_good = device is not None and rules.is_remembered(device, application.methods.mfa, user_agent, now)
    return device if is_good else None
