"""The exact promise of a limit: in no window of its length are more than its count of hits allowed.

A key's trail holds when its hits happened, the oldest overwritten first. Up to 64 hits each has its own place, and the
rule is exact both ways: a hit is refused if and only if it would be one too many. Above that, hits share places in
groups of equal size, each as old as its youngest hit; then a hit may be refused early, when fewer than two groups are
left of the count (about 3 %), but is never allowed in excess. The wait that a refusal names is the time until its
oldest place is free.
"""

import math
from array import array
from dataclasses import dataclass

from gatepass.protection.model import Limit

_PLACES = 64


@dataclass(frozen=True, slots=True)
class Gauge:
    """A limit in the numbers that judging needs: places, hits that share one, and the window in seconds."""

    places: int
    shared_by: int
    window: float


class Trail:
    """When the hits of one key happened, as far as they still matter."""

    __slots__ = ("last", "oldest", "shared", "times")

    def __init__(self) -> None:
        self.times = array("d")
        self.oldest = 0  # the place that is overwritten next, once all are taken
        self.last = -1  # the place of the last hit
        self.shared = 0  # hits in that place


def gauge(limit: Limit) -> Gauge:
    """Work out a limit's places."""
    shared_by = math.ceil(limit.count / _PLACES)
    return Gauge(places=limit.count // shared_by, shared_by=shared_by, window=limit.window.total_seconds())


def wait(trail: Trail, gauge: Gauge, now: float) -> float:
    """Return the seconds until a hit is allowed, 0.0 if it is now."""
    times = trail.times
    if len(times) < gauge.places or trail.shared < gauge.shared_by:
        return 0.0
    left = times[trail.oldest] + gauge.window - now
    return max(0.0, left)


def charge(trail: Trail, gauge: Gauge, now: float) -> None:
    """Note a hit that was allowed."""
    times = trail.times
    if trail.last >= 0 and trail.shared < gauge.shared_by:
        times[trail.last] = now
        trail.shared += 1
        return
    if len(times) < gauge.places:
        trail.last = len(times)
        times.append(now)
    else:
        trail.last = trail.oldest
        times[trail.last] = now
        trail.oldest = (trail.oldest + 1) % gauge.places
    trail.shared = 1


def is_stale(trail: Trail, gauge: Gauge, now: float) -> bool:
    """Say whether a trail's last hit no longer matters, so that the trail can be forgotten."""
    return trail.times[trail.last] + gauge.window <= now
