"""The one exception that callers may see.

Outside it says little and what to do; inside it says all. A flow that judges a secret returns a refusal instead of
raising this, because raising rolls back and a refusal must be remembered.
"""


class Problem(Exception):
    """Something that the caller can be told.

    Args:
        code: the stable slug, documented in `docs/reference/errors.md`.
        status: the HTTP status that fits it.
        title: the public sentence, which says what to do.
        detail: what the log says besides; never shown.
        number: the numeric code of the hosted API's error list, 0 where it knows none.
        retry_after: whole seconds after which a repeat makes sense, where it does.
    """

    def __init__(
        self, code: str, status: int, title: str, *, detail: str = "", number: int = 0, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{code}: {title}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.number = number
        self.retry_after = retry_after
