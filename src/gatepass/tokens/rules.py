"""Which keys sign, which are published, and what becomes of a refresh token that comes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gatepass.protocols.jose import SigningAlgorithm
from gatepass.tokens.model import Ask, PresentedToken, RefreshRefusal, SigningKey, Terms


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


def is_believed(key: SigningKey, now: datetime) -> bool:
    """Tell whether a key's signature still says who a person was: of a hint, which may be of any age."""
    return not _is_withdrawn(key, now)


def ask_refusal(terms: Terms, ask: Ask, *, may_change_key: bool) -> RefreshRefusal | None:
    """Return why a refresh can't be answered as it asks, or None when it can.

    Args:
        terms: what was granted.
        ask: what the refresh asks for.
        may_change_key: whether another key may be bound, because the application authenticates (RFC 9449 §5).
    """
    if ask.scope is not None and not set(ask.scope) <= set(terms.scope):
        return RefreshRefusal.WIDER_SCOPE
    if ask.audiences is not None and terms.audiences and not set(ask.audiences) <= set(terms.audiences):
        return RefreshRefusal.WIDER_AUDIENCE
    if terms.key_thumbprint and ask.key_thumbprint != terms.key_thumbprint:
        return None if may_change_key and ask.key_thumbprint else RefreshRefusal.WRONG_KEY
    return None


def narrowed(terms: Terms, ask: Ask) -> Terms:
    """Return the terms of one access token: no more than was granted, and what was asked of it."""
    return msgspec.structs.replace(
        terms,
        scope=terms.scope if ask.scope is None else ask.scope,
        audiences=terms.audiences if ask.audiences is None else ask.audiences,
        key_thumbprint=ask.key_thumbprint if terms.key_thumbprint else "",
    )


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
