"""JSON Web Signatures: signing and reading our own tokens, and reading what others signed (RFC 7515, 7517, 8725).

Our own have a fixed header and a fixed algorithm per key, and need a few lines on `cryptography`. What others signed
(`foreign`) goes through joserfc, with the algorithms always named. Both are first taken apart with the same strictness.
"""

from gatepass.protocols.jose.compact import TokenFault, TokenRefused, base64url
from gatepass.protocols.jose.keys import (
    PrivateKey,
    SigningAlgorithm,
    generate_private_key,
    private_key_from_bytes,
    private_key_to_bytes,
    public_jwk,
)
from gatepass.protocols.jose.own import PublicKey, UnverifiedHead, Verifier, peek, read_own
from gatepass.protocols.jose.signing import Signer

__all__ = [
    "PrivateKey",
    "PublicKey",
    "Signer",
    "SigningAlgorithm",
    "TokenFault",
    "TokenRefused",
    "UnverifiedHead",
    "Verifier",
    "base64url",
    "generate_private_key",
    "peek",
    "private_key_from_bytes",
    "private_key_to_bytes",
    "public_jwk",
    "read_own",
]
