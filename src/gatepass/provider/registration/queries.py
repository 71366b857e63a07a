"""Reading invitations."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.provider.registration import store
from gatepass.provider.registration.model import Invitation


async def list_invitations(tx: Tx, at: datetime) -> list[Invitation]:
    """Return the invitations that can still be used, the oldest first."""
    return await store.list_invitations(tx, at)
