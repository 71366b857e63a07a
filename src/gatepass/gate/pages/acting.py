"""Who acts in a person's place while a page is made, so that every page says so and none can forget it.

What stands here belongs to one request: it is set around the pages and seen by the frame of each template.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

_ACTING: ContextVar["Acting | None"] = ContextVar("acting", default=None)


@dataclass(frozen=True, slots=True)
class Acting:
    """What the banner says, and what its form carries.

    Args:
        who: the name of whoever acts.
        whom: the address of the person in whose place they act.
        until: when it is over.
        action: where the button is sent that ends it.
        csrf_token: the token that the form carries.
    """

    who: str
    whom: str
    until: datetime
    action: str
    csrf_token: str = field(repr=False)


def acting_now() -> Acting | None:
    """Return who acts in somebody's place in this request; None where nobody does."""
    return _ACTING.get()


@contextmanager
def acting_as(acting: Acting) -> Iterator[None]:
    """Let every page that is made meanwhile say who acts in whose place."""
    token = _ACTING.set(acting)
    try:
        yield
    finally:
        _ACTING.reset(token)
