"""A table belongs to one slice: the one whose store inserts into it.

The story: once two slices write one table, neither can promise anything about its rows, and the rule that one of them
forgets (a tenant's scope, a counter, an event) is found by an attacker. Another slice's rows are asked for through its
flows and queries. Migrations make tables for everybody and are not looked at.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tools.rules.plan import package, place
from tools.rules.source import Finding, House, Source

_STATEMENT = re.compile(r"^\s*(?:INSERT|UPDATE|DELETE|SELECT|WITH)\b")
_OWNING = re.compile(r"\bINSERT\s+(?:OR\s+\w+\s+)?INTO\s+\"?(\w+)")
_NAMING = (
    re.compile(r"(?:\bINTO|\bUPDATE)\s+(?:ONLY\s+)?\"?([A-Za-z_]\w*)"),
    re.compile(r"(?:(?<!DISTINCT )\bFROM|\bJOIN|\bUSING)\s+(?:ONLY\s+|LATERAL\s+)?\"?([A-Za-z_]\w*)(?!\w*\s*\()"),
    re.compile(r"\bFROM\s+\w+(?:\s+(?:AS\s+)?\w+)?\s*,\s*(\w+)"),
)
_DEFINING = re.compile(
    r"(?:\bWITH(?:\s+RECURSIVE)?|,)\s+(\w+)\s*(?:\([^()]*\)\s*)?AS\s+(?:NOT\s+)?(?:MATERIALIZED\s+)?\("
)
_NOT_TABLES = {"set", "skip", "of", "nowait", "select", "values", "excluded", "lateral", "unnest", "json_each"}


def check(house: House) -> Iterator[Finding]:
    """Yield every table that two slices insert into, and every statement that names another slice's table."""
    statements = [
        (source, line, text)
        for source in house.under("src")
        if package(source.module) != "migrations"
        for line, text in _statements(source)
    ]
    owners: dict[str, set[str]] = defaultdict(set)
    for source, _, text in statements:
        for table in _OWNING.findall(text):
            owners[table.lower()].add(_slice(source))
    for source, line, text in statements:
        for table in sorted(_tables(text)):
            others = owners.get(table, set()) - {_slice(source)}
            if others:
                yield source.finding(
                    line,
                    f"table {table} belongs to {' and '.join(sorted(others))}; ask its flows or queries instead",
                )


def _slice(source: Source) -> str:
    here = place(source.module)
    return here.slice if here is not None else package(source.module)


def _statements(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _STATEMENT.match(node.value):
            yield node.lineno, node.value


def _tables(statement: str) -> set[str]:
    defined = {name.lower() for name in _DEFINING.findall(statement)}
    named = {name.lower() for pattern in _NAMING for name in pattern.findall(statement)}
    return named - defined - _NOT_TABLES
