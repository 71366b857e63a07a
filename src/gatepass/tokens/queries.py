"""Reading tokens and keys."""

from gatepass.kit.db import Tx
from gatepass.tokens import store
from gatepass.tokens.model import SigningKey


async def list_signing_keys(tx: Tx) -> list[SigningKey]:
    """Return every signing key, the oldest first."""
    return await store.list_keys(tx)
