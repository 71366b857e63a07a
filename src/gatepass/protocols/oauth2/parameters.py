"""The parameters of a request, each at most once (RFC 6749 §3.1, §3.2).

What is empty counts as left out. `resource` and `audience` alone may be repeated (RFC 8707 §2, RFC 8693 §2.1).
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from gatepass.protocols.oauth2.errors import Refused

REPEATABLE: Final = frozenset({"resource", "audience"})
_MOST_PARAMETERS: Final = 100
_MOST_REPEATS: Final = 20
_MOST_BYTES: Final = 64 * 1024
# A request object and an assertion are the longest values that there are.
_MOST_VALUE_CHARACTERS: Final = 16 * 1024
_MOST_NAME_CHARACTERS: Final = 100
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_INTEGER_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a request: those with one value, and the few that may have several."""

    single: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Return the value of a parameter; None where it was left out or empty."""
        return self.single.get(name)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter that may be repeated."""
        return self.repeated.get(name, ())


def parse(unverified_text: bytes, known: Collection[str] | None = None) -> Parameters:
    """Return the parameters of a query or of a form (application/x-www-form-urlencoded).

    Args:
        unverified_text: the query without its question mark, or the body; at most 64 KiB.
        known: the names that the endpoint knows; others are ignored, as RFC 6749 §3.1 asks. None keeps all.

    Raises:
        Refused: a parameter is repeated, or it can't be read (`invalid_request`).
    """
    if len(unverified_text) > _MOST_BYTES:
        raise Refused("invalid_request", "The request is too long.")
    try:
        pairs = parse_qsl(
            unverified_text.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict"
        )
    except ValueError:
        raise Refused("invalid_request", "Send at most a hundred parameters, percent-encoded as UTF-8.") from None
    return collect(pairs, known)


def collect(unverified_pairs: Iterable[tuple[str, str]], known: Collection[str] | None = None) -> Parameters:
    """Return decoded pairs of names and values as the parameters of a request; see `parse`."""
    single: dict[str, str] = {}
    repeated: dict[str, tuple[str, ...]] = {}
    for name, value in unverified_pairs:
        if not value or (known is not None and name not in known):
            continue
        _check(name, value)
        if name in REPEATABLE:
            repeated[name] = (*repeated.get(name, ()), value)
            if len(repeated[name]) > _MOST_REPEATS:
                raise Refused("invalid_request", f"The parameter {name} is repeated too often.")
        elif name in single:
            raise Refused("invalid_request", f"The parameter {name} is repeated; send it once.")
        else:
            single[name] = value
    return Parameters(single, repeated)


def from_members(unverified_members: Mapping[str, Any], known: Collection[str] | None = None) -> Parameters:
    """Return the members of a JSON object as the parameters of a request (RFC 9101 §4).

    Numbers and booleans become text and objects their JSON, as `max_age` and `claims` are written there.

    Raises:
        Refused: a member has a form that no parameter has (`invalid_request`).
    """
    pairs: list[tuple[str, str]] = []
    for name, value in unverified_members.items():
        if known is not None and name not in known:
            continue
        values = value if name in REPEATABLE and isinstance(value, list) else [value]
        pairs += [(name, _text(name, one)) for one in values]
    if len(pairs) > _MOST_PARAMETERS:
        raise Refused("invalid_request", "Send at most a hundred parameters.")
    return collect(pairs)


def _check(name: str, value: str) -> None:
    if len(name) > _MOST_NAME_CHARACTERS or _CONTROL.search(name):
        raise Refused("invalid_request", "A parameter has no name that could be one.")
    if len(value) > _MOST_VALUE_CHARACTERS:
        raise Refused("invalid_request", f"The parameter {name} is too long.")
    if _CONTROL.search(value):
        raise Refused("invalid_request", f"The parameter {name} holds characters that are not allowed.")


def _text(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**_INTEGER_DIGITS:
            return str(value)
        case dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case _:
            raise Refused("invalid_request", f"The parameter {name[:_MOST_NAME_CHARACTERS]} has a wrong form.")
