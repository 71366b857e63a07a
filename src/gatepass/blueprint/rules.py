"""From values of a program to values of a file and back, and what differs between two of them."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from gatepass.blueprint.model import Difference, Faulty
from gatepass.kit.configuration import Malformed, parse_value

T = TypeVar("T")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def plain(value: Any) -> Any:
    """Return a value as a file has it: objects by their fields, durations with their largest whole unit."""
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return _duration(int(value.total_seconds()))
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    return value


def merged(current: T, wanted: Mapping[str, Any], where: str, *, fixed: Iterable[str] = ()) -> T:
    """Return a value with those fields replaced that a file names.

    Args:
        current: a dataclass.
        wanted: what the file says, by the names of its fields.
        where: how faults name the place.
        fixed: fields that a file may not set, their parts joined by dots.

    Raises:
        Faulty: a field is not known or can't have the value; all faults are named.
    """
    faults: list[str] = []
    changed = _merged(current, wanted, where, "", frozenset(fixed), faults)
    if faults:
        raise Faulty(faults)
    outcome: T = changed
    return outcome


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any], prefix: str = "") -> list[Difference]:
    """Return what differs between two sheets; of a new thing every value that says something."""
    found = []
    for name, value in after.items():
        old = None if before is None else before.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and value and old:
            found += differences(old, value, f"{prefix}{name}.")
        elif before is None and isinstance(value, Mapping) and value:
            found += differences(None, value, f"{prefix}{name}.")
        elif value != old and not (before is None and value in ("", [], {}, None)):
            found.append(Difference(f"{prefix}{name}", old, value))
    return found


def unknown(name: str, known: Iterable[str]) -> str:
    """Return the sentence about a name that nobody knows, with the one that was probably meant."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(names)}."
    return f"{name} is not known here.{hint}"


def _merged(current: Any, wanted: Any, where: str, prefix: str, fixed: frozenset[str], faults: list[str]) -> Any:
    if not isinstance(wanted, Mapping):
        faults.append(f"{where}: this is an object; write its fields below it.")
        return current
    hints = get_type_hints(type(current))
    values = {}
    for name, value in wanted.items():
        path = f"{prefix}{name}"
        if name not in hints or path in fixed:
            faults.append(f"{where}: {unknown(str(name), hints.keys() - fixed)}")
            continue
        inner = getattr(current, name)
        if is_dataclass(inner):
            values[name] = _merged(inner, value, f"{where}.{name}", f"{path}.", fixed, faults)
            continue
        try:
            values[name] = _typed(value, hints[name])
        except (Malformed, msgspec.ValidationError) as fault:
            faults.append(f"{where}.{name}: {str(fault).rstrip('.')}.")
    return replace(current, **values)


def _typed(value: Any, kind: Any) -> Any:
    options = get_args(kind) if get_origin(kind) is UnionType else (kind,)
    if timedelta in options:
        return parse_value(str(value), timedelta)
    return msgspec.convert(value, kind)


def _duration(seconds: int) -> str:
    for length, unit in _UNITS:
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
