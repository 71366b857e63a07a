"""Runs every rule over the house: `python -m tools.rules`. Exits with 1 when a rule is broken."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.rules import architecture, code
from tools.rules.source import Finding, House

_ROOT = Path(__file__).parent.parent.parent

Rule = Callable[[House], Iterator[Finding]]


def rules() -> dict[str, Rule]:
    """Return every rule by its name; a rule is found by being there, so that none can be forgotten."""
    found: dict[str, Rule] = {}
    for group in (architecture, code):
        for module in pkgutil.iter_modules(group.__path__):
            found[module.name] = importlib.import_module(f"{group.__name__}.{module.name}").check
    return found


def main() -> int:
    """Print each finding with the rule that it breaks."""
    house = House.at(_ROOT)
    found = 0
    for name, check in rules().items():
        for finding in check(house):
            found += 1
            print(f"{finding} [{name}]")
    print(f"{len(rules())} rules, {len(house.sources)} files: {found or 'no'} finding{'' if found == 1 else 's'}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
