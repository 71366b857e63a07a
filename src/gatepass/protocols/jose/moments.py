"""What a token says about when it holds (RFC 7519 §4.1.4 to §4.1.6)."""

from collections.abc import Mapping
from typing import Any, Final

from gatepass.protocols.jose.compact import TokenFault, TokenRefused

# Clocks differ; the most that ASVS 5.0 §9.2.1 leaves room for.
MOST_SKEW_SECONDS: Final = 60
_END_OF_TIME: Final = 253_402_300_800  # the year 10000, where calendars end


def moment(claims: Mapping[str, Any], name: str) -> int | None:
    """Return a claim that names a moment, in whole seconds since 1970; None where it is missing.

    Raises:
        TokenRefused: it is no number, or no moment of the calendar.
    """
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _END_OF_TIME:
        raise TokenRefused(TokenFault.CLAIMS)
    return int(value)


def check_moments(claims: Mapping[str, Any], now: int, *, accepts_expired: bool = False) -> int:
    """Check that a token holds now and return when it expires.

    `nbf` and `iat` may lie up to a minute ahead; `exp` is required and exact.

    Args:
        claims: the payload, verified.
        now: whole seconds since 1970.
        accepts_expired: lets a token through that has expired, but not one that never does.

    Raises:
        TokenRefused: it has expired, lies ahead, or says nothing of its end.
    """
    expires_at = moment(claims, "exp")
    if expires_at is None:
        raise TokenRefused(TokenFault.CLAIMS)
    if now >= expires_at and not accepts_expired:
        raise TokenRefused(TokenFault.EXPIRED)
    for name in ("nbf", "iat"):
        begins_at = moment(claims, name)
        if begins_at is not None and begins_at > now + MOST_SKEW_SECONDS:
            raise TokenRefused(TokenFault.TOO_EARLY)
    return expires_at
