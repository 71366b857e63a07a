"""The file of breached passwords: sorted beginnings of their SHA-1, looked up where they lie.

Its head is followed by 65,537 places, one for each pair of first bytes and the end; then come the six bytes after that
pair of each hash, sorted. Eight bytes of twenty are enough: among a billion of them a password that is in no breach is
taken for one in twenty billion. A look-up reads two places and halves what lies between them.
"""

import hashlib
import heapq
import mmap
import os
import struct
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final

MAGIC: Final = b"GPBREACH1\x00\x00\x00\x00\x00\x00\x00"
_PAIRS: Final = 65_536
_PLACES: Final = len(MAGIC)
_ROWS: Final = _PLACES + 8 * (_PAIRS + 1)
_ROW: Final = 6
_HEX: Final = 40
_HELD: Final = 500_000  # hashes in memory at once while a list is sorted: four megabytes


class UnreadableList(Exception):
    """Raised with a sentence that says what is wrong with a list or a file."""


class BreachFile:
    """A file that is open for look-ups; the system keeps in memory what is asked for often.

    Args:
        path: where it lies.

    Raises:
        UnreadableList: it is no such file.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise UnreadableList(f"{path} can't be read: {error}.") from error
        is_whole = len(self._bytes) >= _ROWS and len(self._bytes) == _ROWS + _ROW * self._place(_PAIRS)
        if self._bytes[:_PLACES] != MAGIC or not is_whole:
            raise UnreadableList(f"{path} is no file of breached passwords; make it by `gatepass breach build`.")

    def __len__(self) -> int:
        return self._place(_PAIRS)

    def __contains__(self, password: str) -> bool:
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
        pair, wanted = digest[0] << 8 | digest[1], digest[2 : 2 + _ROW]
        low, high = self._place(pair), self._place(pair + 1)
        while low < high:
            middle = (low + high) // 2
            row = self._row(middle)
            if row == wanted:
                return True
            low, high = (middle + 1, high) if row < wanted else (low, middle)
        return False

    def hashes(self) -> Iterator[int]:
        """Yield the first eight bytes of every hash, in order, as a number."""
        for pair in range(_PAIRS):
            for at in range(self._place(pair), self._place(pair + 1)):
                yield pair << 48 | int.from_bytes(self._row(at))

    def _place(self, pair: int) -> int:
        return int(struct.unpack_from(">Q", self._bytes, _PLACES + 8 * pair)[0])

    def _row(self, at: int) -> bytes:
        start = _ROWS + _ROW * at
        return self._bytes[start : start + _ROW]


def build(path: Path, lists: Iterable[Path], known: BreachFile | None = None) -> int:
    """Make a file out of lists of SHA-1 hashes and put it in its place at once; whoever reads the old one goes on.

    The lists may be in any order and of any size; memory stays the same.

    Args:
        path: where the file is to lie.
        lists: texts with a hash a line in 40 hexadecimal digits; what follows a colon does not matter.
        known: an earlier file whose hashes are kept.

    Returns:
        How many hashes the file has.

    Raises:
        UnreadableList: a line is no hash, or a list can't be read.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".breach-") as folder:
        runs = [_values(run) for run in _sorted_runs(lists, Path(folder))]
        merged = heapq.merge(*([known.hashes()] if known is not None else []), *runs)
        made = Path(folder) / "made"
        with made.open("wb") as file:
            count = _write(file, (value for value, _ in groupby(merged)))
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    return count


def _sorted_runs(lists: Iterable[Path], folder: Path) -> Iterator[Path]:
    """Sort a part of the lists at a time, and leave each part in a file of its own."""
    held, number = array("Q"), 0
    for value in _hashes_of(lists):
        held.append(value)
        if len(held) == _HELD:
            yield _leave(held, folder / f"run-{number}")
            held, number = array("Q"), number + 1
    if held:
        yield _leave(held, folder / f"run-{number}")


def _leave(held: "array[int]", path: Path) -> Path:
    with path.open("wb") as file:
        array("Q", sorted(held)).tofile(file)
    return path


def _values(path: Path) -> Iterator[int]:
    with path.open("rb") as file:
        while part := file.read(8 * 1024):
            yield from array("Q", part)


def _hashes_of(lists: Iterable[Path]) -> Iterator[int]:
    for path in lists:
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield _parsed(line, path, number)
        except OSError as error:
            raise UnreadableList(f"{path} can't be read: {error}.") from error


def _parsed(line: bytes, path: Path, number: int) -> int:
    text = line.split(b":", 1)[0].strip()
    with suppress(ValueError):
        digest = bytes.fromhex(text.decode("ascii"))
        if len(text) == _HEX and len(digest) == _HEX // 2:
            return int.from_bytes(digest[:8])
    raise UnreadableList(f"Line {number} of {path} is no SHA-1 hash in {_HEX} hexadecimal digits.")


def _write(file: BinaryIO, values: Iterable[int]) -> int:
    places, count, pair = array("Q", [0]) * (_PAIRS + 1), 0, 0
    file.write(MAGIC)
    file.seek(_ROWS)
    for value in values:
        while pair < value >> 48:
            pair += 1
            places[pair] = count
        file.write((value & 0xFFFFFFFFFFFF).to_bytes(_ROW))
        count += 1
    for rest in range(pair + 1, _PAIRS + 1):
        places[rest] = count
    file.seek(_PLACES)
    file.write(struct.pack(f">{_PAIRS + 1}Q", *places))
    return count
