"""From outside, a slice is entered by `flows`, `queries` and `model` alone.

The story: in code bases that grew by importing whatever was near, two thirds of the packages ended as one knot,
because a store or a row type that somebody else reads can never change again. So a slice's store, rules and messages
are its own. Three rooms have other keys: `app` mounts a slice's doors, `worker` (and `app`, which runs it in
development) declares its jobs, and `gatepass.settings` joins its settings.
"""

from collections.abc import Iterator

from tools.rules.plan import place
from tools.rules.source import Finding, House

PUBLIC = {"flows", "queries", "model"}
_DOORS = {"routes", "pages"}
_KEYS = {
    "gatepass.app": _DOORS | {"jobs"},
    "gatepass.worker": {"jobs"},
    "gatepass.settings": {"settings"},
}


def check(house: House) -> Iterator[Finding]:
    """Yield every import that enters a slice by another way."""
    for source in house.under("src"):
        here = place(source.module)
        # A package app/ has the same key as a file app.py.
        keys = _KEYS.get(".".join(source.module.split(".")[:2]), set())
        for imported in source.imports:
            there = place(imported.target)
            if there is None or (here is not None and here.slice == there.slice):
                continue
            if there.slice.startswith("web.") and keys & _DOORS:
                continue  # pages for people are doors altogether
            if there.part not in PUBLIC | keys:
                yield source.finding(
                    imported.line,
                    f"{imported.target} is private to {there.slice}: from outside import its flows, queries or model",
                )
