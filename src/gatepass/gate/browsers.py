"""The cookie by which a browser that asked is known again when it opens the link.

It names no person and grants nothing alone. Only its hash is stored.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gatepass.gate.model import read_cookie
from gatepass.kit.secrets import hash_token

_SECONDS = 24 * 60 * 60
# What our values are made of. A quoted cookie may hold anything, a line end too, and we write some back.
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of the server's own host, with a random value that no script reads.

    Args:
        label: what its name begins with.
        value_bytes: how many random bytes a value has.
        is_https: whether the public URL is https; then the cookie is `__Host-` and Secure (RFC 6265bis §4.1.3.2).
    """

    label: str
    value_bytes: int
    is_https: bool

    @property
    def name(self) -> str:
        """Return the cookie's name."""
        return f"__Host-{self.label}" if self.is_https else self.label

    def fresh_value(self) -> str:
        """Return a new random value."""
        return secrets.token_urlsafe(self.value_bytes)

    def read(self, headers: Mapping[bytes, bytes]) -> str | None:
        """Return the value that a browser sent, where it has the form of one of ours."""
        value = read_cookie(headers.get(b"cookie"), self.name)
        length = (self.value_bytes * 4 + 2) // 3  # of base64url without padding
        return value if value is not None and len(value) == length and _BASE64URL.fullmatch(value) else None

    def header(self, value: str, seconds: int) -> tuple[bytes, bytes]:
        """Return the header that lets a browser keep a value so long; 0 seconds make it forget the cookie."""
        secure = "; Secure" if self.is_https else ""
        cookie = f"{self.name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", cookie.encode()


@dataclass(frozen=True, slots=True)
class HashedCookie:
    """A cookie of whose value only the hash is stored; each kind says its label and its length.

    Args:
        is_https: whether the public URL is https.
    """

    label: ClassVar[str]
    value_bytes: ClassVar[int]
    is_https: bool

    @property
    def name(self) -> str:
        """Return the cookie's name."""
        return self._cookie.name

    @property
    def _cookie(self) -> Cookie:
        return Cookie(self.label, self.value_bytes, self.is_https)

    def read_hash(self, headers: Mapping[bytes, bytes]) -> bytes | None:
        """Return the hash of the value that a browser sent, where it has the form of one of ours."""
        value = self._cookie.read(headers)
        return hash_token(value) if value else None


@dataclass(frozen=True, slots=True)
class BrowserCookie(HashedCookie):
    """Sets and reads the cookie."""

    label = "gatepass_browser"
    value_bytes = 16

    def read(self, headers: Mapping[bytes, bytes]) -> str | None:
        """Return the value that a browser sent, where it has the form of one of ours."""
        return self._cookie.read(headers)

    def give(self, headers: Mapping[bytes, bytes]) -> tuple[bytes, tuple[bytes, bytes]]:
        """Return the hash for a browser that asks, and the header that lets it keep its value.

        A browser that has a value keeps it, so that its other attempts stay bound to it.
        """
        cookie = self._cookie
        value = cookie.read(headers) or cookie.fresh_value()
        return hash_token(value), cookie.header(value, _SECONDS)
