"""Which connections are open, which of them are half-open, and for how long they may stay so.

Deadlines are plain attributes of a connection; one sweep a second compares them with the clock. A request that arrives
whole costs nothing here, and no timer is ever set for a single request.
"""

import asyncio
import ipaddress
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from gatepass.kit.client.networks import parse_ip

NEVER = float("inf")
# A sweep that finds thousands lets others be served in between.
_CUTS_PER_TURN = 64
_PAUSE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Bound what one connection, one network and all connections together may take; durations in seconds."""

    head_seconds: float = field(
        default=10.0,
        metadata={"doc": "A request's head must be complete this long after its first byte and after the opening."},
    )
    body_seconds: float = field(
        default=30.0, metadata={"doc": "A request's body must be complete this long after its head."}
    )
    idle_seconds: float = field(
        default=60.0, metadata={"doc": "A kept-alive connection without a request is closed after this long."}
    )
    write_seconds: float = field(
        default=30.0, metadata={"doc": "A client that reads nothing of a waiting answer for this long is cut."}
    )
    linger_seconds: float = field(
        default=2.0, metadata={"doc": "A refused client has this long to read the refusal before it is cut."}
    )
    head_bytes: int = field(default=16 * 1024, metadata={"doc": "A request's head may be this large."})
    body_bytes: int = field(
        default=8 * 1024 * 1024,
        metadata={"doc": "No request body may be larger, whatever its endpoint allows (most allow 64 KiB)."},
    )
    pipelined: int = field(
        default=64, metadata={"doc": "Requests that may wait behind an unanswered one on the same connection."}
    )
    total: int = field(default=16_000, metadata={"doc": "Open connections of one process."})
    half_open_per_network: int = field(
        default=512, metadata={"doc": "Half-open connections of one client network (IPv4 address, IPv6 /64)."}
    )
    trusted: frozenset[str] = field(
        default=frozenset(),
        metadata={"doc": "Own reverse proxies, by address or network; the limit per network does not apply to them."},
    )
    sweep_seconds: float = field(default=1.0, metadata={"doc": "How often deadlines are compared with the clock."})


@lru_cache(maxsize=4096)
def is_trusted(address: str, proxies: frozenset[str]) -> bool:
    """Tell whether an address is that of an own reverse proxy, each named by its address or by its network."""
    if not proxies:
        return False
    found = parse_ip(address)
    if found is None:
        return False  # a path: a socket of this machine
    return any(found in ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


def raise_descriptor_limit() -> int:
    """Raise this process's soft limit of open files to the hard one and return what holds then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):  # an unlimited hard limit can't be taken everywhere (macOS)
        return soft
    return hard


class Watched(Protocol):
    """What the watch needs to know of a connection and may ask of it."""

    network: str | None
    read_deadline: float
    write_deadline: float
    is_half_open: bool

    def is_idle(self) -> bool:
        """Say whether the connection waits for its next request."""

    def expire(self, now: float) -> None:
        """Do what a passed deadline asks for."""

    def evict(self) -> bool:
        """Close at once, unless an answer is under way; say whether it was closed."""


class ConnectionWatch:
    """Keep the register of one server's connections and cut those whose time is over.

    Args:
        limits: What is allowed.
        report: Called at most once a sweep with how many connections were cut or refused, by reason.
    """

    def __init__(self, limits: ConnectionLimits, report: Callable[[Counter[str]], None]) -> None:
        self.limits = limits
        self.reasons: Counter[str] = Counter()
        self._report = report
        self._open: set[Watched] = set()
        self._half_open: dict[Watched, None] = {}  # oldest first
        self._by_network: dict[str, dict[Watched, None]] = {}
        self._idle: list[Watched] = []
        self._idle_counted_at = -NEVER
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def open_connections(self) -> int:
        """Count the open connections."""
        return len(self._open)

    @property
    def half_open_connections(self) -> int:
        """Count the connections whose request is incomplete."""
        return len(self._half_open)

    def opened(self, connection: Watched, loop: asyncio.AbstractEventLoop) -> bool:
        """Register a new connection; False says that the server is full and nobody could make room."""
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(self.limits.sweep_seconds, self._sweep, loop)
        has_room = len(self._open) < self.limits.total or self._make_room(loop.time())
        self._open.add(connection)  # also one that is refused: it must be cut if it doesn't read the refusal
        if has_room:
            self.suspect(connection)
        return has_room

    def closed(self, connection: Watched) -> None:
        """Forget a connection."""
        self._open.discard(connection)
        self.clear(connection)

    def suspect(self, connection: Watched) -> None:
        """Note that a connection's request is incomplete."""
        if connection.is_half_open:
            return
        connection.is_half_open = True
        self._half_open[connection] = None
        if connection.network is not None:
            neighbours = self._by_network.setdefault(connection.network, {})
            neighbours[connection] = None
            if len(neighbours) > self.limits.half_open_per_network and next(iter(neighbours)).evict():
                self.reasons["crowded_network"] += 1

    def clear(self, connection: Watched) -> None:
        """Note that a connection's request has arrived whole, or never will."""
        if not connection.is_half_open:
            return
        connection.is_half_open = False
        self._half_open.pop(connection, None)
        if connection.network is not None:
            neighbours = self._by_network[connection.network]
            neighbours.pop(connection, None)
            if not neighbours:
                del self._by_network[connection.network]

    def _make_room(self, now: float) -> bool:
        """Close the oldest half-open connection, else the longest idle one."""
        while self._half_open:
            if next(iter(self._half_open)).evict():
                self.reasons["crowded"] += 1
                return True
        # Sorting all connections is for once a sweep, not for every stranger at the door.
        if not self._idle and now - self._idle_counted_at >= self.limits.sweep_seconds:
            self._idle_counted_at = now
            self._idle = sorted((c for c in self._open if c.is_idle()), key=lambda c: c.read_deadline, reverse=True)
        while self._idle:
            connection = self._idle.pop()
            if connection.is_idle() and connection.evict():
                self.reasons["crowded_idle"] += 1
                return True
        return False

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            return
        now = loop.time()
        overdue = [c for c in self._open if c.read_deadline <= now or c.write_deadline <= now]
        if overdue:
            self._expire(overdue, loop)
        if self.reasons:
            reasons, self.reasons = self.reasons, Counter()
            self._report(reasons)
        if self._open:
            loop.call_later(self.limits.sweep_seconds, self._sweep, loop)
        else:
            self._loop = None

    def _expire(self, overdue: list[Watched], loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in overdue[:_CUTS_PER_TURN]:
            if connection.read_deadline <= now or connection.write_deadline <= now:
                connection.expire(now)
        if len(overdue) > _CUTS_PER_TURN:
            loop.call_later(_PAUSE, self._expire, overdue[_CUTS_PER_TURN:], loop)
