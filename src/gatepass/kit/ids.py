"""Identifiers and the shapes of secrets: every prefix that Gatepass hands out stands in this file.

An entity id sorts by the time of its creation and grants nothing. A handle grants something to whoever holds it, so
all of it is random. Secrets carry a prefix and a checksum, so that a leak scanner recognises one and a mistyped one
is refused before the database is asked.
"""

import random
import secrets
import threading
import time
import zlib
from datetime import datetime
from typing import Final

# Ids need no secrecy, only to differ; the system's source would cost a call into the kernel for each.
_scatter: Final = random.Random(secrets.token_bytes(32)).getrandbits  # noqa: S311 - see above
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE32_HEX: Final = "0123456789abcdefghijklmnopqrstuv"
_CHECKSUM_LENGTH: Final = 6
_SECRET_BYTES: Final = 32
_SECRET_LENGTH: Final = 43 + _CHECKSUM_LENGTH  # without its prefix

CLIENT_ID_PREFIX: Final = "cli_"
CLIENT_SECRET_PREFIX: Final = "gps_"  # noqa: S105 - a prefix, not a secret
CODE_PREFIX: Final = "gpc_"
PUSHED_PREFIX: Final = "gpp_"
DEVICE_CODE_PREFIX: Final = "gpd_"
INITIAL_TOKEN_PREFIX: Final = "gpi_"  # noqa: S105 - a prefix, not a secret
REGISTRATION_TOKEN_PREFIX: Final = "gpg_"  # noqa: S105 - a prefix, not a secret
REFRESH_TOKEN_PREFIX: Final = "gpr_"  # noqa: S105 - a prefix, not a secret
API_KEY_PREFIX: Final = "gpk_"
INVITATION_PREFIX: Final = "gpv_"
IMPERSONATION_PREFIX: Final = "gpm_"
MFA_TOKEN_PREFIX: Final = "gpf_"  # noqa: S105 - a prefix, not a secret
ORGANIZATION_TOKEN_PREFIX: Final = "org_token_"  # noqa: S105 - a prefix, not a secret
WEBHOOK_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - a prefix, not a secret; Standard Webhooks names it


class _Sequence:
    """Draws the tails of ids: random, and rising within one millisecond, so that a list keeps the order of creation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds, self._tail = -1, 0

    def next_after(self, milliseconds: int) -> int:
        with self._lock:
            if milliseconds == self._milliseconds:
                # A random step, so that two processes of one millisecond still differ. The room is 65,536 steps wide
                # on average; past its end an id only loses its place among those of its millisecond.
                self._tail = (self._tail + 1 + _scatter(32)) & 0xFFFFFFFFFFFF
            else:
                self._milliseconds, self._tail = milliseconds, _scatter(47)
            return self._tail


_sequence: Final = _Sequence()


def new_id() -> str:
    """Return a new entity id: 24 hexadecimal characters, 48 bits of milliseconds before 48 random ones.

    Ids of one process sort by their creation even within a millisecond.
    """
    milliseconds = time.time_ns() // 1_000_000  # the order of ids, not a moment that a rule judges
    return f"{milliseconds & 0xFFFFFFFFFFFF:012x}{_sequence.next_after(milliseconds):012x}"


def first_id_of(moment: datetime) -> str:
    """Return the least entity id of a moment, so that rows can be found by age without an index of their own."""
    return f"{int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF:012x}{0:012x}"


def new_handle() -> str:
    """Return a new handle that grants something: 24 hexadecimal characters, 96 random bits."""
    return secrets.token_hex(12)


def new_client_id() -> str:
    """Return a client id in the documented long form: `cli_<20 characters>.<32 hex>.<22 base62>`."""
    return f"{CLIENT_ID_PREFIX}{_new_xid()}.{secrets.token_hex(16)}.{_random_base62(22)}"


def new_organization_token() -> str:
    """Return a new secret in its documented form: `org_token_<20 characters>.<32 hex>.<43 base62 and a checksum>`."""
    body = f"{ORGANIZATION_TOKEN_PREFIX}{_new_xid()}.{secrets.token_hex(16)}.{_random_base62(43)}"
    return body + _checksum(body)


def new_secret(prefix: str) -> str:
    """Return a new secret: the prefix, 43 base64url characters (256 random bits) and a checksum of six."""
    body = prefix + secrets.token_urlsafe(_SECRET_BYTES)
    return body + _checksum(body)


def is_well_formed(unverified_secret: str, prefix: str) -> bool:
    """Tell whether a text has the prefix and the checksum of a secret that this house makes."""
    body, checksum = unverified_secret[:-_CHECKSUM_LENGTH], unverified_secret[-_CHECKSUM_LENGTH:]
    return body.startswith(prefix) and secrets.compare_digest(_checksum(body).encode(), checksum.encode())


def holds_secret(unverified_text: str, prefix: str) -> bool:
    """Tell whether a secret that this house makes stands anywhere in a text, whatever stands before and behind it."""
    length = len(prefix) + _SECRET_LENGTH
    start = unverified_text.find(prefix)
    while start >= 0:
        if is_well_formed(unverified_text[start : start + length], prefix):
            return True
        start = unverified_text.find(prefix, start + 1)
    return False


def _new_xid() -> str:
    sortable = int(new_id(), 16)
    return "".join(_BASE32_HEX[(sortable << 4 >> shift) & 31] for shift in range(95, -5, -5))


def _random_base62(length: int) -> str:
    # 62**length random values: one wide integer is cheaper than a draw per character and as even.
    value = secrets.randbelow(62**length)
    return _base62(value, length)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def _base62(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
