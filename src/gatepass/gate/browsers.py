"""The cookie by which a browser that asked is known again when it opens the link.

It names no person and grants nothing alone. Only its hash is stored.
"""

import re
import secrets
from dataclasses import dataclass

from gatepass.gate.model import read_cookie
from gatepass.kit.secrets import hash_token

_BYTES = 16
# What 16 bytes are as base64url. A quoted cookie may hold anything, a line end too, and we write it back.
_FORM = re.compile(r"[A-Za-z0-9_-]{22}")
_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class BrowserCookie:
    """Sets and reads the cookie.

    Args:
        is_https: whether the public URL is https; then the cookie is `__Host-` and Secure (RFC 6265bis §4.1.3.2).
    """

    is_https: bool

    @property
    def name(self) -> str:
        """Return the cookie's name."""
        return "__Host-gatepass_browser" if self.is_https else "gatepass_browser"

    def read(self, headers: dict[bytes, bytes]) -> str | None:
        """Return the value that a browser sent, where it has the form of one of ours."""
        value = read_cookie(headers.get(b"cookie"), self.name)
        return value if value is not None and _FORM.fullmatch(value) else None

    def read_hash(self, headers: dict[bytes, bytes]) -> bytes | None:
        """Return the hash of the value that a browser sent."""
        value = self.read(headers)
        return hash_token(value) if value else None

    def give(self, headers: dict[bytes, bytes]) -> tuple[bytes, tuple[bytes, bytes]]:
        """Return the hash for a browser that asks, and the header that lets it keep its value.

        A browser that has a value keeps it, so that its other attempts stay bound to it.
        """
        value = self.read(headers) or secrets.token_urlsafe(_BYTES)
        secure = "; Secure" if self.is_https else ""
        cookie = f"{self.name}={value}; Path=/; Max-Age={_SECONDS}; HttpOnly; SameSite=Lax{secure}"
        return hash_token(value), (b"set-cookie", cookie.encode())
