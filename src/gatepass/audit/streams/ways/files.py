"""Into a file below the folder that the settings allow; to rotate it is another program's work.

The file is opened anew for each batch, so that one that was moved away is made again.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gatepass.audit.streams.model import NotTaken, StreamTarget

_MODE: Final = 0o640
_SUFFIXES: Final = (".log", ".jsonl")


@dataclass(frozen=True, slots=True)
class FileWay:
    """Writes batches.

    Args:
        folder: below which files may be written; None for nowhere.
    """

    folder: Path | None

    def path_of(self, unverified_path: str) -> Path:
        """Return where a stream writes.

        Raises:
            ValueError: the path leads out of the folder, or is no log's; the sentence says so.
        """
        if self.folder is None:
            raise ValueError("Set GATEPASS_AUDIT_STREAM_FOLDER to the folder below which streams may write.")
        relative = Path(unverified_path)
        plain = unverified_path.isprintable() and not relative.is_absolute() and ".." not in relative.parts
        if not plain or relative.suffix not in _SUFFIXES or any(part.startswith(".") for part in relative.parts):
            raise ValueError("Name a file below the folder of streams that ends in .log or .jsonl, such as gate.jsonl.")
        return self.folder / relative

    async def send(self, target: StreamTarget, lines: Sequence[bytes]) -> None:
        """Append a batch and wait until it is on the disk.

        Raises:
            NotTaken: the file can't be written.
        """
        try:
            path = self.path_of(target.path)
            await asyncio.to_thread(self._append, path, b"".join(line + b"\n" for line in lines))
        except ValueError as fault:
            raise NotTaken(str(fault)) from fault
        except OSError as error:
            raise NotTaken(f"The file can't be written: {error.strerror}.") from error

    def _append(self, path: Path, batch: bytes) -> None:
        self._refuse_detour(path)
        # A link in the file's place is not followed: whoever may write in the folder could lead us elsewhere.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, _MODE)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                # A batch of before was cut off in the middle; it comes again as a whole.
                batch = b"\n" + batch
            view = memoryview(batch)
            while view:
                view = view[file.write(view) or 0 :]
            os.fsync(descriptor)

    def _refuse_detour(self, path: Path) -> None:
        """Refuse a folder on the way that leads out of the allowed one."""
        if self.folder is None or not path.parent.resolve().is_relative_to(self.folder.resolve()):
            raise ValueError("The file's folder leads out of the folder of streams.")
