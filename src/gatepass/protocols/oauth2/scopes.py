"""Scopes: words in an order that means nothing (RFC 6749 §3.3)."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from gatepass.protocols.oauth2.errors import Refused

_MOST_CHARACTERS: Final = 2000
_MOST_WORDS: Final = 100
_WORD: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")


def parse(unverified_text: str) -> tuple[str, ...]:
    """Return the words of a scope, each once, in the order in which they first stand.

    Raises:
        Refused: the text is empty, too long or not of the form of RFC 6749 §3.3 (`invalid_scope`).
    """
    if len(unverified_text) <= _MOST_CHARACTERS:
        words = unverified_text.split(" ")
        if len(words) <= _MOST_WORDS and all(_WORD.fullmatch(word) for word in words):
            return tuple(dict.fromkeys(words))
    raise Refused("invalid_scope", "Send the scope as at most a hundred words with one space between them.")


def join(words: Iterable[str]) -> str:
    """Return words as the text of a scope."""
    return " ".join(words)


def narrow(requested: Iterable[str], allowed: Collection[str]) -> tuple[str, ...]:
    """Return the requested words that are allowed, in the order of the request (RFC 6749 §3.3 lets a server ignore)."""
    return tuple(word for word in requested if word in allowed)
