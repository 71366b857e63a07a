"""When to try again, when to give up, and what may leave."""

from datetime import UTC, datetime, timedelta

import pytest

from gatepass.outbox.model import (
    Dead,
    Declined,
    DeliveryFailure,
    Envelope,
    PermanentFailure,
    Postponed,
    TemporaryFailure,
    Unreachable,
)
from gatepass.outbox.rules import (
    after_failure,
    after_post_failure,
    header_text,
    is_expired,
    judged_status,
    may_still_be_sent,
    retry_delay,
    scrubbed,
    single_line,
)
from gatepass.outbox.settings import OutboxSettings

_NOW = datetime(2030, 1, 1, tzinfo=UTC)
_SETTINGS = OutboxSettings(retry_first=timedelta(seconds=4), retry_longest=timedelta(seconds=100), attempts=5)


def _envelope(*, attempts: int = 0, not_after: datetime | None = None, due_at: datetime = _NOW) -> Envelope:
    return Envelope(
        id="id",
        reason="magic_link.requested",
        recipient="ada@example.com",
        message_id="<m@gatepass.test>",
        payload=b"",
        created_at=_NOW,
        due_at=due_at,
        not_after=not_after,
        lease="lease",
        attempts=attempts,
    )


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [(1, 0.5, 4), (2, 0.5, 8), (3, 0.5, 16), (1, 0, 3), (1, 1, 5), (6, 0.5, 100), (10_000, 1, 125)],
)
def test_each_failure_doubles_the_wait_up_to_a_bound(failures: int, chance: float, seconds: float) -> None:
    assert retry_delay(failures, _SETTINGS, chance) == timedelta(seconds=seconds)


def test_a_temporary_failure_is_tried_again_and_counted() -> None:
    outcome = after_failure(_envelope(), TemporaryFailure("451 later"), _NOW, _SETTINGS, 0.5)

    assert outcome == Postponed(due_at=_NOW + timedelta(seconds=4), error="451 later", is_counted=True)


def test_the_last_allowed_failure_kills() -> None:
    assert after_failure(_envelope(attempts=4), TemporaryFailure("451"), _NOW, _SETTINGS, 0.5) == Dead("451")


def test_a_permanent_failure_kills_at_once() -> None:
    assert after_failure(_envelope(), PermanentFailure("550"), _NOW, _SETTINGS, 0.5) == Dead("550")


def test_an_unreachable_server_never_kills_a_mail() -> None:
    outcome = after_failure(_envelope(attempts=9_999), Unreachable("no route"), _NOW, _SETTINGS, 0.5)

    assert outcome == Postponed(due_at=_NOW, error="no route", is_counted=False)


def test_a_mail_expires_at_its_moment_and_not_before() -> None:
    assert is_expired(_envelope(not_after=_NOW), _NOW)
    assert not is_expired(_envelope(not_after=_NOW + timedelta(microseconds=1)), _NOW)
    assert not is_expired(_envelope(), _NOW)


def test_nothing_is_sent_that_could_outlive_its_claim() -> None:
    assert may_still_be_sent(_envelope(due_at=_NOW + timedelta(seconds=21)), _NOW, _SETTINGS)
    assert not may_still_be_sent(_envelope(due_at=_NOW + timedelta(seconds=20)), _NOW, _SETTINGS)


@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\x00", "\x0b", "\x85", "\u2028", "\u2029", "\u202e", "\ud800"])
def test_what_could_end_or_turn_a_line_becomes_a_space(breaker: str) -> None:
    assert single_line(f"a{breaker}b") == "a b"


def test_an_encoded_word_in_a_header_is_inert_and_the_text_is_cut() -> None:
    assert "=?" not in header_text("=?utf-8?q?=0D=0ABcc:_all@example.com?= =?=?", longest=100)
    assert header_text("  a \r\n b  ", longest=100) == "a b"
    assert len(header_text("x" * 1000, longest=70)) == 70


def test_an_error_is_stored_without_links_codes_or_line_ends() -> None:
    error = "554 5.7.1 rejected:\r\nhttps://gatepass.test/v/secret and code 482917 \x00"

    assert scrubbed(error, ["482917", "abc", None, 5]) == "554 5.7.1 rejected: [link] and code [hidden]"
    assert len(scrubbed("x" * 5000, [])) == 300


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (OutboxSettings(lease=timedelta(seconds=20)), "lease must be longer"),
        (OutboxSettings(connections=0), "between 1 and 64"),
        (OutboxSettings(attempts=0), "at least one attempt"),
        (OutboxSettings(retry_first=timedelta(hours=1)), "no longer than the longest"),
    ],
)
def test_settings_that_contradict_themselves_say_so(settings: OutboxSettings, words: str) -> None:
    assert [fault for fault in settings.faults() if words in fault]


def test_the_default_settings_are_sound() -> None:
    assert OutboxSettings().faults() == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (204, None),
        (299, None),
        (101, TemporaryFailure),
        (302, Declined),
        (400, Declined),
        (410, Declined),
        (408, Unreachable),
        (429, Unreachable),
        (500, TemporaryFailure),
        (501, TemporaryFailure),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
        (599, TemporaryFailure),
    ],
)
def test_a_receivers_status_is_judged(status: int, kind: type[DeliveryFailure] | None) -> None:
    judged = judged_status(status)
    assert (type(judged) if judged else None) is kind


@pytest.mark.parametrize(
    ("failure", "failed_before", "is_given_up"),
    [
        (TemporaryFailure("x"), 0, False),
        (TemporaryFailure("x"), 6, False),
        (TemporaryFailure("x"), 7, True),
        (Unreachable("x"), 6, False),
        (Unreachable("x"), 7, True),
        (Declined("x"), 1, False),
        (Declined("x"), 2, True),
        (PermanentFailure("x"), 0, True),
    ],
)
def test_a_post_is_given_up_by_what_its_receiver_said(
    failure: DeliveryFailure, failed_before: int, is_given_up: bool
) -> None:
    outcome = after_post_failure(_envelope(attempts=failed_before), failure, _NOW, _SETTINGS, 8, 0.5)
    assert isinstance(outcome, Dead) is is_given_up
