"""User codes: what a person reads on one device and types into another (RFC 8628 §6.1)."""

import unicodedata
from collections.abc import Callable
from typing import Final

# No vowels, so that no words come about, and nothing that is mistaken for a digit: 20^8 codes are 34.5 bits.
ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
_MOST_TYPED: Final = 40


def new_user_code(random: Callable[[int], int]) -> str:
    """Return a new user code in its stored form, without the dash.

    Args:
        random: answers a number from 0 up to, but not including, its argument; from a source fit for secrets.
    """
    return "".join(ALPHABET[random(len(ALPHABET))] for _ in range(LENGTH))


def shown(user_code: str) -> str:
    """Return a stored user code as a person reads it: `WDJB-MJHT`."""
    return f"{user_code[: LENGTH // 2]}-{user_code[LENGTH // 2 :]}"


def normalize(unverified_typed: str) -> str | None:
    """Return the stored form of what a person typed, whatever its case and separators; None where it is no code."""
    if len(unverified_typed) > _MOST_TYPED:
        return None
    plain = unicodedata.normalize("NFKC", unverified_typed).upper()
    code = "".join(character for character in plain if character.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
