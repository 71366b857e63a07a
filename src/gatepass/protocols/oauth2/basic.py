"""Client credentials in the Authorization header (RFC 6749 §2.3.1, RFC 7617)."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

_MOST_CHARACTERS: Final = 4096
_HEADER: Final = re.compile(r"[Bb][Aa][Ss][Ii][Cc] +(?P<credentials>[A-Za-z0-9+/]+={0,2}) *")
_ENCODED: Final = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
# RFC 6749 §A.1, §A.2: both are of visible ASCII and spaces.
_VISIBLE: Final = re.compile(r"[\x20-\x7E]*")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Which client somebody claims to be, and the secret that goes with it; the secret does not show itself."""

    client_id: str
    client_secret: str = field(repr=False)


def parse(unverified_header: str) -> Credentials | None:
    """Return the credentials of an Authorization header; None where it is another scheme or malformed.

    Client id and secret are each form-urlencoded before they are joined (RFC 6749 §2.3.1).
    """
    found = _HEADER.fullmatch(unverified_header) if len(unverified_header) <= _MOST_CHARACTERS else None
    if found is None:
        return None
    try:
        text = base64.b64decode(found["credentials"], validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    encoded_id, colon, encoded_secret = text.partition(":")
    client_id, client_secret = _decoded(encoded_id), _decoded(encoded_secret)
    if not colon or not client_id or client_secret is None:
        return None
    return Credentials(client_id, client_secret)


def _decoded(text: str) -> str | None:
    if _ENCODED.fullmatch(text) is None:
        return None
    decoded = unquote_to_bytes(text.replace("+", " ")).decode("latin-1")
    return decoded if _VISIBLE.fullmatch(decoded) else None
