"""What a code looks like."""

import secrets

CODE_LENGTH = 6


def new_code() -> str:
    """Return a random code of six digits (NIST SP 800-63B-4 §3.1.3.2)."""
    return f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}d}"


def normalize(unverified_code: str) -> str:
    """Return what was typed without the spaces and dashes that people add when they copy a code."""
    return "".join(character for character in unverified_code if character not in " -\u00a0\u2009\u202f\t\r\n")


def is_code(text: str) -> bool:
    """Tell whether a text could be a code at all; what can't be one is not counted as a guess."""
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit()
