"""How codes are made and compared, and how a secret is written down for an app."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from gatepass.methods.totp.model import USUAL, Algorithm, Shape, TotpSecret

SECRET_OCTETS: Final = 20  # RFC 4226 §4 R6 recommends 160 bits
SHORTEST_CODE, LONGEST_CODE = 6, 8
_DRIFT_STEPS = 1  # RFC 6238 §5.2 recommends one step for the way of the code
_LONGEST_PERIOD = 300
_HASHES: Final[dict[Algorithm, type[SHA1 | SHA256 | SHA512]]] = {
    Algorithm.SHA1: SHA1,
    Algorithm.SHA256: SHA256,
    Algorithm.SHA512: SHA512,
}


def new_key() -> bytes:
    """Return a random secret of 160 bits."""
    return secrets.token_bytes(SECRET_OCTETS)


def normalize(unverified_code: str) -> str:
    """Return what was typed without the spaces that apps show and people copy."""
    return "".join(unverified_code.split())


def is_code(text: str) -> bool:
    """Tell whether a text could be a code of an authenticator app at all; what can't be one is no guess."""
    code = normalize(text)
    return SHORTEST_CODE <= len(code) <= LONGEST_CODE and code.isascii() and code.isdigit()


def code_at(key: bytes, shape: Shape, step: int) -> str:
    """Return the code of a step (RFC 4226 §5.3).

    Args:
        key: the secret, of any length: those of other products are shorter than ours.
        shape: how codes are made of it.
        step: the number of the period since 1970.
    """
    generator = HOTP(key, shape.digits, _HASHES[shape.algorithm](), enforce_key_length=False)
    return generator.generate(step).decode()


def step_at(shape: Shape, at: datetime) -> int:
    """Return the number of the period in which a moment lies (RFC 6238 §4.2)."""
    return int(at.timestamp()) // shape.period_seconds


def steps_of(secret: TotpSecret, code: str, at: datetime) -> Iterator[int]:
    """Give the steps about a moment whose code it is and that are later than the last one accepted, the earliest first.

    Args:
        secret: whose codes.
        code: what was typed, normalized.
        at: the moment.
    """
    now = step_at(secret.shape, at)
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):
        is_right = hmac.compare_digest(code_at(secret.key, secret.shape, step).encode(), code.encode())
        if is_right and step > secret.last_step:
            yield step


def manual_key(key: bytes) -> str:
    """Return a secret in base32, as apps take it by hand (RFC 4648 §6, without padding)."""
    return base64.b32encode(key).decode().rstrip("=")


def uri_of(key: bytes, shape: Shape, issuer: str, account: str) -> str:
    """Return the address by which an app learns a secret.

    Args:
        key: the secret.
        shape: how codes are made of it.
        issuer: where it is for, as the app lists it.
        account: whose it is, as the app lists it.
    """
    # A colon parts the issuer from the account, so that neither may hold one.
    place, owner = (part.replace(":", " ").strip() for part in (issuer, account))
    return (
        f"otpauth://totp/{quote(place, safe='')}:{quote(owner, safe='@')}"
        f"?secret={manual_key(key)}&issuer={quote(place, safe='')}"
        f"&algorithm={shape.algorithm}&digits={shape.digits}&period={shape.period_seconds}"
    )


def imported(scheme: str, value: Mapping[str, Any]) -> tuple[bytes, Shape] | None:
    """Return the secret and the shape of an authenticator app that came from another product; None for what is none.

    Args:
        scheme: `raw` where the secret is the text itself, else it is base32.
        value: the secret and, where its codes are made in another way, `algorithm`, `digits` and `period`.
    """
    text = str(value.get("secret", ""))
    is_raw = scheme == "raw" and str(value.get("secretEncoding", "")).upper() != "BASE32"
    key = text.encode() if is_raw else _decoded(text)
    shape = _shape(value)
    by_counter = str(value.get("subType", "totp")).lower() != "totp"
    return None if not key or shape is None or by_counter else (key, shape)


def _decoded(text: str) -> bytes:
    letters = "".join(text.split()).replace("-", "").rstrip("=").upper()
    try:
        return base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return b""


def _shape(value: Mapping[str, Any]) -> Shape | None:
    name = str(value.get("algorithm") or USUAL.algorithm).upper().replace("-", "").removeprefix("HMAC")
    digits, period = value.get("digits") or USUAL.digits, value.get("period") or USUAL.period_seconds
    if name not in Algorithm.__members__ or not isinstance(digits, int) or not isinstance(period, int):
        return None
    if not (SHORTEST_CODE <= digits <= LONGEST_CODE and 1 <= period <= _LONGEST_PERIOD):
        return None
    return Shape(Algorithm(name), digits, period)
