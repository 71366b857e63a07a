"""A circuit breaker for the way out.

When nothing can leave at all, thousands of waiting messages must not each find that out for themselves. The breaker
opens at the first such failure, lets a message on each line try after a growing pause, and closes when one has left.
"""

import asyncio
import random
from datetime import timedelta
from typing import Final

_FIRST_PAUSE: Final = timedelta(seconds=0.5)
_LONGEST_PAUSE: Final = timedelta(seconds=30)


class Breaker:
    """Remembers whether messages can leave, and how long to leave them alone where they can't."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_doubtful(self) -> bool:
        """Whether the last try found nothing leaving, so that few messages should try next."""
        return self._failures > 0

    def remaining(self) -> timedelta:
        """Return how long nothing should be tried."""
        return timedelta(seconds=max(0.0, self._open_until - asyncio.get_running_loop().time()))

    def trip(self) -> None:
        """Note that nothing can leave; several who find out at once count once."""
        if self.remaining():
            return
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures, 10), _LONGEST_PAUSE).total_seconds()
        self._failures += 1
        spread = 0.75 + random.random() / 2  # noqa: S311 - jitter, no secret
        self._open_until = asyncio.get_running_loop().time() + pause * spread

    def close(self) -> None:
        """Note that a message has left."""
        self._failures = 0
        self._open_until = 0.0
