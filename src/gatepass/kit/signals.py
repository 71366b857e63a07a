"""Bells inside one process: who waits for something is woken by the commit that brings it.

A bell carries no news, only that there may be some; who hears it reads the database. Across processes nobody rings,
so who waits there also looks from time to time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Bell:
    """Rings once for everybody who listens."""

    __slots__ = ("_rung",)

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits, and whoever will."""
        self._rung.set()

    async def wait(self, seconds: float, *, unless: "asyncio.Future[Any] | None" = None) -> None:
        """Wait until the bell has rung, at most so many seconds; then it can ring anew.

        Args:
            seconds: how long to wait at most.
            unless: ends the wait too, as soon as it is done.
        """
        rung = asyncio.ensure_future(self._rung.wait())
        try:
            await asyncio.wait({rung, unless} if unless else {rung}, timeout=seconds, return_when="FIRST_COMPLETED")
        finally:
            rung.cancel()
        self._rung.clear()


class Signals:
    """Bells by topic, kept only while somebody listens."""

    def __init__(self) -> None:
        self._bells: dict[str, set[Bell]] = {}
        self.is_closed = False

    @contextmanager
    def listen(self, topic: str) -> Iterator[Bell]:
        """Yield a bell that rings when the topic is announced; begin to listen before reading what it is about."""
        bell = Bell()
        self._bells.setdefault(topic, set()).add(bell)
        try:
            yield bell
        finally:
            bells = self._bells[topic]
            bells.discard(bell)
            if not bells:
                del self._bells[topic]

    def announce(self, topic: str) -> None:
        """Ring every bell of a topic."""
        for bell in self._bells.get(topic, ()):
            bell.ring()

    def close(self) -> None:
        """Ring every bell, because the process is about to stop and nobody should wait here any more."""
        self.is_closed = True
        for topic in list(self._bells):
            self.announce(topic)
