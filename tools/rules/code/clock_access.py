"""The time is asked of one place.

The story: a rule that asks the machine what time it is can only be tested by waiting, and two askers in one story get
two times, between which something expires. Time is passed in, or asked of the `Clock` that `gatepass.kit.clock`
defines. Durations (`time.monotonic`, `time.perf_counter`) are not times and are free; identifiers carry the
moment of their making, which orders them and decides nothing.
"""

import ast
from collections.abc import Iterator

from tools.rules.source import Finding, House

_MAY_ASK = {"gatepass.kit.clock", "gatepass.kit.ids"}
_ASKING = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns"}}


def check(house: House) -> Iterator[Finding]:
    """Yield every question for the time outside the clock."""
    for source in house.under("src"):
        if source.module in _MAY_ASK:
            continue
        for imported in source.imports:
            if imported.target in {"time.time", "time.time_ns"}:
                yield source.finding(imported.line, f"{imported.target}: ask a Clock, or take the time as an argument")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner, verb = _last_word(node.func.value), node.func.attr
                if verb in _ASKING.get(owner, ()):
                    yield source.finding(
                        node.lineno,
                        f"{owner}.{verb}(): ask a Clock, or take the time as an argument",
                    )


def _last_word(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
