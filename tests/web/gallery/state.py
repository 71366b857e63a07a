"""What a state of a page is."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class State:
    """One page in one state.

    Args:
        name: of its pictures and its address in the gallery.
        template: path below the templates' folder.
        given: the template's context.
        completes_itself: whether its script submits it at once; to be looked at, it is shown without that script.
        language: the tag of the language that it is shown in.
    """

    name: str
    template: str
    given: dict[str, Any] = field(default_factory=dict)
    completes_itself: bool = False
    language: str = "en"
