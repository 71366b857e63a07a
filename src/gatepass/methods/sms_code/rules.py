"""What a code looks like, and how long a message is."""

import math
import secrets

_FEWEST_DIGITS, _MOST_DIGITS = 4, 8
# The characters of the GSM alphabet that cost one place each (3GPP TS 23.038 §6.2.1); of the rest, all or nothing.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def new_code(digits: int) -> str:
    """Return a random code.

    Args:
        digits: how long it is; 4 to 8.
    """
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def normalize(unverified_code: str) -> str:
    """Return what was typed without the spaces and dashes that people add when they copy a code."""
    return "".join(character for character in unverified_code if character not in " -\u00a0\u2009\u202f\t\r\n")


def is_code(text: str) -> bool:
    """Tell whether a text could be a code at all; what can't be one is not counted as a guess.

    Its length is not compared with the policy's, which may have changed since the code was sent.
    """
    return _FEWEST_DIGITS <= len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit()


def segments(text: str) -> int:
    """Return how many messages a network makes of a text, each of which is paid for."""
    if all(character in _GSM for character in text):
        length, single, part = len(text), 160, 153
    else:
        length, single, part = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else math.ceil(length / part)
