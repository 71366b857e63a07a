"""The compact serialization taken apart, before anything in it is believed (RFC 7515 §7.1).

One form only: three parts, base64url as an encoder writes it, UTF-8, JSON without repeated names. What two parsers
could read differently is refused (RFC 8725 §3.7), so the standard library's parser is used: it tells of every name.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn

MOST_TOKEN_CHARACTERS: Final = 16 * 1024
_PARTS: Final = 3


class TokenFault(StrEnum):
    """What is wrong with a token; the value completes the sentence "The token …"."""

    MALFORMED = "is malformed"
    HEADER = "has a header that is not accepted"
    ALGORITHM = "is signed with an algorithm that is not accepted here"
    KEY = "is signed with a key that is not known here"
    SIGNATURE = "has a signature that does not match"
    TYPE = "is of another type"
    ISSUER = "comes from another issuer"
    EXPIRED = "has expired"
    TOO_EARLY = "is not valid yet"
    CLAIMS = "lacks a claim or has one of a wrong form"


class TokenRefused(Exception):
    """Raised when a token is not what it should be.

    Args:
        reason: what is wrong with it; nothing of the token itself.
    """

    def __init__(self, reason: TokenFault) -> None:
        super().__init__(f"The token {reason.value}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token taken apart; nothing in it is verified."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes
    message: bytes


def base64url(data: bytes) -> str:
    """Encode bytes as base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Decode base64url without padding.

    Raises:
        TokenRefused: it is not what an encoder writes; another spelling of the same bytes counts as malformed.
    """
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise TokenRefused(TokenFault.MALFORMED) from None
    if base64url(data) != text:
        raise TokenRefused(TokenFault.MALFORMED)
    return data


def read_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object that some bytes hold.

    Raises:
        TokenRefused: they are not UTF-8 or hold no object, a repeated name, a number that JSON lacks or half a
            surrogate pair, which nothing could store.
    """
    try:
        text = data.decode()
        value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise TokenRefused(TokenFault.MALFORMED) from None
    if not isinstance(value, dict):
        raise TokenRefused(TokenFault.MALFORMED)
    return value


def take_apart(unverified_token: str) -> UnverifiedToken:
    """Return the parts of a compact token, of which nothing is verified.

    Args:
        unverified_token: at most 16 KiB.

    Raises:
        TokenRefused: it is no signed token in the compact form; an empty signature is none.
    """
    if len(unverified_token) > MOST_TOKEN_CHARACTERS:
        raise TokenRefused(TokenFault.MALFORMED)
    parts = unverified_token.split(".")
    if len(parts) != _PARTS or not all(parts):
        raise TokenRefused(TokenFault.MALFORMED)
    header, payload, signature = (from_base64url(part) for part in parts)
    message = unverified_token[: -len(parts[2]) - 1].encode()
    return UnverifiedToken(read_object(header), payload, signature, message)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name is repeated")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"JSON has no {constant}")
