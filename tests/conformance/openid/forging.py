"""Tokens that nobody should believe, put together by hand because libraries refuse to."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwk


def encoded(value: Mapping[str, Any] | bytes) -> str:
    """Return a part of a compact token (RFC 7515 §7.1)."""
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    """Return what a part of a compact token holds."""
    return dict(json.loads(base64.urlsafe_b64decode(part + "==")))


def unsigned(claims: Mapping[str, Any], **header: str) -> str:
    """Return a token that nobody has signed (RFC 7515, appendix A.5)."""
    return f"{encoded({'alg': 'none', **header})}.{encoded(claims)}."


def with_a_broken_signature(token: str) -> str:
    """Return a token whose signature is of the right form and of something else."""
    head, payload, signature = token.split(".")
    flipped = bytes(byte ^ 0x55 for byte in base64.urlsafe_b64decode(signature + "=="))
    return f"{head}.{payload}.{encoded(flipped)}"


def signed_with(header: Mapping[str, Any], claims: Mapping[str, Any], key: jwk.ECKey) -> str:
    """Return a token that is signed by ES256 whatever its header says (RFC 7518 §3.4)."""
    text = f"{encoded(header)}.{encoded(claims)}"
    private = key.get_op_key("sign")
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
