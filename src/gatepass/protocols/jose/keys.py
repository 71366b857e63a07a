"""Our own keys: making, keeping and publishing them (RFC 7517, 7518, 8037)."""

from enum import StrEnum
from typing import Final, assert_never

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatepass.protocols.jose.compact import base64url

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

P256_BYTES: Final = 32
# 3072 bits give the 128 bits of strength that ASVS 5.0 §11.2.3 asks for.
_RSA_BITS: Final = 3072
_RSA_EXPONENT: Final = 65537


class SigningAlgorithm(StrEnum):
    """The signature algorithms that tokens may carry (RFC 7518 §3.1, RFC 8037 §3.1)."""

    ES256 = "ES256"
    RS256 = "RS256"
    EDDSA = "EdDSA"


def generate_private_key(algorithm: SigningAlgorithm) -> PrivateKey:
    """Make a new private key for an algorithm."""
    match algorithm:
        case SigningAlgorithm.ES256:
            return ec.generate_private_key(ec.SECP256R1())
        case SigningAlgorithm.EDDSA:
            return ed25519.Ed25519PrivateKey.generate()
        case SigningAlgorithm.RS256:
            return rsa.generate_private_key(_RSA_EXPONENT, _RSA_BITS)
        case _:
            assert_never(algorithm)


def private_key_to_bytes(key: PrivateKey) -> bytes:
    """Return a private key as unencrypted PKCS #8 DER; seal it before it is stored."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def private_key_from_bytes(der: bytes) -> PrivateKey:
    """Read a private key that `private_key_to_bytes` wrote.

    Raises:
        ValueError: the bytes hold no key of a kind that we sign with.
    """
    key = serialization.load_der_private_key(der, password=None)
    if not isinstance(key, PrivateKey):
        raise ValueError(f"Tokens are not signed with a {type(key).__name__}.")  # noqa: TRY004 - the bytes are at fault
    return key


def public_jwk(key: PrivateKey, *, key_id: str, algorithm: SigningAlgorithm) -> dict[str, str]:
    """Return the public half of a key as a JSON Web Key (RFC 7517 §4)."""
    head = {"kid": key_id, "use": "sig", "alg": algorithm.value}
    public = key.public_key()
    match public:
        case ec.EllipticCurvePublicKey():
            numbers = public.public_numbers()
            x, y = (base64url(n.to_bytes(P256_BYTES, "big")) for n in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y, **head}
        case ed25519.Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public.public_bytes_raw()), **head}
        case rsa.RSAPublicKey():
            rsa_numbers = public.public_numbers()
            n, e = (base64url(v.to_bytes((v.bit_length() + 7) // 8, "big")) for v in (rsa_numbers.n, rsa_numbers.e))
            return {"kty": "RSA", "n": n, "e": e, **head}
        case _:
            assert_never(public)
