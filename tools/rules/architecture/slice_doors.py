"""From outside, a slice is entered by `flows`, `queries` and `model` alone.

The story: in code bases that grew by importing whatever was near, two thirds of the packages ended as one knot,
because a store or a row type that somebody else reads can never change again. So a slice's store, rules and messages
are its own. `app` and `worker` build every part and mount every door, so they see all rooms but those three; and
`gatepass.settings` joins the slices' settings.
"""

from collections.abc import Iterator

from tools.rules.plan import package, place
from tools.rules.source import Finding, House

PUBLIC = {"flows", "queries", "model"}
_PRIVATE = {"store", "rules", "messages"}
_BUILDERS = {"app", "worker"}


def check(house: House) -> Iterator[Finding]:
    """Yield every import that enters a slice by another way."""
    for source in house.under("src"):
        here = place(source.module)
        for imported in source.imports:
            there = place(imported.target)
            if there is None or (here is not None and here.slice == there.slice):
                continue
            if not _may_enter(package(source.module), there.part):
                yield source.finding(
                    imported.line,
                    f"{imported.target} is private to {there.slice}: from outside import its flows, queries or model",
                )


def _may_enter(visitor: str, part: str) -> bool:
    if part in PUBLIC or (visitor == "settings" and part == "settings"):
        return True
    return visitor in _BUILDERS and bool(part) and part not in _PRIVATE
