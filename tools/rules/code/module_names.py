"""A module is named after what it does.

The story: a file called `utils` takes anything, so it ends up holding everything, and everything imports it. These
names say that nobody has decided yet where a thing belongs; deciding is the work.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.rules.source import Finding, House

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "core", "misc", "shared"}


def check(house: House) -> Iterator[Finding]:
    """Yield every file and folder whose name says nothing."""
    reported: set[str] = set()
    for source in house.sources:
        path = PurePosixPath(source.path)
        for part in (path, *path.parents):
            name = part.stem
            words = {name, name.removeprefix("test_")}
            if words & FORBIDDEN and str(part) not in reported:
                reported.add(str(part))
                yield Finding(str(part), 1, f"`{name}` says nothing about what is inside; name it after what it does")
