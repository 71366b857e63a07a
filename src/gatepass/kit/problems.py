"""The one exception that callers may see.

Outside it says little and what to do; inside it says all. A flow that judges a secret returns a refusal instead of
raising this, because raising rolls back and a refusal must be remembered.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

_MOST_NAMED: Final = 20
_MOST_SHOWN: Final = 40


class Problem(Exception):
    """Something that the caller can be told.

    Args:
        code: the stable slug, documented in `docs/reference/errors.md`.
        status: the HTTP status that fits it.
        title: the public sentence, which says what to do.
        detail: what the log says besides; never shown.
        number: the numeric code of the hosted API's error list, 0 where it knows none.
        retry_after: whole seconds after which a repeat makes sense, where it does.
        oauth_error: the error of the OAuth standards that it is, where neither the code nor the status says so.
        headers: what its answer carries besides, such as a challenge.
        members: what the body of its answer carries besides, by name; never in place of what every error says.
    """

    def __init__(
        self,
        code: str,
        status: int,
        title: str,
        *,
        detail: str = "",
        number: int = 0,
        retry_after: int | None = None,
        oauth_error: str = "",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {title}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.number = number
        self.retry_after = retry_after
        self.oauth_error = oauth_error
        self.headers = headers
        self.members = dict(members or {})


def together(problems: Sequence[Problem]) -> Problem:
    """Give the first of several problems the sentences of them all, for a caller who can mend them at once."""
    first = problems[0]
    first.title = " ".join(problem.title for problem in problems)
    return first


def named(unverified_ids: Iterable[str]) -> str:
    """Return ids as a sentence names them to whoever sent them: at most twenty, and that there are more."""
    found = list(islice(unverified_ids, _MOST_NAMED + 1))
    shown = ", ".join(f"{one[:_MOST_SHOWN]!a}" for one in found[:_MOST_NAMED])
    return f"{shown} and more" if len(found) > _MOST_NAMED else shown
