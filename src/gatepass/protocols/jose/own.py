"""Reading back the tokens that this house signed (RFC 8725).

The key decides the algorithm, never the header; the header has exactly the three members that we write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gatepass.protocols.jose.compact import (
    TokenFault,
    TokenRefused,
    UnverifiedToken,
    from_base64url,
    read_object,
    take_apart,
)
from gatepass.protocols.jose.keys import P256_BYTES, SigningAlgorithm
from gatepass.protocols.jose.moments import check_moments

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

_HEADER: Final = {"alg", "typ", "kid"}
_ECDSA: Final = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key of ours that is ready to verify tokens under one algorithm."""

    key_id: str
    algorithm: SigningAlgorithm
    key: PublicKey

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, str]) -> "Verifier":
        """Return the verifier of a key in the form in which `public_jwk` publishes it.

        Raises:
            ValueError: it is no key that we publish.
        """
        try:
            return cls(jwk["kid"], SigningAlgorithm(jwk["alg"]), _public_key(jwk))
        except (KeyError, TokenRefused) as error:
            raise ValueError("This is no key that we publish.") from error

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether a signature over a message is this key's."""
        key = self.key
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                if len(signature) != 2 * P256_BYTES:
                    return False
                r, s = (int.from_bytes(half, "big") for half in (signature[:P256_BYTES], signature[P256_BYTES:]))
                key.verify(encode_dss_signature(r, s), message, _ECDSA)
            elif isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(signature, message)
            else:
                key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class UnverifiedHead:
    """What the header of a token claims; nothing of it is verified."""

    kid: str
    alg: str
    typ: str


def peek(unverified_token: str) -> UnverifiedHead | None:
    """Return what the header of a token claims, to find its key; None where it is no token of our form."""
    try:
        return _head(take_apart(unverified_token))
    except TokenRefused:
        return None


def read_own(
    unverified_token: str,
    verifiers: Mapping[str, Verifier],
    *,
    token_type: str,
    issuer: str,
    now: int,
    accepts_expired: bool = False,
) -> dict[str, Any]:
    """Return the claims of a token that we signed (RFC 8725 §3, RFC 9068 §4).

    Who it is meant for (`aud`) is the caller's to check.

    Args:
        unverified_token: the compact form, at most 16 KiB.
        verifiers: our published keys by their ids.
        token_type: the `typ` that is expected, such as `at+jwt`.
        issuer: the `iss` that is expected, to the letter.
        now: whole seconds since 1970.
        accepts_expired: for an `id_token_hint`, which may be old (OpenID Connect Core §3.1.2.1).

    Raises:
        TokenRefused: it is not such a token, or does not hold now.
    """
    token = take_apart(unverified_token)
    head = _head(token)
    verifier = verifiers.get(head.kid)
    if verifier is None:
        raise TokenRefused(TokenFault.KEY)
    if head.alg != verifier.algorithm.value:
        raise TokenRefused(TokenFault.ALGORITHM)
    if head.typ.lower() != token_type.lower():
        raise TokenRefused(TokenFault.TYPE)
    if not verifier.verifies(token.message, token.signature):
        raise TokenRefused(TokenFault.SIGNATURE)
    claims = read_object(token.payload)
    if claims.get("iss") != issuer:
        raise TokenRefused(TokenFault.ISSUER)
    check_moments(claims, now, accepts_expired=accepts_expired)
    return claims


def _head(token: UnverifiedToken) -> UnverifiedHead:
    header = token.header
    if header.keys() != _HEADER or not all(isinstance(value, str) for value in header.values()):
        raise TokenRefused(TokenFault.HEADER)
    return UnverifiedHead(**header)


def _public_key(jwk: Mapping[str, str]) -> PublicKey:
    def number(name: str) -> int:
        return int.from_bytes(from_base64url(jwk[name]), "big")

    match jwk["alg"], jwk["kty"], jwk.get("crv"):
        case SigningAlgorithm.ES256, "EC", "P-256":
            return ec.EllipticCurvePublicNumbers(number("x"), number("y"), ec.SECP256R1()).public_key()
        case SigningAlgorithm.EDDSA, "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(from_base64url(jwk["x"]))
        case SigningAlgorithm.RS256, "RSA", None:
            return rsa.RSAPublicNumbers(number("e"), number("n")).public_key()
        case _:
            raise ValueError("This key is not of the kind of its algorithm.")
