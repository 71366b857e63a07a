"""No slice imports the settings of the whole house.

The story: an object with two hundred fields that everybody imports makes every slice depend on every other one's
configuration, and no test can build a slice without building the world. A slice declares its own settings and is handed
them; only `app`, `cli` and `worker` see the tree.
"""

from collections.abc import Iterator

from tools.rules.plan import package
from tools.rules.source import Finding, House

_MAY = {"app", "cli", "worker", "settings"}


def check(house: House) -> Iterator[Finding]:
    """Yield every import of `gatepass.settings` by anybody else."""
    for source in house.under("src"):
        if package(source.module) in _MAY:
            continue
        for imported in source.imports:
            if package(imported.target) == "settings":
                yield source.finding(
                    imported.line,
                    "only app, cli and worker import gatepass.settings; take the section that you need as an argument",
                )
