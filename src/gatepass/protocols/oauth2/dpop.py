"""Proofs that a client holds a key, to which its tokens are bound (RFC 9449)."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from gatepass.protocols.jose import TokenRefused, base64url
from gatepass.protocols.jose.foreign import read_self_signed, thumbprint
from gatepass.protocols.jose.moments import MOST_SKEW_SECONDS, moment
from gatepass.protocols.oauth2.errors import Refused

ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "PS256")
MOST_AGE_SECONDS: Final = 300
_TYPES: Final = ("dpop+jwt",)
_IDENTIFIER: Final = re.compile(r"[\x21-\x7E]{1,255}")
_MOST_PROOF_CHARACTERS: Final = 8 * 1024
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds; whether it was used before is for the caller to find out."""

    thumbprint: str
    jti: str
    iat: int


def read_proof(
    unverified_header_values: Sequence[str],
    *,
    method: str,
    url: str,
    now: int,
    nonce_ok: Callable[[str | None], bool],
    access_token: str | None = None,
    max_age_seconds: int = MOST_AGE_SECONDS,
) -> Proof:
    """Return what a DPoP proof proves, after the checks of RFC 9449 §4.3.

    Its `jti` has to be refused a second time until `iat` plus `max_age_seconds` plus a minute has passed.

    Args:
        unverified_header_values: the value of every `DPoP` header of the request.
        method: the method of the request.
        url: the public address of the endpoint; query and fragment do not count.
        now: whole seconds since 1970.
        nonce_ok: judges the proof's `nonce`, None where it has none.
        access_token: the token that comes with the request, at an endpoint that takes one.
        max_age_seconds: how long ago the proof may have been made; it may lie a minute ahead.

    Raises:
        Refused: the proof does not hold (`invalid_dpop_proof`), or needs a fresh nonce (`use_dpop_nonce`).
    """
    if len(unverified_header_values) != 1 or len(unverified_header_values[0]) > _MOST_PROOF_CHARACTERS:
        raise _refused("Send one DPoP header.")
    try:
        token = read_self_signed(unverified_header_values[0], algorithms=ALGORITHMS, token_types=_TYPES)
        issued_at = moment(token.claims, "iat")
        key_thumbprint = thumbprint(token.header["jwk"])
    except TokenRefused as refused:
        raise _refused(f"The DPoP proof {refused.reason.value}.") from None
    claims = token.claims
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or _IDENTIFIER.fullmatch(identifier) is None:
        raise _refused("The DPoP proof has no jti.")
    if claims.get("htm") != method:
        raise _refused("The htm of the DPoP proof is not the method of the request.")
    address = _address(url)
    if address is None or _address(claims.get("htu")) != address:
        raise _refused("The htu of the DPoP proof is not the address of the endpoint.")
    if issued_at is None or not now - max_age_seconds <= issued_at <= now + MOST_SKEW_SECONDS:
        raise _refused("The DPoP proof was not made just now.")
    _check_access_token(claims, access_token)
    nonce = claims.get("nonce")
    if not nonce_ok(nonce if isinstance(nonce, str) else None):
        raise Refused("use_dpop_nonce", "Make the DPoP proof with the nonce of the DPoP-Nonce header.")
    return Proof(key_thumbprint, identifier, issued_at)


def access_token_hash(access_token: str) -> str:
    """Return the `ath` of an access token (RFC 9449 §4.2)."""
    return base64url(hashlib.sha256(access_token.encode()).digest())


def _check_access_token(claims: Mapping[str, Any], access_token: str | None) -> None:
    if access_token is None:
        return
    claimed = claims.get("ath")
    if not isinstance(claimed, str) or not hmac.compare_digest(
        claimed.encode(), access_token_hash(access_token).encode()
    ):
        raise _refused("The ath of the DPoP proof is not the hash of the access token.")


def _address(url: object) -> tuple[str, str, int, str] | None:
    """Return what counts of an address, as RFC 3986 §6.2 writes it; None where it is none."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        return None
    return parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], parts.path or "/"


def _refused(sentence: str) -> Refused:
    return Refused("invalid_dpop_proof", sentence)
