"""The threads that hash, and the queue before them, which has an end.

What it may take is bounded: `threads` hashes at once, each with its own memory, and `most_waiting` that wait for one.
Whoever comes then is told at once to come again, so that a storm of sign-ins by password never holds up anything else
that the server does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from gatepass.kit.problems import Problem

T = TypeVar("T")
_RETRY_AFTER: Final = 2


class HashingPool:
    """Runs what takes a processor for long.

    Args:
        threads: how many at once.
        most_waiting: how many may wait.
        on_change: told how many more or fewer are inside, for the metrics.
        on_refusal: told of each that was sent away, for the metrics.
    """

    def __init__(
        self,
        threads: int,
        most_waiting: int,
        on_change: Callable[[int], None] | None = None,
        on_refusal: Callable[[], None] | None = None,
    ) -> None:
        self._most = threads + most_waiting
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._on_change = on_change
        self._on_refusal = on_refusal
        self.inside = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place in the queue; whoever has one may run what they need, one thing after another.

        Taken before a guess is charged, so that nobody pays for a guess that was never judged.

        Raises:
            Problem: there is none left (`too_busy`, 503).
        """
        if self.inside >= self._most:
            if self._on_refusal is not None:
                self._on_refusal()
            sentence = "Many people are signing in by password right now. Try again in a moment."
            raise Problem("too_busy", 503, sentence, retry_after=_RETRY_AFTER)
        self._move(1)
        try:
            yield
        finally:
            self._move(-1)

    async def run(self, work: Callable[[], T]) -> T:
        """Do something in a thread and return what came of it; the caller holds a place."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _move(self, by: int) -> None:
        self.inside += by
        if self._on_change is not None:
            self._on_change(by)
