"""Single values of foreign files: read where they have the form, refused with a sentence where they do not."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gatepass.transfer.model import Row, Traveller

_TRUE = frozenset({"true", "1", "yes", "t"})
_FALSE = frozenset({"false", "0", "no", "f", ""})
_MILLISECONDS_FROM = 100_000_000_000


class RowFault(Exception):
    """Raised with a sentence about a row that can't be taken."""


def rows_of(records: Iterable[Any], read: Callable[[Mapping[str, Any]], Traveller], skip: int = 0) -> Iterator[Row]:
    """Yield the rows of a file.

    Args:
        records: what stands in it, one record after another.
        read: turns a record into a person, or raises `RowFault`.
        skip: how many rows were taken before; they are not looked at.
    """
    for number, record in enumerate(records, start=1):
        if number <= skip:
            continue
        if not isinstance(record, Mapping):
            yield Row(number, None, "The row is no object.")
            continue
        try:
            yield Row(number, read(record), label=_label(record))
        except RowFault as fault:
            yield Row(number, None, str(fault), _label(record))


def text(record: Mapping[str, Any], *names: str) -> str:
    """Return the first of some fields that is there, as a text without surrounding blanks; empty where none is.

    Raises:
        RowFault: it is no text and no number.
    """
    for name in names:
        value = record.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise RowFault(f"{name} must be a text.")
        return str(value).strip()
    return ""


def truth(record: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """Return a field that is true or false, in any usual spelling.

    Raises:
        RowFault: it is neither.
    """
    value = record.get(name)
    if value is None:
        return default
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise RowFault(f"{name} must be true or false.")


def table(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a field that is an object, or a text that holds one; empty where it is not there.

    Raises:
        RowFault: it is neither.
    """
    value = record.get(name)
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise RowFault(f"{name} must be a JSON object.") from None
    if not isinstance(value, Mapping):
        raise RowFault(f"{name} must be a JSON object.")
    return {str(key): plain(part) for key, part in value.items()}


def items(record: Mapping[str, Any], name: str) -> list[Any]:
    """Return a field that is a list; empty where it is not there.

    Raises:
        RowFault: it is no list.
    """
    value = record.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise RowFault(f"{name} must be a list.")
    return value


def objects(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a field that is a list of objects; empty where it is not there.

    Raises:
        RowFault: it is something else.
    """
    found = items(record, name)
    if not all(isinstance(one, Mapping) for one in found):
        raise RowFault(f"{name} must be a list of objects.")
    return found


def moment(record: Mapping[str, Any], *names: str) -> datetime | None:
    """Return the first of some fields that is there, as a time: RFC 3339, seconds or milliseconds since 1970.

    Raises:
        RowFault: it is none of these.
    """
    written = text(record, *names)
    if not written:
        return None
    try:
        if written.replace(".", "", 1).lstrip("-").isdigit():
            seconds = float(written)
            return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= _MILLISECONDS_FROM else seconds, UTC)
        found = datetime.fromisoformat(written.replace("Z", "+00:00").replace(" UTC", "+00:00"))
    except (ValueError, OverflowError, OSError):
        raise RowFault(f"{names[0]} must be a time, such as 2024-07-15T06:27:32Z.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def plain(value: Any) -> Any:
    """Return a value whose numbers are those of JSON: the streaming reader gives decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def split_name(full: str) -> tuple[str, str]:
    """Return the first name and the rest of a name that is written as one; a guess, but a reversible one."""
    first, _, last = full.strip().partition(" ")
    return first, last.strip()


def _label(record: Mapping[str, Any]) -> str:
    for name in ("email", "primary_email_address", "user_id", "localId", "id", "username", "Username"):
        value = record.get(name)
        if isinstance(value, str) and value:
            return value[:200]
    return ""
