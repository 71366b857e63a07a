"""What a password must be like (NIST SP 800-63B-4 §3.1.1.2); without a database and without waiting."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from gatepass.applications.model import PasswordPolicy
from gatepass.methods.password.model import Weakness

LONGEST: Final = 256
"""In code points, once normalized; longer ones are refused, never cut."""
_STRENGTH_READS: Final = 72
MOST_MAILS_AN_HOUR: Final = 5


def normalize(unverified_password: str) -> str:
    """Return a password as it is hashed: what looks the same and is typed otherwise on another keyboard is the same."""
    return unicodedata.normalize("NFKC", unverified_password)


def length_weakness(password: str, policy: PasswordPolicy) -> Weakness | None:
    """Return what is wrong with the length of a normalized password; None where nothing is.

    There are no rules of composition: every character that can be written will do, spaces too.
    """
    if "\x00" in password or any("\ud800" <= character <= "\udfff" for character in password):
        return Weakness.UNREADABLE
    if len(password) < policy.least_length:
        return Weakness.TOO_SHORT
    return Weakness.TOO_LONG if len(password) > LONGEST else None


def may_be_a_password(unverified_password: str) -> bool:
    """Tell whether a text could be anybody's password, so that judging it is worth the work."""
    is_writable = not any("\ud800" <= character <= "\udfff" for character in unverified_password)
    return 0 < len(unverified_password) <= 2 * LONGEST and is_writable


def score(password: str, known: Iterable[str]) -> int:
    """Return how hard a password is to guess, 0 to 4; it takes milliseconds, so it is asked in the pool.

    Args:
        password: normalized.
        known: what an attacker knows of its owner: their address, the name of the application.
    """
    # Imported at the first call: its lists of words take tens of megabytes, which no server without passwords needs.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    words = [part for text in known for part in (text, *text.replace("@", ".").split(".")) if part]
    found = zxcvbn(password[:_STRENGTH_READS], user_inputs=words)
    return int(found["score"])
