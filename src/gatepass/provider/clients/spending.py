"""Spending what is good once."""

import hashlib
from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.provider.clients import store
from gatepass.provider.clients.model import SpentKind


async def spend_identifier(tx: Tx, kind: SpentKind, unverified_identifier: str, expires_at: datetime) -> bool:
    """Spend the identifier of something that is good once; False where it was spent before.

    Args:
        tx: the transaction.
        kind: what it identifies; the kinds don't meet.
        unverified_identifier: it, together with whom it belongs to, because two clients may choose the same.
        expires_at: from when on the thing itself is refused, so that it need not be remembered.
    """
    digest = hashlib.sha256(unverified_identifier.encode()).hexdigest()
    return await store.consume(tx, f"{kind}:{digest}", expires_at)
