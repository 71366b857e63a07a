"""Secrets are compared in constant time.

The story: `==` stops at the first byte that differs, and how long it took tells an attacker how much of a guess was
right. Values named `…_hash`, `…_token`, `…_secret` or `…_code` are therefore compared with `hmac.compare_digest`, or,
better, looked up by their hash. Comparing with a literal is no secret's comparison; codes that are no secrets are
listed.
"""

import ast
from collections.abc import Iterator

from tools.rules.source import Finding, House

_SECRET = ("_hash", "_token", "_secret", "_code", "_digest", "_mac")
_EXACTLY = {"token", "secret", "digest", "mac", "password"}
_PUBLIC_CODES = (
    "status_code",
    "error_code",
    "exit_code",
    "return_code",
    "country_code",
    "language_code",
    "problem_code",
)


def check(house: House) -> Iterator[Finding]:
    """Yield every `==` and `!=` between values of which one is named like a secret."""
    for source in house.under("src"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            secret = next((name for side in sides if _is_secret(name := _name(side))), None)
            if secret and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops):
                yield source.finding(node.lineno, f"{secret} is compared with ==; use hmac.compare_digest")


def _name(node: ast.expr) -> str:
    """Return the last word of a name, looking through `.reveal()` and the like."""
    if isinstance(node, ast.Call):
        return _name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_secret(name: str) -> bool:
    return name in _EXACTLY or (name.endswith(_SECRET) and not name.endswith(_PUBLIC_CODES))
