"""What a call to the management API may present, where, and what is answered when it is worth nothing."""

import re
from base64 import urlsafe_b64decode
from typing import Any, Final
from urllib.parse import unquote_plus

import msgspec

from gatepass.gate.model import Call
from gatepass.kit.ids import API_KEY_PREFIX, holds_secret
from gatepass.kit.problems import Problem

_CHALLENGE: Final = ((b"www-authenticate", b'Bearer realm="gatepass"'),)
_INVALID: Final = ((b"www-authenticate", b'Bearer realm="gatepass", error="invalid_token"'),)
# What a bearer is made of (RFC 6750 §2.1).
_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_MOST_DECODINGS: Final = 4
_PARTS: Final = re.compile("[/?&=#;]")
# A header, a payload and a signature (RFC 7515 §7.1); each header is JSON, which begins with a brace.
_JWT: Final = re.compile(r"(eyJ[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - RFC 9068 §2.1


def bearer_of(call: Call[Any, Any]) -> str | None:
    """Return what the header presents; a credential in the query or the body is never read (RFC 6750 §5.3).

    Raises:
        Problem: the header presents something else than a bearer, or one that can't be whole (`invalid_credential`,
            401); the sentence says how to write it, and does not repeat it.
    """
    header = call.headers.get(b"authorization")
    if header is None:
        return None
    scheme, _, unverified = header.decode("latin-1").strip().partition(" ")
    unverified = unverified.strip()
    if scheme.lower() != "bearer":
        raise _unreadable("Write Bearer and a space before it: Authorization: Bearer, and then the token or the key.")
    if not unverified:
        raise _unreadable("Nothing stands behind Bearer; is the variable empty that should hold the credential?")
    if _BEARER.fullmatch(unverified) is None:
        raise _unreadable(
            "The credential holds a quotation mark, a space, a line break or another sign that none has; "
            "send it bare, as it was given."
        )
    return unverified


def refuse_credential_in_url(path: bytes, query: bytes) -> None:
    """Let a call pass whose address holds no API key and no access token, in whichever place.

    Whoever sent one has shown it to every proxy, log and history between here and there, whether it is good or not.

    Args:
        path: the path as it was sent.
        query: the query as it was sent.

    Raises:
        Problem: there is one (`credential_in_url`, 400); the answer does not repeat it.
    """
    text = (path + b"?" + query).decode("latin-1")
    # An address may stand in an address, and its signs are then encoded once more.
    for _ in range(_MOST_DECODINGS):
        if _holds_credential(text):
            raise Problem(
                "credential_in_url",
                400,
                "An API key or an access token stands in the address of this call, where others can read it: revoke "
                "it, make a new one, and send that in the header Authorization: Bearer.",
                number=1004,
            )
        decoded = unquote_plus(text)
        if decoded == text:
            return
        text = decoded


def _holds_credential(text: str) -> bool:
    # One that was cut off or mistyped is as careless; a text that only speaks of the prefix is none.
    parts = (part.strip().removeprefix("Bearer ") for part in _PARTS.split(text))
    if holds_secret(text, API_KEY_PREFIX) or any(part.startswith(API_KEY_PREFIX) for part in parts):
        return True
    return any(_is_access_token(found[1]) for found in _JWT.finditer(text))


def _is_access_token(encoded_header: str) -> bool:
    try:
        header = msgspec.json.decode(urlsafe_b64decode(encoded_header + "=" * (-len(encoded_header) % 4)))
    except ValueError:
        return False
    return isinstance(header, dict) and str(header.get("typ", "")).lower().removeprefix("application/") == _TOKEN_TYPE


def nobody() -> Problem:
    """Return the problem of a call that presents nothing."""
    sentence = "Send a management token or an API key: Authorization: Bearer followed by it."
    return Problem("credential_required", 401, sentence, number=1003, headers=_CHALLENGE)


def worthless() -> Problem:
    """Return the problem of a credential that opens nothing here; why is not said."""
    sentence = "That credential is expired, revoked or not for this API; ask for another one."
    return Problem("invalid_credential", 401, sentence, number=1003, headers=_INVALID)


def _unreadable(sentence: str) -> Problem:
    return Problem("invalid_credential", 401, sentence, number=1003, headers=_INVALID)
