"""The token that a form of ours carries, so that no other page can submit it in a person's name.

It is derived from the cookie of the browser that was shown the form: nothing is stored, and another browser's token
is worth nothing here.
"""

import base64
import hmac
from dataclasses import dataclass, field
from typing import Final

from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing

CSRF_FIELD: Final = "csrf_token"


@dataclass(frozen=True, slots=True)
class CsrfTokens:
    """Makes and judges the tokens.

    Args:
        key_ring: under whose keys they are derived.
    """

    key_ring: KeyRing = field(repr=False)

    def csrf_token(self, browser_hash: bytes) -> str:
        """Return the token for a browser, by the hash of its cookie."""
        digest = self.key_ring.mac("csrf", browser_hash.hex())
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def refuse_foreign(self, unverified_token: str, browser_hash: bytes | None) -> None:
        """Let a form pass that this browser was shown.

        Args:
            unverified_token: what the form carries.
            browser_hash: the hash of the browser's cookie, None where it sent none.

        Raises:
            Problem: the browser has no cookie, or the token is another's (`cross_site_form`, 403).
        """
        expected = self.csrf_token(browser_hash or b"")
        if not hmac.compare_digest(unverified_token.encode(), expected.encode()) or browser_hash is None:
            raise Problem(
                "cross_site_form",
                403,
                "This form can't be used any more. Go back, load the page again and send it from there.",
            )
