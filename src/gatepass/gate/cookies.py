"""The cookies of browsers: of those in which somebody is signed in, and of those that answered a second step.

The value of the first is the session's secret: only its hash is stored, and each change of privilege gives the browser
another one, so that a value from before a sign-in opens nothing after it. The other grants nothing alone: only beside a
first proof of the same person, for as long as is stored with its hash.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from gatepass.gate.browsers import HashedCookie
from gatepass.kit.secrets import hash_token


@dataclass(frozen=True, slots=True)
class SessionCookie(HashedCookie):
    """Sets, reads and clears the cookie."""

    label = "gatepass_session"
    value_bytes = 32

    def fresh(self, lifetime_seconds: int) -> tuple[bytes, tuple[bytes, bytes]]:
        """Return the hash of a new value, and the header that gives the value to the browser.

        Args:
            lifetime_seconds: how long the browser keeps it, at least 1.

        Raises:
            ValueError: the browser would forget it at once.
        """
        if lifetime_seconds < 1:
            raise ValueError("A session's cookie lives at least a second; use clear() to end it.")
        value = self._cookie.fresh_value()
        return hash_token(value), self._cookie.header(value, lifetime_seconds)

    def clear(self) -> tuple[bytes, bytes]:
        """Return the header that makes a browser forget the cookie."""
        return self._cookie.header("", 0)


@dataclass(frozen=True, slots=True)
class DeviceCookie(HashedCookie):
    """Sets and reads the cookie."""

    label = "gatepass_device"
    value_bytes = 32

    def fresh(self, days: int) -> tuple[bytes, tuple[bytes, bytes]]:
        """Return the hash of a new value, and the header that gives the value to the browser for some days."""
        value = secrets.token_urlsafe(self.value_bytes)
        return hash_token(value), self._cookie.header(value, days * 24 * 60 * 60)

    def keep(self, headers: Mapping[bytes, bytes], days: int) -> tuple[bytes, tuple[bytes, bytes]]:
        """Return the same for a browser that may have a value: several people of one browser share it."""
        value = self._cookie.read(headers)
        if value is None:
            return self.fresh(days)
        return hash_token(value), self._cookie.header(value, days * 24 * 60 * 60)
