"""A file that is read once from its beginning, and how much of it has been read."""

import hashlib
import io
from pathlib import Path
from typing import IO, Any

_PIECE = 1 << 20


class SourceFile:
    """A file on the way in.

    Args:
        path: where it stands.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        self.suffix = path.suffix
        self.bytes_read = 0

    @property
    def size(self) -> int:
        """Return how many bytes it has."""
        return self._path.stat().st_size

    def open(self) -> IO[bytes]:
        """Open it; what is read from now on is counted.

        Raises:
            OSError: it can't be read.
        """
        return io.BufferedReader(_Counted(self, self._path), _PIECE)

    def digest(self) -> str:
        """Return the SHA-256 of what it holds, in hexadecimal."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class _Counted(io.FileIO):
    def __init__(self, source: SourceFile, path: Path) -> None:
        super().__init__(path)
        self._source = source

    def readinto(self, buffer: Any) -> int | None:
        done = super().readinto(buffer)
        self._source.bytes_read = self.tell()
        return done
