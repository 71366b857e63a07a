"""Everything that is wrong with a value that should have a declared form, one sentence for each fault.

A decoder stops at the first fault, and whoever sends a form wants to hear of all of them. So what it refused is walked
once more, part by part; what is right is read once.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec
from msgspec import inspect

MOST_FAULTS: Final = 20
"""How many faults are told at once."""
_MOST_SHOWN: Final = 40
_LISTS: Final = frozenset({list, tuple, set, frozenset})
_NOTHING: Final = frozenset({type(None), msgspec.UnsetType})
_WORDS: Final[dict[type[inspect.Type], str]] = {
    inspect.StrType: "a text",
    inspect.BoolType: "true or false",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.DateTimeType: "a moment such as 2026-01-31T12:00:00Z",
    inspect.DateType: "a day such as 2026-01-31",
    inspect.ListType: "a list",
    inspect.VarTupleType: "a list",
    inspect.SetType: "a list",
    inspect.FrozenSetType: "a list",
    inspect.DictType: "an object",
    inspect.StructType: "an object",
}


def list_faults(sent: object, shape: Any, whole: str, *, strict: bool = True) -> list[str]:
    """Return a sentence for everything that keeps a value from having a form, at most twenty and that there are more.

    Args:
        sent: the value, as JSON or a query gives it.
        shape: the type that it should have.
        whole: what the sentence calls the value itself, such as `The body`.
        strict: whether a text may not stand for a number, as it must in a query.
    """
    faults = list(islice(_walk(sent, shape, "", strict=strict), MOST_FAULTS + 1))
    told = [f"`{place}` {fault}" if place else f"{whole} {fault}" for place, fault in faults[:MOST_FAULTS]]
    return [*told, "There are more faults."] if len(faults) > MOST_FAULTS else told


def _walk(sent: object, shape: Any, place: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Tell where something is wrong, and what; nothing where all is right."""
    try:
        msgspec.convert(sent, shape, strict=strict)
    except msgspec.ValidationError:
        is_told = False
        for inner, part, where in _parts(sent, shape, place):
            if inner is msgspec.UNSET:
                faults: Iterable[tuple[str, str]] = [(where, "is missing.")]
            else:
                faults = _walk(inner, part, where, strict=strict)
            for fault in faults:
                is_told = True
                yield fault
        if not is_told:
            yield place, f"must be {_described(shape)}."


def _parts(sent: object, shape: Any, place: str) -> Iterator[tuple[object, Any, str]]:
    """Give the parts of an object or a list with the forms that they should have; UNSET stands for what is missing."""
    for member in _members(shape):
        kind, inner = get_origin(member) or member, get_args(member)
        if isinstance(sent, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            for one in msgspec.structs.fields(member):
                if one.encode_name in sent or one.required:
                    yield sent.get(one.encode_name, msgspec.UNSET), one.type, _below(place, one.encode_name)
        elif isinstance(sent, dict) and kind is dict and inner:
            for name, value in sent.items():
                yield value, inner[1], _below(place, name)
        elif isinstance(sent, list) and kind in _LISTS and inner:
            for index, value in enumerate(sent):
                yield value, inner[0], f"{place}[{index}]"


def _members(shape: Any) -> list[Any]:
    """Return the forms of which a value may have one, without those that stand for nothing."""
    if get_origin(shape) is Annotated:
        return _members(get_args(shape)[0])
    if isinstance(inspect.type_info(shape), inspect.UnionType):
        return [member for one in get_args(shape) if one not in _NOTHING for member in _members(one)]
    return [shape]


def _described(shape: Any) -> str:
    info = inspect.type_info(shape)
    members = info.types if isinstance(info, inspect.UnionType) else (info,)
    return " or ".join(_word(one) for one in members if not isinstance(one, inspect.NoneType))


def _word(info: inspect.Type) -> str:
    if isinstance(info, inspect.Metadata):
        return _word(info.type)
    if isinstance(info, inspect.EnumType):
        return f"one of {', '.join(str(one.value) for one in info.cls)}"
    if isinstance(info, inspect.LiteralType):
        return f"one of {', '.join(str(one) for one in info.values)}"
    return _WORDS.get(type(info), "what the reference says") + _bounds(info)


def _bounds(info: inspect.Type) -> str:
    """Return the bounds of a value in words, where it has some."""
    if isinstance(info, (inspect.IntType, inspect.FloatType)):
        least, most, unit = info.ge, info.le, ""
    elif isinstance(info, (inspect.StrType, inspect.ListType)):
        least, most, unit = info.min_length, info.max_length, " long"
    else:
        return ""
    words = [f"at least {least}"] if least is not None else []
    words += [f"at most {most}"] if most is not None else []
    return f", {' and '.join(words)}{unit}" if words else ""


def _below(place: str, name: object) -> str:
    shown = str(name)[:_MOST_SHOWN]
    plain = shown if shown.isascii() and shown.isprintable() else ascii(shown)
    return f"{place}.{plain}" if place else plain
