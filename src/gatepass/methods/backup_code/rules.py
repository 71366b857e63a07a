"""What a backup code looks like."""

import secrets
from typing import Final

CODES_AT_ONCE: Final = 10
FEW_LEFT: Final = 3
"""From how many on somebody is told to make new ones."""
# Crockford's base 32: no letter that could be read as a digit, and none that spells words with the others.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 8  # 40 bits; NIST SP 800-63B-4 §3.1.2.1 asks for 20, and for a limit on guesses below 112
_MISREAD: Final = str.maketrans("oil", "011")


def new_codes() -> tuple[str, ...]:
    """Return ten random codes, all different, as they are shown: `xxxx-xxxx`."""
    codes: dict[str, None] = {}
    while len(codes) < CODES_AT_ONCE:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        # With a letter in it, so that none is taken for a code of an app.
        if not code.isdigit():
            codes[code] = None
    return tuple(shown(code) for code in codes)


def shown(code: str) -> str:
    """Return a code in two halves, as people read it."""
    return f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}"


def normalize(unverified_code: str) -> str:
    """Return what was typed as one word in small letters, with what is easily misread put right."""
    word = "".join(unverified_code.split()).replace("-", "").replace("\u2013", "").lower()
    return word.translate(_MISREAD)


def is_code(text: str) -> bool:
    """Tell whether a text could be a backup code at all; what can't be one is no guess."""
    code = normalize(text)
    return len(code) == _LENGTH and set(code) <= set(_ALPHABET) and not code.isdigit()
