"""How OAuth says no (RFC 6749 §4.1.2.1, §5.2)."""

import re
from typing import Final

_MOST_CHARACTERS: Final = 300
_OUTSIDE: Final = re.compile(r"[^\x20-\x21\x23-\x5B\x5D-\x7E]")


def describe(text: str) -> str:
    """Return a text as an `error_description` may carry it: ASCII without quotes, backslashes and line breaks.

    RFC 6749 §4.1.2.1 names the characters; what lies outside becomes a question mark, quotes become single.
    """
    plain = " ".join(text.split()).replace('"', "'").replace("\\", "/")
    return _OUTSIDE.sub("?", plain)[:_MOST_CHARACTERS]


class Refused(Exception):
    """Raised when a request breaks a rule of OAuth.

    Args:
        error: the code that a standard registers for it, such as `invalid_request`.
        description: a sentence for the developer of the client; made safe to send.
    """

    def __init__(self, error: str, description: str) -> None:
        self.error = error
        self.description = describe(description)
        super().__init__(f"{error}: {self.description}")
