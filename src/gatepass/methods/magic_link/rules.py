"""How near a reader is, what gesture a link takes from there, and when a link is over."""

import hmac
from datetime import datetime

from gatepass.kit.client.networks import is_same_network
from gatepass.login.model import Attempt, Refusal
from gatepass.methods.magic_link.model import Link, Nearness, Visitor


def nearness(attempt: Attempt, visitor: Visitor, *, knows_networks: bool) -> Nearness:
    """Return how near a visitor is to the browser that asked.

    The cookie of the asking browser is proof; the same address (IPv6: the same /64) is a hint that wants a person's
    confirmation; everything else wants something that only the asker's screen or the mail shows.

    Args:
        attempt: who asked.
        visitor: who opened the link.
        knows_networks: whether addresses are those of clients; behind a proxy that nobody named, they are all its own.
    """
    if (
        attempt.browser_hash is not None
        and visitor.browser_hash is not None
        and hmac.compare_digest(attempt.browser_hash, visitor.browser_hash)
    ):
        return Nearness.HERE
    if knows_networks and is_same_network(attempt.network, visitor.network):
        return Nearness.NEARBY
    return Nearness.ELSEWHERE


def refusal(link: Link, attempt: Attempt, now: datetime) -> Refusal | None:
    """Return why a link is over, or None when it may still be spent."""
    if reason := attempt.refusal(now):
        return reason
    if link.spent_at is not None:
        return Refusal.ALREADY_USED
    return Refusal.EXPIRED if link.expires_at <= now else None


def is_match(attempt: Attempt, unverified_number: str) -> bool:
    """Tell whether a typed number is the one that the waiting screen shows."""
    if attempt.match_number is None:
        return False
    return hmac.compare_digest(str(attempt.match_number).encode(), unverified_number.strip().encode())
