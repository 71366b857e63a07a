"""Which keys sign, which are published, and what becomes of a refresh token that comes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gatepass.protocols.jose import SigningAlgorithm
from gatepass.tokens.model import PresentedToken, RefreshRefusal, SigningKey


def signing_key(keys: Sequence[SigningKey], algorithm: SigningAlgorithm, now: datetime) -> SigningKey | None:
    """Return the key that signs now: of those for the algorithm that are active, the latest; None where it has none."""
    active = [
        key for key in keys if key.algorithm is algorithm and key.active_at <= now and not _is_withdrawn(key, now)
    ]
    if active:
        return max(active, key=lambda key: (key.active_at, key.id))
    # A clock that was set back must not leave the server without a key: the earliest that is announced signs then.
    waiting = [key for key in keys if key.algorithm is algorithm and not _is_withdrawn(key, now)]
    return min(waiting, key=lambda key: (key.active_at, key.id), default=None)


def is_published(key: SigningKey, now: datetime, *, overlap: timedelta) -> bool:
    """Tell whether a key stands in the published set.

    A key is published from its creation, before it signs, and after it retired for as long as a token that it signed
    may live.
    """
    if _is_withdrawn(key, now):
        return False
    return key.retired_at is None or now < key.retired_at + overlap


def refusal(token: PresentedToken, now: datetime) -> RefreshRefusal | None:
    """Return why a refresh token that has not been spent can't be, or None when it can."""
    if token.revoked_at is not None:
        return RefreshRefusal.REVOKED
    if token.expires_at <= now or token.family_expires_at <= now:
        return RefreshRefusal.EXPIRED
    return None


def is_within_grace(token: PresentedToken, now: datetime, grace: timedelta) -> bool:
    """Tell whether a spent token comes back soon enough to be a lost answer rather than a theft."""
    return token.spent_at is not None and token.successor_sealed is not None and now < token.spent_at + grace


def _is_withdrawn(key: SigningKey, now: datetime) -> bool:
    return key.withdrawn_at is not None and key.withdrawn_at <= now
