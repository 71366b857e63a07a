"""Rows become values of their type: compiled once for each type and dialect."""

import inspect
import typing
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from typing import Any, Generic, TypeVar, cast

from gatepass.kit.db.conversions import Converter, decoder, is_record

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Shape(Generic[T_co]):
    """How rows of one type are built from what one driver answers.

    Args:
        columns: the names of the row's fields, in order; empty for a scalar.
        build: turns one row of the driver into the value.
    """

    __slots__ = ("build", "columns")

    def __init__(self, columns: tuple[str, ...], build: Callable[[Any], T_co]) -> None:
        self.columns = columns
        self.build = build


def shape_of(row: type[T], dialect: str) -> Shape[T]:
    """Return the shape of rows of type `row`.

    Raises:
        TypeError: a field has a type that no column holds.
    """
    return cast("Shape[T]", _shape_of(cast("Hashable", row), dialect))


@cache
def _shape_of(row: Any, dialect: str) -> Shape[Any]:
    if not is_record(row):
        return Shape((), _scalar(decoder(row, dialect)))
    parameters = inspect.signature(row).parameters
    hints = typing.get_type_hints(row, include_extras=True)
    converters = [
        (position, convert)
        for position, name in enumerate(parameters)
        if (convert := decoder(hints[name], dialect)) is not None
    ]
    columns = tuple(parameters)
    construct = row
    if any(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters.values()):
        construct = _by_name(row, columns)
    return Shape(columns, _record(construct, converters))


def _by_name(row: Any, columns: tuple[str, ...]) -> Callable[..., Any]:
    return lambda *values: row(**dict(zip(columns, values, strict=True)))


def _record(construct: Callable[..., Any], converters: list[tuple[int, Converter]]) -> Callable[[Iterable[Any]], Any]:
    if not converters:
        return lambda row: construct(*row)

    def build(row: Iterable[Any]) -> Any:
        values = list(row)
        for position, convert in converters:
            value = values[position]
            if value is not None:
                values[position] = convert(value)
        return construct(*values)

    return build


def _scalar(convert: Converter | None) -> Callable[[Any], Any]:
    if convert is None:
        return lambda row: row[0]
    return lambda row: None if row[0] is None else convert(row[0])
