"""Counting hits against limits, in this process's memory and within a bound."""

import hashlib
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from gatepass.kit.problems import Problem
from gatepass.protection.model import Limit, Per, Place, SignInLimits
from gatepass.protection.rules import Gauge, Trail, charge, gauge, is_stale, wait
from gatepass.protection.settings import LimitSettings

_LONGEST_KEY = 64
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


class _Register:
    """The trails of one limit's keys, the one charged longest ago first."""

    __slots__ = ("gauge", "limit", "trails")

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.gauge: Gauge = gauge(limit)
        self.trails: OrderedDict[str, Trail] = OrderedDict()


class Limiter:
    """Say whether something may be tried now, and how long to wait if not.

    Args:
        monotonic: The clock, in seconds; it must never go back.
        capacity: Keys remembered per limit. Beyond it the key charged longest ago is forgotten, and `forgotten`
            counts it if it still mattered.
        on_refusal: Told the name of each limit that refuses, for the metrics.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        capacity: int = 50_000,
        on_refusal: Callable[[str], None] | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._on_refusal = on_refusal
        self._capacity = capacity
        self._registers: dict[str, _Register] = {}
        self.refused: Counter[str] = Counter()
        self.forgotten = 0

    def __len__(self) -> int:
        return sum(len(register.trails) for register in self._registers.values())

    def hit(self, limit: Limit, key: str) -> float:
        """Count a hit if it is allowed and return 0.0, else return the seconds to wait."""
        now = self._monotonic()
        register, key, trail = self._find(limit, key)
        if trail is not None:
            seconds = wait(trail, register.gauge, now)
            if seconds > 0.0:
                self._refuse(limit)
                return seconds
        self._charge(register, key, trail, now)
        return 0.0

    def hit_all(self, hits: Iterable[tuple[Limit, str]]) -> float:
        """Count a hit against several limits if all allow it, else against none.

        Args:
            hits: Pairs of a limit and a key, each limit at most once.

        Returns:
            0.0, or the seconds until all of them would allow it.
        """
        now = self._monotonic()
        longest = 0.0
        found = []
        for limit, key in hits:
            entry = self._find(limit, key)
            found.append(entry)
            register, _, trail = entry
            if trail is not None:
                seconds = wait(trail, register.gauge, now)
                if seconds > 0.0:
                    self._refuse(limit)
                    longest = max(longest, seconds)
        if longest == 0.0:
            for register, key, trail in found:
                self._charge(register, key, trail, now)
        return longest

    def _refuse(self, limit: Limit) -> None:
        self.refused[limit.name] += 1
        if self._on_refusal is not None:
            self._on_refusal(limit.name)

    def _find(self, limit: Limit, key: str) -> tuple[_Register, str, Trail | None]:
        register = self._registers.get(limit.name)
        if register is None or (register.limit is not limit and register.limit != limit):
            register = self._registers[limit.name] = _Register(limit)
        if len(key) > _LONGEST_KEY:  # a stranger's key must not decide how much memory it takes
            key = hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=24).hexdigest()
        return register, key, register.trails.get(key)

    def _charge(self, register: _Register, key: str, trail: Trail | None, now: float) -> None:
        trails = register.trails
        if trail is None:
            self._make_room(register, now)
            trail = trails[key] = Trail()
        else:
            trails.move_to_end(key)
        charge(trail, register.gauge, now)

    def _make_room(self, register: _Register, now: float) -> None:
        # Two for one, so that a register shrinks to what still matters without ever being searched.
        trails = register.trails
        for _ in range(2):
            if not trails:
                return
            oldest = next(iter(trails))
            is_full = len(trails) >= self._capacity
            if is_stale(trails[oldest], register.gauge, now):
                del trails[oldest]
            elif is_full:
                self.forgotten += 1
                del trails[oldest]
                return
            else:
                return


class Occupancy:
    """Counts who waits, by key; in this process's memory, forgotten as soon as they leave."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()

    @contextmanager
    def hold(self, places: Iterable[Place]) -> Iterator[None]:
        """Hold a place under each key for as long as the context lasts.

        Args:
            places: pairs of a key and how many may wait under it at once.

        Raises:
            Problem: one of them is full (`too_many_waiting`, 429); none is held then.
        """
        taken = list(places)
        if any(self._waiting[key] >= most for key, most in taken):
            raise Problem(
                "too_many_waiting",
                429,
                "Too many are waiting from there already; close another waiting page, or ask again without waiting.",
                retry_after=5,
            )
        for key, _ in taken:
            self._waiting[key] += 1
        try:
            yield
        finally:
            for key, _ in taken:
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    del self._waiting[key]


def retry_after(seconds: float) -> int:
    """Return a wait in whole seconds, as Retry-After states it (RFC 9110 §10.2.3): never too few."""
    return max(1, math.ceil(seconds))


def sign_in_limits(settings: LimitSettings) -> SignInLimits:
    """Make the limits of a sign-in's first steps, and of what programs call, from the settings."""
    in_an_hour = {
        "send_per_address": (Per.ADDRESS, settings.sends_per_address_and_hour),
        "send_per_network": (Per.NETWORK, settings.sends_per_network_and_hour),
        "registration_per_network": (Per.NETWORK, settings.registrations_per_network_and_hour),
    }
    in_a_minute = {
        "send_per_application": (Per.APPLICATION, settings.sends_per_application_and_minute),
        "verify_per_network": (Per.NETWORK, settings.verifies_per_network_and_minute),
        "status_per_attempt": (Per.ATTEMPT, settings.polls_per_attempt_and_minute),
        "status_per_network": (Per.NETWORK, settings.polls_per_network_and_minute),
        "check_per_application": (Per.APPLICATION, settings.checks_per_application_and_minute),
        "refresh_per_network": (Per.NETWORK, settings.refreshes_per_network_and_minute),
        "token_per_network": (Per.NETWORK, settings.tokens_per_network_and_minute),
        "token_per_application": (Per.APPLICATION, settings.tokens_per_application_and_minute),
        "authorize_per_network": (Per.NETWORK, settings.authorizations_per_network_and_minute),
        "failure_per_network": (Per.NETWORK, settings.failures_per_network_and_minute),
        "failure_per_application": (Per.APPLICATION, settings.failures_per_application_and_minute),
        "document_per_network": (Per.NETWORK, settings.documents_per_network_and_minute),
        "management_per_caller": (Per.CALLER, settings.management_calls_per_caller_and_minute),
    }
    limits = {
        name: Limit(name, per, max(1, round(count * settings.scale)), window)
        for window, counts in ((_HOUR, in_an_hour), (_MINUTE, in_a_minute))
        for name, (per, count) in counts.items()
    }
    return SignInLimits(**limits)
