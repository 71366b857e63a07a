"""The public key of a credential: which algorithms there are, and what a signature by each looks like."""

from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

ES256, ES384, ES512, EDDSA = -7, -35, -36, -8
RS256, RS384, RS512 = -257, -258, -259
PS256, PS384, PS512 = -37, -38, -39
ALGORITHMS: Final = (ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EDDSA)
"""The algorithms of COSE by which credentials may sign, in the order in which the hosted API names them."""

_HASHES: Final[dict[int, hashes.HashAlgorithm]] = {
    **dict.fromkeys((ES256, RS256, PS256), hashes.SHA256()),
    **dict.fromkeys((ES384, RS384, PS384), hashes.SHA384()),
    **dict.fromkeys((ES512, RS512, PS512), hashes.SHA512()),
}
# With one curve for each algorithm (WebAuthn §5.8.5).
_CURVES: Final[dict[int, type[ec.EllipticCurve]]] = {ES256: ec.SECP256R1, ES384: ec.SECP384R1, ES512: ec.SECP521R1}
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 8192


class NotGenuine(Exception):
    """Raised when what an authenticator sent can't be what it should be; the text says why, for the log alone."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key and the one algorithm that is accepted with it.

    Args:
        algorithm: the algorithm's number in COSE.
        key: the key, as the library for cryptography has it.
    """

    algorithm: int
    key: Any

    @classmethod
    def read(cls, unverified_cose: bytes) -> "PublicKey":
        """Return the key of a COSE_Key (RFC 9052 §7).

        Raises:
            NotGenuine: it can't be read, or its kind, curve or size does not fit its algorithm.
        """
        try:
            decoded = decode_credential_public_key(unverified_cose)
            algorithm, key = int(decoded.alg), decoded_public_key_to_cryptography(decoded)
        except Exception as error:
            # The library raises what its parsers do; whatever it is, no key was read.
            raise NotGenuine("The public key can't be read.") from error
        if not _fits(algorithm, key):
            raise NotGenuine("The public key does not fit its algorithm.")
        return cls(algorithm, key)

    def check(self, signature: bytes, data: bytes) -> None:
        """Let a signature pass that the key's holder made.

        Raises:
            NotGenuine: it is another's, or for other data.
        """
        try:
            self._verify(signature, data)
        except InvalidSignature:
            raise NotGenuine("The signature is not by the credential's key.") from None

    def _verify(self, signature: bytes, data: bytes) -> None:
        if self.algorithm == EDDSA:
            self.key.verify(signature, data)
            return
        digest = _HASHES[self.algorithm]
        if self.algorithm in _CURVES:
            self.key.verify(signature, data, ec.ECDSA(digest))
        elif self.algorithm in {RS256, RS384, RS512}:
            self.key.verify(signature, data, padding.PKCS1v15(), digest)
        else:
            # The salt is as long as the hash (RFC 8230 §2).
            self.key.verify(signature, data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)


def _fits(algorithm: int, key: object) -> bool:
    if algorithm == EDDSA:
        return isinstance(key, ed25519.Ed25519PublicKey)
    if algorithm in _CURVES:
        return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES[algorithm])
    if algorithm not in _HASHES or not isinstance(key, rsa.RSAPublicKey):
        return False
    return _LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS
