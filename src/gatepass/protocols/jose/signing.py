"""Signing our own tokens, with a fixed header and a fixed algorithm per key (RFC 7515).

ECDSA is deterministic (RFC 6979), so the same claims under the same key give the same token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatepass.protocols.jose.compact import base64url
from gatepass.protocols.jose.keys import P256_BYTES, PrivateKey, SigningAlgorithm

_ECDSA: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_encode_json: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that is ready to sign tokens under one algorithm."""

    key_id: str
    algorithm: SigningAlgorithm
    key: PrivateKey

    def is_slow(self) -> bool:
        """Tell whether a signature takes long enough to be made beside the event loop (RSA does)."""
        return self.algorithm is SigningAlgorithm.RS256

    def sign(self, claims: Mapping[str, Any], *, token_type: str) -> str:
        """Return the compact serialization of a signed token (RFC 7515 §7.1).

        Args:
            claims: the payload; times as whole seconds since 1970.
            token_type: the explicit `typ`, such as `at+jwt` (RFC 8725 §3.11).
        """
        message = f"{_header(self.algorithm, token_type, self.key_id)}.{base64url(_encode_json(claims))}"
        return f"{message}.{base64url(self._signature(message.encode()))}"

    def _signature(self, message: bytes) -> bytes:
        # By the algorithm: to ask a key for its class costs a tenth of a signature.
        match self.algorithm:
            case SigningAlgorithm.ES256:
                r, s = decode_dss_signature(cast("ec.EllipticCurvePrivateKey", self.key).sign(message, _ECDSA))
                return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")
            case SigningAlgorithm.EDDSA:
                return cast("ed25519.Ed25519PrivateKey", self.key).sign(message)
            case SigningAlgorithm.RS256:
                key = cast("rsa.RSAPrivateKey", self.key)
                return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=64)
def _header(algorithm: SigningAlgorithm, token_type: str, key_id: str) -> str:
    return base64url(_encode_json({"alg": algorithm.value, "typ": token_type, "kid": key_id}))
