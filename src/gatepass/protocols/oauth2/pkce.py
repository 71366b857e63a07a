"""Proof key for code exchange; only with S256, because `plain` protects nothing (RFC 7636, RFC 9700 §2.1.1)."""

import hashlib
import hmac
import re
from typing import Final

from gatepass.protocols.jose import base64url

METHOD: Final = "S256"
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def is_verifier(unverified_text: str) -> bool:
    """Tell whether a text has the form of a `code_verifier` (RFC 7636 §4.1)."""
    return _VERIFIER.fullmatch(unverified_text) is not None


def is_challenge(unverified_text: str) -> bool:
    """Tell whether a text has the form of a `code_challenge` made with S256 (RFC 7636 §4.2)."""
    return _CHALLENGE.fullmatch(unverified_text) is not None


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 §4.2)."""
    return base64url(hashlib.sha256(verifier.encode("ascii")).digest())


def matches(unverified_verifier: str, challenge: str) -> bool:
    """Tell whether a verifier is the one that a challenge was made of (RFC 7636 §4.6), in constant time."""
    if not is_verifier(unverified_verifier) or not is_challenge(challenge):
        return False
    return hmac.compare_digest(challenge_of(unverified_verifier), challenge)
