"""The parameters of an OAuth request, read from a query, a form or a JSON body as the standard demands (RFC 6749 §3.1).

A parameter without a value counts as omitted, and one with two values is refused, because two readers could take
different ones of them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, NoReturn
from urllib.parse import unquote

from gatepass.kit.problems import Problem

_MOST: Final = 100
_SHOWN: Final = 40
_UNREADABLE: Final = "Send the parameters as UTF-8, at most a hundred of them."
# What may stand several times: the resources of RFC 8707 §2 and the audiences of RFC 8693 §2.1.
_REPEATABLE: Final = frozenset({"resource", "audience"})
# Far beyond any number that a parameter holds, and far below what takes long to write out.
_MOST_DIGITS: Final = 40


class BodyType(StrEnum):
    """A form in which a body may arrive."""

    FORM = "application/x-www-form-urlencoded"
    JSON = "application/json"


class Parameters:
    """The parameters of a request; nothing changes them, and they do not show their values in a log.

    Args:
        pairs: names and values in the order of the request; the same name may stand several times.
    """

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            values[name] = (*values.get(name, ()), value)
        self._values = values

    def get(self, name: str) -> str | None:
        """Return the value of a parameter, the first where it may be repeated; None where it is omitted."""
        values = self._values.get(name)
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter that may be repeated."""
        return self._values.get(name, ())

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return all names and values, ready to be written down again."""
        return tuple((name, value) for name, values in self._values.items() for value in values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self.pairs())

    def __repr__(self) -> str:
        return f"Parameters({', '.join(self._values)})"


NO_PARAMETERS: Final = Parameters()


def read_pairs(raw: bytes) -> Parameters:
    """Return the parameters of a query or of a form.

    Raises:
        Problem: they can't be read, are too many, or one is repeated (`malformed_request`).
    """
    if not raw:
        return NO_PARAMETERS
    try:
        text = raw.decode()
        if text.count("&") >= _MOST:
            raise _malformed(_UNREADABLE)
        pairs = [(_plain(name), _plain(value)) for name, _, value in (part.partition("=") for part in text.split("&"))]
    except UnicodeDecodeError:
        raise _malformed(_UNREADABLE) from None
    return _of(pairs)


def read_body_parameters(body: bytes, unverified_type: bytes, accepted: Sequence[BodyType]) -> Parameters:
    """Return the parameters of a body; an empty one has none, whatever it is announced as.

    Args:
        body: what was sent.
        unverified_type: the Content-Type header.
        accepted: the forms in which the endpoint takes it.

    Raises:
        Problem: it comes in another form (`unsupported_media_type`, 415) or can't be read (`malformed_request`).
    """
    if not body:
        return NO_PARAMETERS
    media_type = unverified_type.partition(b";")[0].strip().lower().decode("latin-1")
    if media_type not in accepted:
        raise Problem("unsupported_media_type", 415, f"Send the body as {' or '.join(accepted)}.")
    return _of(_json_pairs(body)) if media_type == BodyType.JSON else read_pairs(body)


def _plain(text: str) -> str:
    """Decode what a form or a query spells (URL Standard §5.1); most of it is spelled plainly."""
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="strict") if "%" in text else text


def _of(pairs: Iterable[tuple[str, str]]) -> Parameters:
    given = [(name, value) for name, value in pairs if value]
    seen: set[str] = set()
    for name, _ in given:
        if name in seen and name not in _REPEATABLE:
            raise _malformed(f"The parameter {name[:_SHOWN]!r} is sent more than once; send it once.")
        seen.add(name)
    return Parameters(given)


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        members = json.loads(
            body.decode(), object_pairs_hook=_Members, parse_int=_digits, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise _malformed("The body is not a JSON object of texts and whole numbers.") from None
    if not isinstance(members, _Members) or len(members) > _MOST:
        raise _malformed("Send one JSON object with at most a hundred parameters.")
    return [(name, text) for name, value in members for text in _texts(name, value)]


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object in their order, so that a name that stands twice is seen."""


def _texts(name: str, value: object) -> list[str]:
    """Return what a member of a JSON object is as texts: a list stands for a repeated parameter."""
    if value is None:
        return []
    values: list[object] = value if isinstance(value, list) and not isinstance(value, _Members) else [value]
    texts = [text for text in values if isinstance(text, str) and _is_text(text)]
    if len(texts) != len(values) or not _is_text(name):
        raise _malformed(f"The parameter {name[:_SHOWN]!a} is neither a text, a whole number nor a list of texts.")
    return texts


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can spell and nothing else can hold
        return False
    return True


def _digits(number: str) -> str:
    return number if len(number) <= _MOST_DIGITS else _refuse(number)


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a whole number of a sensible size")


def _malformed(sentence: str) -> Problem:
    return Problem("malformed_request", 400, sentence, number=1004)
