"""The folded form of a name, by which people are found whatever the case, the accents' form and the spaces."""

import unicodedata
from typing import Final

_LONGEST_KEY: Final = 100  # compatibility forms can grow eighteenfold, and an index entry has an end
_LAST_CHARACTER: Final = "\U0010ffff"


def fold(text: str) -> str:
    """Return the form under which a name is sorted and found (Unicode NFKC, case folding, single spaces)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())[:_LONGEST_KEY].rstrip()


def name_key(first_name: str, last_name: str) -> str:
    """Return the key of a full name."""
    return fold(f"{first_name} {last_name}")


def family_key(last_name: str) -> str:
    """Return the key of a family name."""
    return fold(last_name)


def bounds(prefix: str) -> tuple[str, str]:
    """Return between what all keys lie that begin with a prefix: from the first on, and before the second.

    Args:
        prefix: folded already.
    """
    return prefix, prefix + _LAST_CHARACTER
