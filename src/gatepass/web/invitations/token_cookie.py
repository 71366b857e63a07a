"""The cookie that keeps an invitation's token while its reader signs in, so that it stands in no address meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatepass.gate.model import read_cookie
from gatepass.invitations.model import PAGE
from gatepass.kit.ids import INVITATION_PREFIX, is_well_formed

_LABEL: Final = "gatepass_invitation"
_SECONDS: Final = 60 * 60


def page_of(invitation_id: str) -> str:
    """Return the path of the page to which somebody comes back after signing in."""
    return f"{PAGE}/{invitation_id}"


@dataclass(frozen=True, slots=True)
class TokenCookie:
    """Sets and reads the cookie, of which a browser may hold one for each invitation: its path tells them apart.

    Args:
        is_https: whether the public URL is https; then the cookie is `__Secure-` (RFC 6265bis §4.1.3.1).
    """

    is_https: bool

    @property
    def name(self) -> str:
        """Return the cookie's name."""
        return f"__Secure-{_LABEL}" if self.is_https else _LABEL

    def read(self, headers: Mapping[bytes, bytes]) -> str:
        """Return the token that a browser kept for this page; empty where it has none of ours."""
        value = read_cookie(headers.get(b"cookie"), self.name)
        return value if value is not None and is_well_formed(value, INVITATION_PREFIX) else ""

    def header(self, invitation_id: str, token: str) -> tuple[bytes, bytes]:
        """Return the header that lets a browser keep the token of an invitation for an hour, for its page alone."""
        secure = "; Secure" if self.is_https else ""
        path = page_of(invitation_id)
        cookie = f"{self.name}={token}; Path={path}; Max-Age={_SECONDS}; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", cookie.encode()
