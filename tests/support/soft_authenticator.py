"""An authenticator in software, and the browser before it: what they sign is real, and they can be told to cheat."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

ES256, ES384, ES512, EDDSA, RS256, PS256 = -7, -35, -36, -8, -257, -37
_CURVES: dict[int, tuple[ec.EllipticCurve, int]] = {
    ES256: (ec.SECP256R1(), 1), ES384: (ec.SECP384R1(), 2), ES512: (ec.SECP521R1(), 3),
}  # fmt: skip
_DIGESTS: dict[int, hashes.HashAlgorithm] = {
    ES256: hashes.SHA256(), ES384: hashes.SHA384(), ES512: hashes.SHA512(),
    RS256: hashes.SHA256(), PS256: hashes.SHA256(),
}  # fmt: skip
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


def b64(octets: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftCredential:
    """A key pair that an authenticator holds for one relying party and one person."""

    algorithm: int
    rp_id: str
    user_handle: bytes
    key: Any
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    sign_count: int = 0

    @property
    def cose(self) -> bytes:
        """Return the public key as a COSE_Key (RFC 9052 §7)."""
        return cose_of(self.key.public_key(), self.algorithm)

    def sign(self, data: bytes) -> bytes:
        """Sign data by the credential's algorithm."""
        if self.algorithm == EDDSA:
            return bytes(self.key.sign(data))
        digest = _DIGESTS[self.algorithm]
        if self.algorithm in _CURVES:
            return bytes(self.key.sign(data, ec.ECDSA(digest)))
        if self.algorithm == RS256:
            return bytes(self.key.sign(data, padding.PKCS1v15(), digest))
        return bytes(self.key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest))


def cose_of(key: Any, algorithm: int) -> bytes:
    """Return a public key as a COSE_Key."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return cbor2.dumps({1: 1, 3: algorithm, -1: 6, -2: key.public_bytes_raw()})
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        return cbor2.dumps({1: 3, 3: algorithm, -1: modulus, -2: b"\x01\x00\x01"})
    size, points = (key.curve.key_size + 7) // 8, key.public_numbers()
    curve = {"secp256r1": 1, "secp384r1": 2, "secp521r1": 3}[key.curve.name]
    x, y = points.x.to_bytes(size, "big"), points.y.to_bytes(size, "big")
    return cbor2.dumps({1: 2, 3: algorithm, -1: curve, -2: x, -3: y})


def new_key(algorithm: int) -> Any:
    """Return a new private key for an algorithm."""
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm][0])
    return rsa.generate_private_key(65537, 2048)


@dataclass
class SoftAuthenticator:
    """An authenticator and its browser; each argument beside the first two is a lie that it is told to tell.

    Args:
        origin: the page's origin, as the browser sees it.
        algorithm: by which its keys sign.
        flags: what it says of its user and of its keys beside `AT`.
        aaguid: the kind of authenticator that it says it is.
        counts: whether it keeps a counter.
        attests: `none`, or `packed` for self attestation.
    """

    origin: str
    algorithm: int = ES256
    flags: int = UP | UV | BE | BS
    aaguid: bytes = bytes(16)
    counts: bool = False
    attests: str = "none"
    held: list[SoftCredential] = field(default_factory=list)

    def create(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """Make a credential as `navigator.credentials.create` does, and return what a browser sends."""
        rp_id = str(lies.pop("rp_id", options["rp"]["id"]))
        made = SoftCredential(self.algorithm, rp_id, unb64(options["user"]["id"]), new_key(self.algorithm))
        made.credential_id = lies.pop("credential_id", made.credential_id)
        if self.counts:
            made.sign_count = 1
        self.held.append(made)
        client_data = self._client_data("webauthn.create", options["challenge"], lies)
        name = made.credential_id
        attested = self.aaguid + len(name).to_bytes(2, "big") + name + made.cose
        data = self._data(rp_id, made, lies, AT) + attested
        statement: dict[str, Any] = {}
        if self.attests == "packed":
            signature = made.sign(data + hashlib.sha256(client_data).digest())
            statement = {"alg": self.algorithm, "sig": signature}
        attestation = cbor2.dumps({"fmt": self.attests, "attStmt": statement, "authData": data})
        response = {"clientDataJSON": b64(client_data), "attestationObject": b64(attestation)}
        return {
            "id": b64(name), "rawId": b64(name), "type": "public-key", "authenticatorAttachment": "platform",
            "response": response | {"transports": ["internal", "hybrid"]}, "clientExtensionResults": {},
        }  # fmt: skip

    def get(
        self, options: dict[str, Any], credential: SoftCredential | None = None, **lies: Any
    ) -> dict[str, Any]:  # fmt: skip
        """Sign as `navigator.credentials.get` does, and return what a browser sends."""
        used = credential or self._choose(options)
        if self.counts:
            used.sign_count += 1
        rp_id = str(lies.pop("rp_id", options["rpId"]))
        handle = lies.pop("user_handle", used.user_handle)
        client_data = self._client_data("webauthn.get", options["challenge"], lies)
        data = self._data(rp_id, used, lies)
        signature = lies.pop("signature", None) or used.sign(data + hashlib.sha256(client_data).digest())
        response = {
            "clientDataJSON": b64(client_data), "authenticatorData": b64(data), "signature": b64(signature),
            "userHandle": None if handle is None else b64(handle),
        }  # fmt: skip
        name = b64(used.credential_id)
        return {
            "id": name, "rawId": name, "type": "public-key", "authenticatorAttachment": "platform",
            "response": response, "clientExtensionResults": {},
        }  # fmt: skip

    def _choose(self, options: dict[str, Any]) -> SoftCredential:
        allowed = [unb64(one["id"]) for one in options.get("allowCredentials", [])]
        fitting = [one for one in self.held if one.rp_id == options["rpId"]]
        return next(one for one in reversed(fitting) if not allowed or one.credential_id in allowed)

    def _client_data(self, kind: str, challenge: str, lies: dict[str, Any]) -> bytes:
        said = {
            "type": lies.pop("kind", kind), "challenge": lies.pop("challenge", challenge),
            "origin": lies.pop("origin", self.origin), "crossOrigin": lies.pop("is_framed", False),
        }  # fmt: skip
        return json.dumps(said).encode()

    def _data(self, rp_id: str, credential: SoftCredential, lies: dict[str, Any], more: int = 0) -> bytes:
        flags = int(lies.pop("flags", self.flags)) | more
        count = int(lies.pop("sign_count", credential.sign_count))
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")
