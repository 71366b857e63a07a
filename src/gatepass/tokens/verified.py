"""Tokens whose signatures were verified a moment ago: whoever presents one again need not pay for it again.

Only that we signed it is remembered, never that it is worth something: whether it was taken back is asked each time. A
token is kept under its hash, so that the memory of a process holds nothing that opens anything.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final

_MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: dict[str, Any]
    token_type: str
    key_id: str


class VerifiedTokens:
    """Remembers the claims of the tokens that were presented last, within a bound."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()

    def find(self, unverified_token: str, token_type: str, key_ids: Container[str], now: int) -> dict[str, Any] | None:
        """Return the claims of a token that was verified before and still holds.

        Args:
            unverified_token: the token, to the letter.
            token_type: the `typ` that is expected.
            key_ids: the ids of the keys that are to be trusted now; one that was withdrawn is not among them.
            now: whole seconds since 1970.
        """
        name = _name(unverified_token)
        verified = self._known.get(name)
        if verified is None or verified.token_type != token_type:
            return None
        if verified.key_id not in key_ids or now >= verified.claims["exp"]:
            del self._known[name]
            return None
        self._known.move_to_end(name)
        return dict(verified.claims)

    def add(self, token: str, token_type: str, key_id: str, claims: dict[str, Any]) -> None:
        """Remember a token that was verified; the one that was presented longest ago gives way."""
        if len(self._known) >= _MOST:
            self._known.popitem(last=False)
        self._known[_name(token)] = _Verified(dict(claims), token_type, key_id)


def _name(unverified_token: str) -> bytes:
    return hashlib.sha256(unverified_token.encode(errors="surrogatepass")).digest()
