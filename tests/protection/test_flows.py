from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepass.protection.flows import Limiter, retry_after, sign_in_limits
from gatepass.protection.model import Limit, Per
from gatepass.protection.settings import LimitSettings

HOUR = timedelta(hours=1)


class FrozenClock:
    """Stands still until it is moved; in whole seconds, so that sums are exact."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def limit(count: int, window: timedelta = HOUR, name: str = "sends") -> Limit:
    return Limit(name, Per.ADDRESS, count, window)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def limiter(clock: FrozenClock) -> Limiter:
    return Limiter(clock)


def test_the_sixth_mail_within_an_hour_waits_until_the_first_is_an_hour_old(
    limiter: Limiter, clock: FrozenClock
) -> None:
    five = limit(5)
    for _ in range(5):
        assert limiter.hit(five, "ada@example.test") == 0.0
        clock.seconds += 60
    assert limiter.hit(five, "ada@example.test") == 3600 - 300
    assert limiter.hit(five, "grace@example.test") == 0.0
    clock.seconds += 3600 - 300
    assert limiter.hit(five, "ada@example.test") == 0.0
    assert limiter.hit(five, "ada@example.test") == 60
    assert limiter.refused == {"sends": 2}


def test_a_refusal_costs_nothing_more(limiter: Limiter, clock: FrozenClock) -> None:
    two = limit(2)
    limiter.hit(two, "a")
    limiter.hit(two, "a")
    for _ in range(1000):
        assert limiter.hit(two, "a") > 0
    clock.seconds += 3600
    assert limiter.hit(two, "a") == 0.0


def test_none_of_several_limits_is_charged_when_one_refuses(limiter: Limiter, clock: FrozenClock) -> None:
    narrow, wide = limit(1, name="narrow"), limit(2, timedelta(minutes=1), name="wide")
    assert limiter.hit_all([(wide, "network"), (narrow, "ada")]) == 0.0
    for _ in range(5):
        assert limiter.hit_all([(wide, "network"), (narrow, "ada")]) == 3600
    assert limiter.hit_all([(wide, "network"), (narrow, "grace")]) == 0.0
    assert limiter.hit_all([(wide, "network"), (narrow, "ada")]) == 3600  # the longest of both waits
    assert limiter.hit_all([(wide, "network"), (narrow, "edith")]) == 60
    clock.seconds += 60
    assert limiter.hit_all([(wide, "network"), (narrow, "edith")]) == 0.0


@settings(deadline=None, max_examples=150)
@given(
    count=st.one_of(st.integers(1, 12), st.sampled_from([63, 64, 65, 100, 129, 300, 1000])),
    window=st.integers(1, 60),
    gaps=st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 7, 30, 61]), min_size=1, max_size=400),
    tries=st.integers(1, 12),
)
def test_no_window_ever_holds_more_than_the_count_and_waits_are_true(
    count: int, window: int, gaps: list[int], tries: int
) -> None:
    clock = FrozenClock()
    limiter, some = Limiter(clock), limit(count, timedelta(seconds=window))
    allowed: list[float] = []
    for gap in gaps:
        clock.seconds += gap
        for _ in range(tries):
            seconds = limiter.hit(some, "key")
            recent = sum(1 for at in allowed if at > clock.seconds - window)
            if seconds == 0.0:
                assert recent < count
                allowed.append(clock.seconds)
            else:
                assert recent == count if count <= 64 else recent > count * (1 - 2 / 32)
                assert 0 < seconds <= window
                _assert_wait_is_true(clock, limiter, some, seconds)


def _assert_wait_is_true(clock: FrozenClock, limiter: Limiter, some: Limit, seconds: float) -> None:
    now = clock.seconds
    clock.seconds = now + seconds - 1
    if seconds > 1:
        assert limiter.hit(some, "key") > 0  # a second before it is still refused
    clock.seconds = now + seconds
    limiter.hit(_NEVER, "blocked")
    before = limiter.refused[some.name]
    assert limiter.hit_all([(some, "key"), (_NEVER, "blocked")]) > 0  # not charged, because the other refuses
    assert limiter.refused[some.name] == before  # and free
    clock.seconds = now


_NEVER = Limit("never", Per.NETWORK, 1, timedelta(days=36_500))


def test_memory_is_bounded_and_what_is_forgotten_early_is_counted(clock: FrozenClock) -> None:
    limiter, one = Limiter(clock, capacity=100), limit(1)
    for number in range(1_000):
        assert limiter.hit(one, f"key {number}") == 0.0
    assert len(limiter) == 100
    assert limiter.forgotten == 900
    assert limiter.hit(one, "key 999") == 3600
    assert limiter.hit(one, "key 0") == 0.0  # forgotten: this is what the bound costs


def test_what_no_longer_matters_is_forgotten_without_being_asked_for(clock: FrozenClock) -> None:
    limiter, one = Limiter(clock), limit(1)
    for number in range(1_000):
        limiter.hit(one, f"old {number}")
    clock.seconds += 3600
    for number in range(600):
        limiter.hit(one, f"new {number}")
    assert len(limiter) == 600
    assert limiter.forgotten == 0


def test_a_long_key_takes_no_more_memory_than_a_short_one_and_stays_itself(limiter: Limiter) -> None:
    one = limit(1)
    assert limiter.hit(one, "a" * 100_000 + "b") == 0.0
    assert limiter.hit(one, "a" * 100_000 + "b") > 0
    assert limiter.hit(one, "a" * 100_000 + "\ud800") == 0.0
    assert max(len(key) for key in limiter._registers["sends"].trails) <= 64


def test_a_changed_limit_starts_afresh_and_an_equal_one_does_not(limiter: Limiter) -> None:
    assert limiter.hit(limit(1), "a") == 0.0
    assert limiter.hit(limit(1), "a") > 0
    assert limiter.hit(limit(2), "a") == 0.0


@pytest.mark.parametrize(("seconds", "header"), [(0.001, 1), (1.0, 1), (1.2, 2), (59.99, 60), (3600.0, 3600)])
def test_retry_after_never_sends_a_client_back_too_soon(seconds: float, header: int) -> None:
    assert retry_after(seconds) == header


def test_a_poll_every_five_seconds_and_a_burst_are_fine(limiter: Limiter, clock: FrozenClock) -> None:
    polls = sign_in_limits(LimitSettings()).status_per_attempt
    for _ in range(120):
        assert limiter.hit(polls, "attempt") == 0.0
        clock.seconds += 5
    for _ in range(48):
        assert limiter.hit(polls, "attempt") == 0.0


def test_scale_multiplies_every_count_and_leaves_at_least_one() -> None:
    assert sign_in_limits(LimitSettings(scale=10)).send_per_address.count == 50
    assert sign_in_limits(LimitSettings(scale=0.001)).send_per_address.count == 1
    with pytest.raises(ValueError, match="scale"):
        LimitSettings(scale=0)


@pytest.mark.parametrize(("count", "window"), [(0, HOUR), (-1, HOUR), (1, timedelta(0))])
def test_a_limit_that_allows_nothing_is_a_mistake(count: int, window: timedelta) -> None:
    with pytest.raises(ValueError, match="at least one hit"):
        limit(count, window)


def test_every_setting_says_what_it_is_for() -> None:
    for name, setting in LimitSettings.__dataclass_fields__.items():
        assert setting.metadata["doc"], name
