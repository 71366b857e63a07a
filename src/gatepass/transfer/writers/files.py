"""Files of each format, written one person after another."""

import csv
from collections.abc import Callable
from typing import IO, Any, Protocol

import msgspec

from gatepass.transfer.model import Format, Traveller
from gatepass.transfer.readers.cells import cell
from gatepass.transfer.readers.tables import COLUMNS
from gatepass.transfer.writers import records

_encode = msgspec.json.Encoder().encode


class PeopleFile(Protocol):
    """A file that people are written to."""

    def add(self, person: Traveller) -> None:
        """Write one person."""
        ...

    def finish(self) -> None:
        """Write what comes after the last one."""
        ...


class JsonList:
    """A JSON document with one list of people.

    Args:
        file: what is written to.
        record: what a person becomes.
        head: what comes before the list.
        tail: what comes after it.
    """

    def __init__(
        self, file: IO[str], record: Callable[[Traveller], dict[str, Any]], head: str = "[", tail: str = "]"
    ) -> None:
        self._file = file
        self._record = record
        self._tail = tail
        self._separator = "\n"
        file.write(head)

    def add(self, person: Traveller) -> None:
        """Write one person."""
        self._file.write(self._separator + _encode(self._record(person)).decode())
        self._separator = ",\n"

    def finish(self) -> None:
        """Close the list and the document."""
        self._file.write(f"\n{self._tail}\n")


class Table:
    """Our own table, with its header."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        self._writer.writeheader()

    def add(self, person: Traveller) -> None:
        """Write one person."""
        self._writer.writerow({name: cell(value) for name, value in records.row(person).items()})

    def finish(self) -> None:
        """Write nothing: a table just ends."""


_RECORDS: dict[Format, tuple[Callable[[Traveller], dict[str, Any]], str, str]] = {
    Format.AUTH0: (records.auth0, "[", "]"),
    Format.FIREBASE: (records.firebase, '{"users": [', "]}"),
    Format.KEYCLOAK: (records.keycloak, '{"users": [', "]}"),
    Format.CLERK: (records.clerk, "[", "]"),
    Format.COGNITO: (records.cognito, '{"Users": [', "]}"),
}


def open_people(file: IO[str], kind: Format) -> PeopleFile:
    """Begin a file of a format.

    Args:
        file: open for writing, in UTF-8 and without translated line ends.
        kind: which format.
    """
    if kind is Format.CSV:
        return Table(file)
    record, head, tail = _RECORDS[kind]
    return JsonList(file, record, head, tail)
