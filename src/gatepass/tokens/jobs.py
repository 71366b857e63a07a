"""What the tokens slice does from time to time."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.tokens import store

_KEPT = timedelta(days=1)
_AT_ONCE = 5000
_SKEW = timedelta(minutes=1)
# Longer than any grace that makes sense; after it, nobody may ask for a successor again.
_GRACE = timedelta(minutes=10)


class TokenPurge:
    """Walks through the refresh tokens in the order of their ids and deletes those that expired more than a day ago.

    An index by expiry would cost every refresh a page; a walk costs nobody anything. Where a walk stood is forgotten
    with the process, and the next one begins anew.
    """

    def __init__(self) -> None:
        self._after_id = ""

    async def __call__(self, tx: Tx, now: datetime) -> int:
        """Take the next five thousand tokens and return how many of them were deleted."""
        purged, self._after_id = await store.purge_tokens(tx, now - _KEPT, now - _GRACE, self._after_id, _AT_ONCE)
        return purged


async def purge_families(tx: Tx, now: datetime) -> int:
    """Delete families whose last token expired more than a day ago, at most a thousand at once."""
    return await store.purge_families(tx, now - _KEPT, 1000)


async def purge_revoked(tx: Tx, now: datetime) -> int:
    """Forget access tokens that were given back and have expired since, at most a thousand at once.

    A moment later than they expire, because another process may have a clock that is behind.
    """
    return await store.purge_revoked(tx, now - _SKEW, 1000)
