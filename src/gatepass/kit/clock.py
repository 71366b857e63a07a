"""The time, asked of an object so that a test can hold it still."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_STEP: Final = timedelta(microseconds=1)
"""The finest difference that both databases keep."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...


class SystemClock:
    """Tells the machine's time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return datetime.now(UTC)


def next_moment(before: datetime, at: datetime) -> datetime:
    """Return when something changed: later than before, though the clock stood still or went back.

    A version that is told by that moment (RFC 9110 §8.8.3) never comes again.

    Args:
        before: when it changed the last time.
        at: the time.
    """
    return max(at, before + _STEP)
