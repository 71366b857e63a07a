"""Copying the write-ahead log back into the file beside the requests, so that no request pays for it."""

import logging
import sqlite3
import threading
from pathlib import Path

from gatepass.kit.db.sqlite.connection import connect

_LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 0.5
_LONGEST_LOG_PAGES = 16_384  # 64 MiB; beyond that writers wait a moment, so that the log starts again from its head
_PATIENCE_MILLISECONDS = 250


class Checkpointer:
    """A daemon thread with a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._has_work = True
        self._path = path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gatepass-checkpoint", daemon=True)

    def start(self) -> None:
        """Begin to look every half second whether there is something to copy."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to copy."""
        self._has_work = True

    def stop(self) -> None:
        """Copy the whole log, empty it, and end; blocks for as long as that takes."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        is_last = False
        while not is_last:
            is_last = self._stop.wait(_EVERY_SECONDS)
            if not (self._has_work or is_last):
                continue
            self._has_work = False
            try:
                connection = connection or connect(
                    self._path, is_reader=False, busy_milliseconds=_PATIENCE_MILLISECONDS
                )
                if not _checkpoint(connection, is_last=is_last):
                    self._has_work = True
            except sqlite3.Error as error:
                self._has_work = True
                _LOG.warning("The write-ahead log could not be copied: %s", error)
                if connection is not None:
                    connection.close()
                    connection = None
        if connection is not None:
            connection.close()


def _checkpoint(connection: sqlite3.Connection, *, is_last: bool) -> bool:
    """Copy what can be copied and return whether nothing is left."""
    log_pages, copied_pages = _pragma(connection, "TRUNCATE" if is_last else "PASSIVE")
    if not is_last and log_pages > _LONGEST_LOG_PAGES:
        log_pages, copied_pages = _pragma(connection, "RESTART")
    return copied_pages >= log_pages


def _pragma(connection: sqlite3.Connection, mode: str) -> tuple[int, int]:
    _, log_pages, copied_pages = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return log_pages, copied_pages
