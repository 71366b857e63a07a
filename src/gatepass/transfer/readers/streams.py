"""Records out of files of any size: lines of JSON, an array somewhere in a document, or a table."""

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

import ijson

from gatepass.transfer.model import UnreadableFile
from gatepass.transfer.readers.source import SourceFile

_LONGEST_CELL = 1_000_000
_BLANKS = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def json_records(source: SourceFile, *keys: str) -> Iterator[Any]:
    """Yield the records of a JSON file: an array, an array under one of some keys, or one record a line.

    Raises:
        UnreadableFile: it is none of these, or breaks off; the records before that have been yielded.
        OSError: it can't be read.
    """
    with source.open() as file:
        first = _first_byte(file)
        if first == b"[":
            yield from _elements(source, file, "item")
            return
        if first != b"{":
            raise UnreadableFile(f"{source.name} is no JSON: it begins with neither [ nor {{.")
        key = _key_of_array(source, file, keys)
        if key:
            yield from _elements(source, file, f"{key}.item")
        else:
            yield from _lines(source, file)


def table_records(source: SourceFile, needed: str = "") -> Iterator[dict[str, str]]:
    """Yield the rows of a table of comma separated values, by the names of its header (RFC 4180).

    Args:
        source: the file, in UTF-8.
        needed: a column that must be there; empty for none.

    Raises:
        UnreadableFile: it has no header or not that column, or is not UTF-8.
        OSError: it can't be read.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with source.open() as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        try:
            reader = csv.DictReader(file, strict=True)
            names = [name.strip() for name in reader.fieldnames or ()]
            if not names or (needed and needed not in names):
                raise UnreadableFile(
                    f"{source.name} needs a first line that names its columns, {needed or 'email'} among them."
                )
            reader.fieldnames = names
            for row in reader:
                yield {name: value or "" for name, value in row.items() if isinstance(name, str)}
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnreadableFile(f"{source.name} is no table in UTF-8: {error}.") from error


def _first_byte(file: IO[bytes]) -> bytes:
    start = file.read(4096)
    file.seek(len(_BYTE_ORDER_MARK) if start.startswith(_BYTE_ORDER_MARK) else 0)
    return start.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANKS)[:1]


def _key_of_array(source: SourceFile, file: IO[bytes], keys: tuple[str, ...]) -> str:
    """Return which of the keys has an array at the top of the document; empty where none has."""
    start = file.tell()
    try:
        for prefix, event, _ in ijson.parse(file):
            if event == "start_array" and prefix in keys:
                return str(prefix)
            if event == "end_map" and prefix == "":
                return ""
    except ijson.JSONError as error:
        raise UnreadableFile(f"{source.name} is no JSON: {_said(error)}.") from error
    finally:
        file.seek(start)
    return ""


def _elements(source: SourceFile, file: IO[bytes], prefix: str) -> Iterator[Any]:
    try:
        yield from ijson.items(file, prefix)
    except ijson.JSONError as error:
        raise UnreadableFile(f"{source.name} breaks off or is no JSON: {_said(error)}.") from error


def _lines(source: SourceFile, file: IO[bytes]) -> Iterator[Any]:
    try:
        yield from ijson.items(file, "", multiple_values=True)
    except ijson.JSONError as error:
        raise UnreadableFile(f"{source.name} breaks off or is no JSON, one record a line: {_said(error)}.") from error


def _said(error: Exception) -> str:
    words = error.args[0] if error.args else ""
    shown = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return shown.splitlines()[0][:120] if shown else "it is not complete"
