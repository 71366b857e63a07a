"""What every list takes, and what it may be refused for."""

from typing import Final

import msgspec

from gatepass.kit.lookups.paging import PageRequest, read_page

LIST_ERRORS: Final = ("invalid_limit", "invalid_cursor")
"""The codes of the problems that `ListQuery.page` raises."""


class ListQuery(msgspec.Struct, frozen=True):
    """Which part of a list is wanted."""

    limit: int | None = None
    cursor: str = ""

    def page(self, parts: int = 1) -> PageRequest:
        """Return the page that is asked for.

        Args:
            parts: of how many parts the list's sort key is made.

        Raises:
            Problem: the limit or the cursor can't be (`invalid_limit`, `invalid_cursor`).
        """
        return read_page(self.limit, self.cursor, parts)
