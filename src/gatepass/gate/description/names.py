"""What the structs are called in the description: by their own name, or after their slice where several share one."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

_SCHEMAS = "#/components/schemas/"
_SLICE = 2  # `gatepass.api.users.shapes.bodies.VerifyBody`


def public_names(names: Iterable[str]) -> dict[str, str]:
    """Return what each schema is called for readers, whom our folders do not concern.

    Args:
        names: the names of the schemas; where two structs share one, each has its module in front.
    """
    wholes = list(names)
    named = {name: name if "." not in name else _after_slice(name) for name in wholes}
    times = Counter(named.values())
    return {name: short if times[short] == 1 else _after_module(name) for name, short in named.items()}


def renamed(described: Any, names: dict[str, str]) -> Any:
    """Return a part of a description in which every reference has its public name."""
    if isinstance(described, dict):
        return {key: _reference(one, names) if key == "$ref" else renamed(one, names) for key, one in described.items()}
    if isinstance(described, list | tuple):
        return [renamed(one, names) for one in described]
    return described


def _reference(reference: Any, names: dict[str, str]) -> Any:
    name = str(reference).removeprefix(_SCHEMAS)
    return _SCHEMAS + names.get(name, name)


def _after_slice(name: str) -> str:
    parts = name.split(".")
    return _camel(parts[_SLICE]) + parts[-1]


def _after_module(name: str) -> str:
    *modules, last = name.split(".")
    return "".join(_camel(one) for one in modules[_SLICE:]) + last


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"_", name))
