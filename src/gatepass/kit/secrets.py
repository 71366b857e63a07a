"""Secrets: a type that hides itself, hashes for what is long and random, and envelopes for what must be read again.

Tokens of 256 random bits are stored as SHA-256. Short codes are stored as a keyed MAC, because their hash alone could
be searched. What must be read again (signing keys, mail that waits) is sealed with AES-256-GCM under the master key,
bound to the row that holds it, so that an envelope moved to another row does not open.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_NONCE_LENGTH: Final = 12
_KEY_ID_LENGTH: Final = 4
_KEY_LENGTH: Final = 32


class SealBroken(Exception):
    """Raised when an envelope does not open: another key, another row or altered bytes."""


class Secret:
    """A text that does not show itself in logs, representations or errors."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text itself, at the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        # A pickle would hold the text for whoever reads the bytes.
        raise TypeError("A secret is not written down; reveal it at the one place that needs it.")


def hash_token(value: str) -> bytes:
    """Return the SHA-256 of a token of at least 96 random bits."""
    return hashlib.sha256(value.encode()).digest()


def seal_for_holder(token: str, plaintext: bytes) -> bytes:
    """Seal bytes so that only somebody who presents the token can open them; our own database can't.

    Args:
        token: a token of at least 96 random bits, itself stored as a hash only.
        plaintext: what its holder may read again.
    """
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    return nonce + AESGCM(_holder_key(token)).encrypt(nonce, plaintext, None)


def open_as_holder(token: str, sealed: bytes) -> bytes:
    """Open what `seal_for_holder` sealed for this token.

    Raises:
        SealBroken: the token is another or the bytes were altered.
    """
    if len(sealed) < _NONCE_LENGTH:
        raise SealBroken("The envelope was cut short.")
    try:
        return AESGCM(_holder_key(token)).decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], None)
    except InvalidTag as error:
        raise SealBroken("The envelope was sealed for another token.") from error


def _holder_key(token: str) -> bytes:
    # Another domain than hash_token's, so that the stored hash is not the key.
    return hashlib.sha256(b"gatepass.holder\x00" + token.encode()).digest()


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key and the short name under which its envelopes announce it."""

    material: bytes = field(repr=False)
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        if len(self.material) != _KEY_LENGTH:
            raise ValueError(f"A master key is {_KEY_LENGTH} bytes; this one is {len(self.material)}.")
        object.__setattr__(self, "key_id", hashlib.sha256(b"gatepass.key-id\x00" + self.material).digest()[:4])

    @classmethod
    def generate(cls) -> "MasterKey":
        """Return a new random master key."""
        return cls(secrets.token_bytes(_KEY_LENGTH))

    @classmethod
    def from_text(cls, text: str) -> "MasterKey":
        """Read a key from its base64 form.

        Raises:
            ValueError: the text is not the base64 of 32 bytes.
        """
        return cls(base64.b64decode(text.strip(), validate=True))

    def to_text(self) -> str:
        """Return the key's base64 form, for the key file."""
        return base64.b64encode(self.material).decode()

    def derive(self, purpose: str) -> bytes:
        """Return a key for one purpose, from which neither the master key nor another purpose's key can be found."""
        return hmac.digest(self.material, b"gatepass.derive\x00" + purpose.encode(), "sha256")


class KeyRing:
    """Seals under the first master key and opens under any of them."""

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        if not keys:
            raise ValueError("A key ring needs at least one master key.")
        self._sealing_id = keys[0].key_id
        self._boxes = {key.key_id: AESGCM(key.derive("seal")) for key in keys}
        self._mac_keys = tuple(key.derive("mac") for key in keys)

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Encrypt bytes for one place: `context` names table, column and row and must be given again to open."""
        nonce = secrets.token_bytes(_NONCE_LENGTH)
        return self._sealing_id + nonce + self._boxes[self._sealing_id].encrypt(nonce, plaintext, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt what `seal` made for the same context.

        Raises:
            SealBroken: no key of this ring made it, it belongs elsewhere, or it was altered.
        """
        box = self._boxes.get(sealed[:_KEY_ID_LENGTH])
        if box is None:
            raise SealBroken("No master key of this server made the envelope; was the key file replaced?")
        body = sealed[_KEY_ID_LENGTH:]
        if len(body) < _NONCE_LENGTH:
            raise SealBroken(f"The envelope of {context} was cut short.")
        try:
            return box.decrypt(body[:_NONCE_LENGTH], body[_NONCE_LENGTH:], context.encode())
        except InvalidTag as error:
            raise SealBroken(f"The envelope does not belong to {context}, or it was altered.") from error

    def mac(self, purpose: str, *parts: str) -> bytes:
        """Return a keyed hash of some parts for one purpose; for values too short to be hashed alone."""
        return self.macs(purpose, *parts)[0]

    def macs(self, purpose: str, *parts: str) -> tuple[bytes, ...]:
        """Return the keyed hash under each key, that of `mac` first; for what was hashed long ago."""
        message = "\x00".join((purpose, *parts)).encode()
        return tuple(hmac.digest(key, message, "sha256") for key in self._mac_keys)


def seal_credential(user_id: str, kind: str, value: Mapping[str, Any], keys: KeyRing) -> bytes:
    """Return a secret that comes with an import, sealed for its row.

    Whoever imports seals it, and the method that judges it opens it; neither knows the other.
    """
    return keys.seal(_encode(value), context=_context(user_id, kind))


def open_credential(user_id: str, kind: str, sealed: bytes, keys: KeyRing) -> dict[str, Any]:
    """Return a secret that came with an import, as it came.

    Raises:
        SealBroken: another server's keys sealed it, or it is another's.
    """
    return _decode(keys.open(sealed, context=_context(user_id, kind)))


def _context(user_id: str, kind: str) -> str:
    return f"imported_credentials.sealed:{user_id}:{kind}"
