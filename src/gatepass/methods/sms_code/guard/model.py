"""What is counted, and what was decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gatepass.methods.sms_code.model import Reason


class Window(StrEnum):
    """How long something is counted; it begins with the first message."""

    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """Return how long it lasts."""
        return timedelta(hours=1) if self is Window.HOUR else timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may go under one key within a window.

    Args:
        key: the counter's key; it says what is counted and for how long.
        window: how long.
        reason: what is said where it is spent.
        messages: how many; None where only money counts.
        micros: what they may cost, in millionths of the operator's currency; None where only their number counts.
    """

    key: str
    window: Window
    reason: Reason
    messages: int | None = None
    micros: int | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """What went under a key since its window began."""

    key: str
    window_began_at: datetime
    sent: int
    verified: int
    cost_micros: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """That nothing goes under a key for a while, and why."""

    key: str
    reason: Reason
    created_at: datetime
    until: datetime
