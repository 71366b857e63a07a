"""Hashes of other products, judged once: whoever signs in by one has their password hashed as ours are.

How a hash came is `transfer`'s to say: a text that names its own scheme, or a table with the salt and the rounds beside
it. What asks for more work than anybody could wait for is nobody's password.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import bcrypt
from argon2 import low_level
from argon2.exceptions import Argon2Error, InvalidHashError
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from gatepass.methods.password.hashing import sha_crypt

_MOST_ROUNDS: Final = 10_000_000
_MOST_MEMORY: Final = 256 * 1024 * 1024
_BCRYPT_READS: Final = 72
_DIGESTS: Final = {"md5", "sha1", "sha256", "sha384", "sha512"}
_LDAP: Final = {"SSHA": "sha1", "SHA": "sha1", "SSHA256": "sha256", "SHA256": "sha256", "SSHA384": "sha384",
                "SSHA512": "sha512", "SHA512": "sha512", "SMD5": "md5", "MD5": "md5"}  # fmt: skip
_LDAP_FORM: Final = re.compile(r"\{([A-Za-z0-9]+)\}(.+)", re.DOTALL)
_PBKDF2_PHC: Final = re.compile(r"\$pbkdf2-(sha\d+)\$i=(\d+)(?:,l=\d+)?\$([^$]+)\$([^$]+)")
_PBKDF2_PASSLIB: Final = re.compile(r"\$pbkdf2(?:-(sha\d+))?\$(\d+)\$([^$]*)\$([^$]+)")
_ARGON2_MEMORY: Final = re.compile(r"\$argon2(id|i|d)\$(?:v=\d+\$)?m=(\d+),t=(\d+),p=(\d+)")


def verify(scheme: str, value: Mapping[str, Any], unverified_password: str) -> bool:
    """Tell whether a password is the one of a hash that came with an import; what can't be read is nobody's.

    Args:
        scheme: how the other product called it.
        value: the hash, and what was beside it.
        unverified_password: as it was typed.
    """
    password = unverified_password.encode()
    try:
        return _verify(scheme.lower().replace("-", "_"), value, password)
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError, binascii.Error):
        return False


def _verify(scheme: str, value: Mapping[str, Any], password: bytes) -> bool:
    if scheme == "scrypt_firebase":
        return _firebase(value, password)
    if "hashIterations" in value:
        return _keycloak(scheme, value, password)
    hashed = value["hash"]
    if isinstance(hashed, Mapping):
        return _described(scheme, value, password)
    text = str(hashed)
    if scheme.removeprefix("salted_") in _DIGESTS and not text.startswith(("$", "{")):
        return _salted(scheme.removeprefix("salted_"), text, value, password)
    return _modular(text, password)


def _modular(text: str, password: bytes) -> bool:
    """Judge a hash that names its own scheme."""
    if text.startswith(("$2a$", "$2b$", "$2x$", "$2y$")):
        return _bcrypt(text, password)
    if text.startswith("$argon2"):
        return _argon2(text, password)
    if text.startswith(("$5$", "$6$")):
        return sha_crypt.verify(text, password)
    if text.startswith("$pbkdf2"):
        return _pbkdf2_text(text, password)
    ldap = _LDAP_FORM.fullmatch(text)
    return _ldap(ldap[1].upper(), ldap[2], password) if ldap else _django(text, password)


def _bcrypt(text: str, password: bytes) -> bool:
    # What bcrypt always did with longer ones; the library leaves it to its callers.
    return bcrypt.checkpw(password[:_BCRYPT_READS], text.encode())


def _argon2(text: str, password: bytes) -> bool:
    found = _ARGON2_MEMORY.match(text)
    if found is None or int(found[2]) * 1024 > _MOST_MEMORY or int(found[3]) * int(found[2]) > _MOST_ROUNDS:
        return False
    kind = {"id": low_level.Type.ID, "i": low_level.Type.I, "d": low_level.Type.D}[found[1]]
    try:
        return low_level.verify_secret(text.encode(), password, kind)
    except (Argon2Error, InvalidHashError):
        return False


def _django(text: str, password: bytes) -> bool:  # noqa: PLR0911 - each algorithm has its own answer
    """Judge a hash as Django writes it: the algorithm, its parameters, the salt and the hash, apart by `$`."""
    scheme, _, rest = text.partition("$")
    if scheme == "argon2":
        return _argon2(f"${rest}", password)
    if scheme == "bcrypt":
        return _bcrypt(rest, password)
    if scheme == "bcrypt_sha256":
        return _bcrypt(rest, hashlib.sha256(password).hexdigest().encode())
    parts = rest.split("$")
    if scheme.startswith("pbkdf2_"):
        rounds, salt, expected = parts
        return _pbkdf2(scheme.removeprefix("pbkdf2_"), int(rounds), salt.encode(), _bytes_of(expected), password)
    if scheme == "scrypt":
        cost, salt, blocks, lanes, expected = parts
        return _scrypt(int(cost), int(blocks), int(lanes), salt.encode(), _bytes_of(expected), password)
    if scheme in _DIGESTS:
        salt, expected = parts
        return _is(hashlib.new(scheme, salt.encode() + password).digest(), bytes.fromhex(expected))
    return False


def _pbkdf2_text(text: str, password: bytes) -> bool:
    found = _PBKDF2_PHC.fullmatch(text) or _PBKDF2_PASSLIB.fullmatch(text)
    if found is None:
        return False
    digest, rounds, salt, expected = found.groups()
    return _pbkdf2(digest or "sha1", int(rounds), _bytes_of(salt), _bytes_of(expected), password)


def _pbkdf2(digest: str, rounds: int, salt: bytes, expected: bytes, password: bytes) -> bool:
    if not 1 <= rounds <= _MOST_ROUNDS:
        return False
    return _is(hashlib.pbkdf2_hmac(digest, password, salt, rounds, len(expected)), expected)


def _scrypt(cost: int, blocks: int, lanes: int, salt: bytes, expected: bytes, password: bytes) -> bool:
    return _is(_scrypt_raw(cost, blocks, lanes, salt, len(expected), password), expected)


def _scrypt_raw(cost: int, blocks: int, lanes: int, salt: bytes, size: int, password: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=cost, r=blocks, p=lanes, maxmem=_MOST_MEMORY, dklen=size)


def _firebase(value: Mapping[str, Any], password: bytes) -> bool:
    """Judge a hash of Firebase: the project's signer key, encrypted under a key that scrypt made of the password."""
    salt = _bytes_of(str(value["salt"])) + _bytes_of(str(value["salt_separator"]))
    key = _scrypt_raw(1 << int(value["mem_cost"]), int(value["rounds"]), 1, salt, 64, password)
    encryptor = Cipher(AES(key[:32]), CTR(bytes(16))).encryptor()
    made = encryptor.update(_bytes_of(str(value["signer_key"]))) + encryptor.finalize()
    return _is(made, _bytes_of(str(value["hash"])))


def _keycloak(scheme: str, value: Mapping[str, Any], password: bytes) -> bool:
    salt, expected = _bytes_of(str(value["salt"])), _bytes_of(str(value["value"]))
    rounds = int(value["hashIterations"])
    if scheme.startswith("pbkdf2"):
        return _pbkdf2(scheme.removeprefix("pbkdf2").strip("_") or "sha1", rounds, salt, expected, password)
    if scheme != "argon2":
        return False
    extra = value.get("additionalParameters", {})
    memory, lanes = int(_first(extra, "memory", 7168)), int(_first(extra, "parallelism", 1))
    if memory * 1024 > _MOST_MEMORY or memory * rounds > _MOST_ROUNDS:
        return False
    kind = low_level.Type[str(_first(extra, "type", "id")).upper()]
    version = 16 if str(_first(extra, "version", "1.3")) == "1.0" else 19
    made = low_level.hash_secret_raw(password, salt, rounds, memory, lanes, len(expected), kind, version)
    return _is(made, expected)


def _described(scheme: str, value: Mapping[str, Any], password: bytes) -> bool:
    """Judge a hash with its encoding beside it, as Auth0's import takes them."""
    described, encoding = value["hash"], str(value["hash"].get("encoding", ""))
    text = str(described["value"])
    salt, is_suffix = b"", False
    if isinstance(value.get("salt"), Mapping):
        salt = _decoded(str(value["salt"]["value"]), str(value["salt"].get("encoding", "utf8")))
        is_suffix = value["salt"].get("position") == "suffix"
    if scheme in _DIGESTS:
        made = hashlib.new(scheme, password + salt if is_suffix else salt + password).digest()
        return _is(made, _decoded(text, encoding))
    if scheme == "hmac":
        key = value["key"] if isinstance(value.get("key"), Mapping) else described["key"]
        secret = _decoded(str(key["value"]), str(key.get("encoding", "utf8")))
        return _is(hmac.digest(secret, password, str(described.get("digest", "sha256"))), _decoded(text, encoding))
    if scheme == "scrypt":
        cost, blocks = int(value.get("cost", 16384)), int(value.get("blockSize", 8))
        lanes = int(value.get("parallelization", 1))
        return _scrypt(cost, blocks, lanes, salt, _decoded(text, encoding), password)
    return _modular(text, password)


def _salted(digest: str, text: str, value: Mapping[str, Any], password: bytes) -> bool:
    """Judge one round of a digest; the salt stands before the password unless it is said to follow."""
    salt = str(value.get("salt", "")).encode()
    data = password + salt if value.get("salt_position") == "suffix" else salt + password
    size = hashlib.new(digest).digest_size
    expected = bytes.fromhex(text) if len(text) == 2 * size else _bytes_of(text)
    return _is(hashlib.new(digest, data).digest(), expected)


def _ldap(scheme: str, text: str, password: bytes) -> bool:
    """Judge a hash as directories keep it (RFC 2307): the digest, and the salt behind it."""
    if scheme == "CRYPT":
        return _modular(text, password)
    digest = _LDAP[scheme]
    raw, size = base64.b64decode(text), hashlib.new(digest).digest_size
    return _is(hashlib.new(digest, password + raw[size:]).digest(), raw[:size])


def _is(made: bytes, expected: bytes) -> bool:
    return len(expected) > 0 and hmac.compare_digest(made, expected)


def _first(table: Mapping[str, Any], name: str, usual: Any) -> Any:
    found = table.get(name, usual)
    return found[0] if isinstance(found, list) and found else found


_DECODERS: Final[Mapping[str, Callable[[str], bytes]]] = {"hex": bytes.fromhex, "utf8": str.encode}


def _decoded(text: str, encoding: str) -> bytes:
    return _DECODERS.get(encoding, _bytes_of)(text)


def _bytes_of(text: str) -> bytes:
    """Read base64 in each of its spellings: with or without padding, for URLs, and as passlib writes it."""
    plain = text.strip().replace("-", "+").replace("_", "/").replace(".", "+").rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
