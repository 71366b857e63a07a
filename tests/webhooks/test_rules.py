"""Pure decisions: addresses, choices of events, tries and rests."""

from datetime import UTC, datetime, timedelta

import pytest

from gatepass.audit.model import Event, EventKind
from gatepass.webhooks.model import Answer
from gatepass.webhooks.rules import (
    GIVEN_UP_AFTER,
    MOST_ATTEMPTS,
    description_fault,
    is_wanted,
    kinds_faults,
    must_stop,
    next_try,
    rest_until,
    retry_after_of,
    shown_url,
    subject_of,
    url_fault,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAILURE = Answer(500, 12, "The receiver answered 500.")
EVENT = Event("e1", EventKind.USER_CHANGED, NOW, application_id="app", user_id="ada", organization_id="one")


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.test/hook",
        "ftp://shop.test/hook",
        "https://user:password@shop.test/hook",
        "https://shop.test/hook#part",
        "https://shop.test:25/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://localhost/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/hook",
        "https://2130706433/hook",
        "https://127.1/hook",
        "https://shop.test/hook?key=***",
        "shop.test/hook",
        "",
    ],
)
def test_an_address_that_is_not_open_to_the_world_is_refused(url: str) -> None:
    assert url_fault(url, allow_loopback=False).endswith(".")


def test_an_address_on_the_web_is_taken() -> None:
    assert url_fault("https://shop.test/hook?key=1", allow_loopback=False) == ""
    assert url_fault("https://shop.test:8443", allow_loopback=False) == ""


def test_a_development_machine_may_be_told_itself_and_no_other_inner_host() -> None:
    assert url_fault("http://127.0.0.1:3000/hook", allow_loopback=True) == ""
    assert url_fault("http://localhost:3000/hook", allow_loopback=True) == ""
    assert url_fault("http://shop.test/hook", allow_loopback=True) != ""
    assert url_fault("https://10.0.0.1/hook", allow_loopback=True) != ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://shop.test/hook", "https://shop.test/hook"),
        ("https://shop.test/hook?key=s3cret&v=1", "https://shop.test/hook?key=***&v=***"),
        ("https://shop.test/hook?s3cret", "https://shop.test/hook?=***"),
        ("https://chat.test/services/T0AB/B0CD/Xz81mNqPl0Rs7TuVwXyZ", "https://chat.test/services/T0AB/B0CD/***"),
        ("https://shop.test/api/v1/notifications-receiver", "https://shop.test/api/v1/notifications-receiver"),
        ("https://shop.test:8443/", "https://shop.test:8443/"),
    ],
)
def test_what_may_be_secret_in_an_address_is_not_shown(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_kinds_families_and_all_can_be_chosen() -> None:
    assert kinds_faults(["*"]) == kinds_faults(["account", "session"]) == kinds_faults(["user.account.changed"]) == []


@pytest.mark.parametrize("kinds", [[], ["user.*"], ["account", "nothing"], ["*"] * 201])
def test_a_choice_of_nothing_or_of_what_there_is_not_is_refused(kinds: list[str]) -> None:
    assert kinds_faults(kinds)


def test_a_description_is_short_and_of_one_line() -> None:
    assert description_fault("The shop's.") == ""
    assert description_fault("a\nb")
    assert description_fault("a" * 501)


def test_an_event_is_wanted_by_its_kind_its_family_or_with_all() -> None:
    assert is_wanted(EVENT, ("user.account.changed",), "")
    assert is_wanted(EVENT, ("account",), "one")
    assert is_wanted(EVENT, ("*",), "")
    assert not is_wanted(EVENT, ("session", "user.account.deleted"), "")
    assert not is_wanted(EVENT, ("*",), "two")


def test_the_subject_is_the_person_before_the_organization() -> None:
    assert subject_of(EVENT) == "ada"
    assert subject_of(Event("e2", EventKind.SIGNING_KEY_ADDED, NOW)) == ""


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_twelve_tries_are_made_within_three_days(chance: float) -> None:
    at, tries = NOW, 1
    while (later := next_try(tries, NOW, FAILURE, at, chance)) is not None:
        assert later > at
        at, tries = later, tries + 1
    assert tries == MOST_ATTEMPTS == 12
    assert timedelta(days=2.6) < at - NOW < GIVEN_UP_AFTER


def test_a_delivery_that_is_three_days_old_is_given_up() -> None:
    assert next_try(2, NOW, FAILURE, NOW + GIVEN_UP_AFTER, 0.5) is None


def test_a_receiver_that_asks_to_be_left_alone_is_for_an_hour_at_most() -> None:
    def after(seconds: int) -> timedelta:
        answer = Answer(429, 1, "The receiver answered 429.", retry_after=seconds)
        assert next_try(1, NOW, answer, NOW, 0.5) == rest_until(1, answer, NOW, 0.5)
        return rest_until(1, answer, NOW, 0.5) - NOW

    assert after(90) == timedelta(seconds=90)
    assert after(10**8) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("", None),
        ("-1", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("9" * 50, 999999999),
    ],
)
def test_the_header_retry_after_is_read_as_seconds(header: str, seconds: int | None) -> None:
    assert retry_after_of(header) == seconds


def test_an_endpoint_rests_from_its_third_failure_on_and_never_longer_than_minutes() -> None:
    rests = [rest_until(failures, FAILURE, NOW, 0.5) - NOW for failures in range(1, 30)]
    assert rests[:2] == [timedelta(0)] * 2
    assert rests[2] == timedelta(seconds=5)
    assert rests == sorted(rests)
    assert rests[-1] == timedelta(minutes=5)


def test_an_endpoint_that_failed_for_three_days_must_stop() -> None:
    assert not must_stop(NOW, NOW + timedelta(days=2, hours=23))
    assert must_stop(NOW, NOW + timedelta(days=3))
