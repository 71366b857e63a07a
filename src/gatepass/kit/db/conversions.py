"""How values travel: by a field's declared type on the way out, by a parameter's own type on the way in."""

import dataclasses
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Literal

import msgspec

from gatepass.kit.db.faults import ValueNotStorable

Converter = Callable[[Any], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_LARGEST = 2**63
_PLAIN = (str, int, float, bytes, object, Any)
_CONTAINERS = (dict, list, tuple, set, frozenset)


def decoder(annotation: Any, dialect: str) -> Converter | None:
    """Return what turns a column's value into `annotation`, or None where the driver's value is already right.

    Raises:
        TypeError: values of this type can't be kept.
    """
    kind = _bare(annotation)
    origin = typing.get_origin(kind) or kind
    if kind in _PLAIN or origin is Literal:
        return None
    if kind in _BY_DIALECT[dialect]:
        return _BY_DIALECT[dialect][kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member_of(kind)
    if origin in _CONTAINERS or _is_record(origin):
        return msgspec.json.Decoder(annotation).decode
    raise TypeError(f"No column holds a {annotation!r}")


def is_record(kind: Any) -> bool:
    """Whether `kind` is a dataclass or a Struct, so that its fields are columns of a row."""
    return _is_record(kind)


def encoders(dialect: str) -> "dict[type, Converter | None]":
    """Return the table that `encode_unusual` extends: by a parameter's type what turns it into the driver's value."""
    is_sqlite = dialect == "sqlite"
    return {
        str: _text,
        int: _whole,
        bytes: None,
        bool: None,
        float: None,
        type(None): None,
        datetime: _microseconds if is_sqlite else _aware,
        timedelta: _seconds,
    }


def encode_unusual(value: Any, table: "dict[type, Converter | None]") -> Any:
    """Encode a value whose type the table does not know yet, and remember how.

    Raises:
        TypeError: values of this type can't be kept.
    """
    encode = _encoder_of(type(value), table)
    table[type(value)] = encode
    return value if encode is None else encode(value)


def _encoder_of(kind: type, table: "dict[type, Converter | None]") -> Converter | None:
    if issubclass(kind, Enum):
        return lambda member: member.value
    if issubclass(kind, _CONTAINERS) or _is_record(kind):
        return _json
    if issubclass(kind, (bytearray, memoryview)):
        return bytes
    for known in (datetime, timedelta, str, bytes, int, float):
        if issubclass(kind, known):
            return table[known]
    raise TypeError(f"No column holds a {kind.__qualname__}")


def _bare(annotation: Any) -> Any:
    """Strip NewType, Annotated and Optional."""
    while True:
        if isinstance(annotation, typing.NewType):
            annotation = annotation.__supertype__
        elif typing.get_origin(annotation) is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
            present = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
            if len(present) != 1:
                raise TypeError(f"A column holds one type: {annotation!r}")
            annotation = present[0]
        else:
            return annotation


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct))


def _member_of(kind: type[Enum]) -> Converter:
    members = {member.value: member for member in kind}

    def convert(value: Any) -> Enum:
        member = members.get(value)
        return kind(value) if member is None else member

    return convert


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _duration(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"A time needs its zone: {moment!r}")
    return moment


def _microseconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"A time needs its zone: {moment!r}")
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _seconds(duration: timedelta) -> int:
    if duration.microseconds:
        raise ValueError(f"A duration is kept in whole seconds: {duration!r}")
    return duration // _SECOND


def _text(value: str) -> str:
    # SQLite would keep a NUL and PostgreSQL would not: both refuse it.
    if "\0" in value:
        raise ValueNotStorable("a text holds a NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueNotStorable(f"a text holds half a character: {error.reason}") from None
    return value


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError as error:
        raise ValueNotStorable(f"a text holds half a character: {error.reason}") from None


def _whole(value: int) -> int:
    if -_LARGEST <= value < _LARGEST:
        return value
    raise ValueNotStorable("a number is beyond 64 bits")


_BY_DIALECT: dict[str, dict[Any, Converter | None]] = {
    "sqlite": {bool: bool, datetime: _moment, timedelta: _duration},
    "postgresql": {bool: None, datetime: None, timedelta: _duration},
}
