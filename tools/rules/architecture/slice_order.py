"""Inside a slice, imports run one way: routes|pages|jobs, flows|queries, messages, store, rules, model.

The story: a rule that reads a table cannot be tested without one, a store that calls a flow opens a transaction
inside a transaction. Each file of a slice therefore knows only what lies below it; and of other slices each file
knows only what suits it: a store another slice's model, never its verbs. The import contracts cannot say this for
every slice at once.
"""

from collections.abc import Iterator

from tools.rules.plan import Place, place
from tools.rules.source import Finding, House, Source

_ORDER = (("routes", "pages", "jobs"), ("flows", "queries"), ("messages",), ("store",), ("rules",), ("model",))
_RANK = {part: rank for rank, parts in enumerate(reversed(_ORDER)) for part in parts}
_VALUES_ALONE = {"messages", "store", "rules", "model"}


def check(house: House) -> Iterator[Finding]:
    """Yield every import that runs upwards or sideways inside a slice, or takes too much of another one."""
    for source in house.under("src"):
        here = place(source.module)
        if here is not None:
            yield from _of_file(source, here)


def _of_file(source: Source, here: Place) -> Iterator[Finding]:
    for imported in source.imports:
        there = place(imported.target)
        if there is None:
            continue
        if there.slice == here.slice:
            sentence = _why_not_inside(here, there)
        elif here.part in _VALUES_ALONE and there.part != "model":
            sentence = f"{here.part} may know another slice's model alone, not {imported.target}"
        else:
            sentence = ""
        if sentence:
            yield source.finding(imported.line, sentence)


def _why_not_inside(here: Place, there: Place) -> str:
    if not here.part and there.part:
        return f"{here.slice}/__init__.py holds the law of the slice and imports nothing of it"
    if here.part == "settings" and there.part not in {"", "settings"}:
        return "a slice's settings import nothing of the slice"
    if here.part not in _RANK or there.part not in _RANK or here.part == there.part:
        return ""
    if _RANK[there.part] < _RANK[here.part]:
        return ""
    return f"{here.part} imports {there.part}: inside a slice imports run {_words()}"


def _words() -> str:
    return " > ".join("|".join(parts) for parts in _ORDER)
