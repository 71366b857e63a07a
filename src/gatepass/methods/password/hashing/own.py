"""Our own hashes: Argon2id (RFC 9106) with parameters that stand in each of them."""

from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_LANES: Final = 1
_HASH_BYTES: Final = 32
_SALT_BYTES: Final = 16


@dataclass(frozen=True)
class OwnHashes:
    """Makes and judges our hashes; every call takes as long as the parameters say.

    Args:
        memory_kib: Argon2id `m`.
        passes: Argon2id `t`.
    """

    memory_kib: int
    passes: int
    _hasher: PasswordHasher = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hasher = PasswordHasher(self.passes, self.memory_kib, _LANES, _HASH_BYTES, _SALT_BYTES, type=Type.ID)
        object.__setattr__(self, "_hasher", hasher)

    def make(self, password: str) -> str:
        """Return the hash of a password, as text that names its parameters (PHC string format)."""
        return self._hasher.hash(password)

    def verify(self, hashed: str, unverified_password: str) -> bool:
        """Tell whether a password is the one of a hash."""
        try:
            return self._hasher.verify(hashed, unverified_password)
        except (InvalidHashError, VerificationError):
            return False

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made with other parameters, and is to be made anew."""
        try:
            return self._hasher.check_needs_rehash(hashed)
        except InvalidHashError:
            return True

    def dummy(self) -> str:
        """Return a hash that no password has, which takes as long to judge as any other.

        What a stranger's address costs is then the same as what a wrong password costs (ASVS 5.0 §6.3.8).
        """
        salt, digest = "A" * 22, "A" * 43
        return f"$argon2id$v=19$m={self.memory_kib},t={self.passes},p={_LANES}${salt}${digest}"
