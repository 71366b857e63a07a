"""What an answer says about the values that travel beside it (OpenID Connect Core §3.1.3.6, §3.3.2.11)."""

import hashlib
from collections.abc import Callable
from typing import Any, Final

from gatepass.protocols.jose import base64url

# Ed25519 hashes with SHA-512 (RFC 8032 §5.1), so its tokens do too; an unknown algorithm has no hash to guess.
_HASHES: Final[dict[str, Callable[[bytes], Any]]] = {
    "ES256": hashlib.sha256,
    "RS256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "EdDSA": hashlib.sha512,
    "Ed25519": hashlib.sha512,
}


def left_half_hash(value: str, algorithm: str) -> str:
    """Return the `at_hash` of an access token or the `c_hash` of a code.

    Args:
        value: the token or code, as it is sent.
        algorithm: the `alg` that signs the id token.

    Raises:
        ValueError: no hash is known for the algorithm.
    """
    make = _HASHES.get(algorithm)
    if make is None:
        raise ValueError(f"No hash belongs to the algorithm {algorithm!r}.")
    digest: bytes = make(value.encode("ascii")).digest()
    return base64url(digest[: len(digest) // 2])
