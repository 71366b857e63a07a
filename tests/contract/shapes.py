"""Holds answers against documented samples: the same members, each of the same kind."""

import re
from datetime import datetime
from typing import Any

ID = re.compile(r"[0-9a-f]{24}")


def fits(sent: Any, documented: Any, beside: frozenset[str] = frozenset(), at: str = "the answer") -> None:
    """Let pass an answer that has every documented member, and of others only those that may stand beside.

    Args:
        sent: the answer, or a part of it.
        documented: a type, a pattern, `datetime` for a time, a list of one shape, an object, or the very value.
        beside: further members of the object.
        at: where in the answer that is.
    """
    if isinstance(documented, dict):
        assert sent.keys() == documented.keys() | beside, at
        for name, one in documented.items():
            fits(sent[name], one, at=f"{at}.{name}")
    elif isinstance(documented, list):
        assert isinstance(sent, list), at
        for number, one in enumerate(sent):
            fits(one, documented[0], at=f"{at}[{number}]")
    elif documented is datetime:
        assert datetime.fromisoformat(sent).tzinfo is not None, at
    elif isinstance(documented, re.Pattern):
        assert documented.fullmatch(sent), at
    elif isinstance(documented, type):
        assert isinstance(sent, documented), at
    else:
        assert sent == documented, at
