"""Nothing grows past the size that one person reads in one sitting.

The story: handlers of two thousand lines and tests of nine thousand grew one harmless line at a time, and dependency
bags of eighteen fields likewise. So the budget is a number that fails: 300 lines a file (tests 400), 40 lines a
function (its docstring not counted, so that nobody saves on it), six fields a class of flows, twelve files a package.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.rules.source import Finding, House, Source

FILE_LINES = 300
TEST_FILE_LINES = 400
FUNCTION_LINES = 40
DEPENDENCIES = 6
PACKAGE_FILES = 12
_GROWING = "migrations/versions"  # a list in time, one file a step, read one at a time

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def check(house: House) -> Iterator[Finding]:
    """Yield everything that is too big."""
    for source in house.sources:
        limit = TEST_FILE_LINES if source.path.startswith("tests/") else FILE_LINES
        if len(source.lines) > limit:
            yield source.finding(limit + 1, f"{len(source.lines)} lines; a file has at most {limit}")
        for node in ast.walk(source.tree):
            if isinstance(node, _Function) and (length := _length(node)) > FUNCTION_LINES:
                yield source.finding(
                    node.lineno, f"{node.name}: {length} lines; a function has at most {FUNCTION_LINES}"
                )
        if source.path.endswith("/flows.py"):
            yield from _crowded_classes(source)
    yield from _crowded_packages(house)


def _length(node: _Function) -> int:
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def _crowded_classes(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            fields = sum(isinstance(line, ast.AnnAssign) for line in node.body)
            if fields > DEPENDENCIES:
                yield source.finding(node.lineno, f"{node.name}: {fields} fields; flows have at most {DEPENDENCIES}")


def _crowded_packages(house: House) -> Iterator[Finding]:
    folders = Counter(str(PurePosixPath(source.path).parent) for source in house.under("src", "tools", "bench"))
    for folder, files in sorted(folders.items()):
        if files > PACKAGE_FILES and not folder.endswith(_GROWING):
            yield Finding(folder, 1, f"{files} files; a package has at most {PACKAGE_FILES}")
