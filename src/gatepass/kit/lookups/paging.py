"""Pages of long lists: how many rows, and where the last page ended."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from gatepass.kit.problems import Problem

T = TypeVar("T")
U = TypeVar("U")
DEFAULT_LIMIT: Final = 100
MOST_LIMIT: Final = 500
_LONGEST_CURSOR: Final = 2_000
_decode = msgspec.json.Decoder(list[str]).decode


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a caller wants of a list.

    Args:
        limit: how many rows at most; 1 to 500.
        after: the sort key of the last row that the caller has, its parts in order; empty for the first page.
    """

    limit: int = DEFAULT_LIMIT
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and where it goes on.

    Args:
        items: the rows; there may be fewer than were asked for although more follow.
        next_after: the sort key of the last row looked at; empty where nothing follows.
    """

    items: Sequence[T]
    next_after: tuple[str, ...] = ()

    @property
    def next_cursor(self) -> str:
        """Return what a caller sends back for the next page; empty where nothing follows."""
        return encode_cursor(self.next_after) if self.next_after else ""

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        """Return the same part with every row changed."""
        return Page([change(item) for item in self.items], self.next_after)


def page_of(rows: Sequence[T], limit: int, key: Callable[[T], tuple[str, ...]]) -> Page[T]:
    """Return a page from one row more than fits on it.

    Args:
        rows: up to `limit` + 1 rows in their order.
        limit: how many the caller wants.
        key: the sort key of a row.
    """
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], key(rows[limit - 1]))


def read_page(limit: int | None, unverified_cursor: str, parts: int = 1) -> PageRequest:
    """Return what a caller wants of a list.

    Args:
        limit: as it was sent; None for the usual hundred.
        unverified_cursor: as it was sent; empty for the first page.
        parts: of how many parts the list's sort key is made.

    Raises:
        Problem: the limit is out of bounds (`invalid_limit`), or the cursor is none of this list (`invalid_cursor`).
    """
    if limit is not None and not 1 <= limit <= MOST_LIMIT:
        raise Problem("invalid_limit", 400, f"Ask for a limit from 1 to {MOST_LIMIT}.", number=1004)
    after = _decode_cursor(unverified_cursor, parts) if unverified_cursor else ()
    return PageRequest(limit or DEFAULT_LIMIT, after)


def encode_cursor(after: tuple[str, ...]) -> str:
    """Return the sort key of a row as a text that fits into a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode(after)).rstrip(b"=").decode()


def _decode_cursor(unverified_cursor: str, parts: int) -> tuple[str, ...]:
    padded = unverified_cursor[:_LONGEST_CURSOR] + "=" * (-len(unverified_cursor) % 4)
    try:
        after = tuple(_decode(base64.b64decode(padded, altchars=b"-_", validate=True)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        after = ()
    if len(after) != parts or any("\0" in part for part in after):
        sentence = "Send the cursor as the page before gave it, for the same list; or none, for the first page."
        raise Problem("invalid_cursor", 400, sentence, number=1004)
    return after
