"""What a developer may see of the messages, and what is wrong with the provider that the settings name."""

from gatepass.kit.db import Tx
from gatepass.methods.sms_code.model import DevMessage
from gatepass.methods.sms_code.sending import store
from gatepass.methods.sms_code.sending.providers import carrier_faults

__all__ = ["carrier_faults", "dev_messages"]


async def dev_messages(tx: Tx, *, recipient: str | None = None, most: int = 100) -> list[DevMessage]:
    """List the messages that stayed on this machine, the latest first; all of them or one number's."""
    return await store.list_dev(tx, recipient, most)
