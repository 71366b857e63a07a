"""SQL is written down, never put together from what comes from outside.

The story: every injection began as a statement that was built from pieces, one of which came from outside. What
`query()` and `command()` get is therefore literal text, or literal texts of the same file joined; values travel as
`:name` parameters, and columns as `{columns}`, which is filled from the row's type and from nothing else.
"""

import ast
from collections import Counter
from collections.abc import Iterator

from tools.rules.source import Finding, House, Source

_MAKERS = {"query", "command"}
_SENTENCE = "SQL is literal text of this file: values as :name, columns as {columns}"


def check(house: House) -> Iterator[Finding]:
    """Yield every statement that holds more than literal text."""
    for source in house.under("src"):
        literals = _literals(source)
        texts = _texts(source)
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or _called(node) not in _MAKERS:
                continue
            words = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(_is_text(word, texts) and not _is_literal(word, literals) for word in words):
                yield source.finding(node.lineno, _SENTENCE)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _assignments(source: Source) -> list[tuple[str, ast.expr]]:
    """Return every name of the file that is given a value, with that value, in the order of the text."""
    return [
        (target.id, node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def _literals(source: Source) -> set[str]:
    """Return the names that are given literal text, once and for all, at the top of the file."""
    times = Counter(name for name, _ in _assignments(source))
    found: set[str] = set()
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if times[name] == 1 and _is_literal(node.value, found):
                found.add(name)
    return found


def _texts(source: Source) -> set[str]:
    """Return the names that are given text of any making."""
    return {name for name, value in _assignments(source) if _is_text(value, set())}


def _is_literal(node: ast.expr, literals: set[str]) -> bool:
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Name(id=name):
            return name in literals
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_literal(left, literals) and _is_literal(right, literals)
        case ast.JoinedStr(values=values):
            return all(_is_literal(value, literals) for value in values)
        case ast.FormattedValue(value=value, format_spec=None):
            return _is_literal(value, literals)
    return False


def _is_text(node: ast.expr, texts: set[str]) -> bool:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.Name(id=name):
            return name in texts
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "join" | "replace")):
            return True
    return False
