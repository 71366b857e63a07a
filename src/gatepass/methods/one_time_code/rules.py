"""What a code looks like, and how long one may be repeated."""

import secrets
from datetime import datetime, timedelta
from typing import Final

LONGEST_LIFE: Final = timedelta(minutes=10)
"""From its first mail to its end a code lives no longer, however often it is repeated (ASVS 5.0 §6.5.5)."""
_LEAST_LEFT: Final = timedelta(minutes=1)
_LEFT_OUT: Final = frozenset(" -\u00a0\u2009\u202f\t\r\n")


def new_code(digits: int) -> str:
    """Return a random code of so many digits (NIST SP 800-63B-4 §3.1.3.2)."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def normalize(unverified_code: str) -> str:
    """Return what was typed without the spaces and dashes that people add when they copy a code."""
    return "".join(character for character in unverified_code if character not in _LEFT_OUT)


def is_code(text: str, digits: int) -> bool:
    """Tell whether a text could be a code of so many digits at all; what can't be one is not counted as a guess."""
    return len(text) == digits and text.isascii() and text.isdigit()


def kept_until(born_at: datetime, lifetime: timedelta, at: datetime) -> datetime | None:
    """Return until when a code that is mailed once more is good; None where a reader would have too little time.

    Args:
        born_at: when it was mailed first.
        lifetime: for how long a new code is good.
        at: when it is mailed again.
    """
    end = min(at + lifetime, born_at + LONGEST_LIFE)
    return end if end - at >= _LEAST_LEFT else None
