"""A file of any format, opened by the name of its format."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gatepass.transfer.model import Format, Row
from gatepass.transfer.readers import auth0, clerk, cognito, firebase, keycloak, tables
from gatepass.transfer.readers.source import SourceFile

__all__ = ["SourceFile", "open_rows"]

_READERS: dict[Format, Callable[[SourceFile, int], Iterator[Row]]] = {
    Format.AUTH0: auth0.read,
    Format.KEYCLOAK: keycloak.read,
    Format.CLERK: clerk.read,
    Format.COGNITO: cognito.read,
    Format.CSV: tables.read,
}


def open_rows(kind: Format, source: SourceFile, skip: int, parameters: Mapping[str, Any] | None) -> Iterator[Row]:
    """Yield the rows of a file.

    Args:
        kind: its format.
        source: the file.
        skip: how many rows were dealt with before.
        parameters: for Firebase, the hash parameters of the project; None where there are none.

    Raises:
        UnreadableFile: it is no such file, or breaks off.
        OSError: it can't be read.
    """
    if kind is Format.FIREBASE:
        return firebase.read(source, skip, parameters)
    return _READERS[kind](source, skip)
