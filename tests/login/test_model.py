"""Where an attempt stands at each moment, and what it refuses there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gatepass.kit.mail.addresses import AddressKey
from gatepass.login import rules
from gatepass.login.model import HAND_OUT_WITHIN, Attempt, EndReason, Refusal, Standing

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
PENDING = Attempt(
    id="a", application_id="app", method="magic_link", state_hash=b"s", address="ana@example.com",
    address_key=AddressKey("ana@example.com"), browser_hash=None, network="192.0.2.7", user_agent="Agent",
    match_number=None, failures=0, created_at=NOW, expires_at=NOW + timedelta(minutes=5), verified_at=None,
    handed_out_at=None, ended_at=None, end_reason=None, user_id=None, session_id=None, answer_sealed=None,
)  # fmt: skip
VERIFIED = replace(PENDING, verified_at=NOW)
HANDED_OUT = replace(VERIFIED, handed_out_at=NOW)
ENDED = replace(PENDING, ended_at=NOW, end_reason=EndReason.DECLINED)


@pytest.mark.parametrize(
    ("attempt", "after", "standing", "refusal"),
    [
        (PENDING, timedelta(0), Standing.PENDING, None),
        (PENDING, timedelta(minutes=5) - INSTANT, Standing.PENDING, None),
        (PENDING, timedelta(minutes=5), Standing.EXPIRED, Refusal.EXPIRED),
        (VERIFIED, HAND_OUT_WITHIN - INSTANT, Standing.VERIFIED, Refusal.ALREADY_USED),
        (VERIFIED, HAND_OUT_WITHIN, Standing.EXPIRED, Refusal.EXPIRED),
        (HANDED_OUT, timedelta(0), Standing.HANDED_OUT, Refusal.ALREADY_USED),
        (HANDED_OUT, timedelta(days=1), Standing.HANDED_OUT, Refusal.ALREADY_USED),
        (ENDED, timedelta(0), Standing.ENDED, Refusal.ENDED),
        (ENDED, timedelta(days=1), Standing.ENDED, Refusal.ENDED),
    ],
)
def test_an_attempt_stands_where_its_times_say(
    attempt: Attempt, after: timedelta, standing: Standing, refusal: Refusal | None
) -> None:
    assert attempt.standing(NOW + after) is standing
    assert attempt.refusal(NOW + after) is refusal


def test_tokens_may_be_repeated_for_thirty_seconds_after_they_were_handed_out() -> None:
    assert rules.may_repeat(HANDED_OUT, NOW)
    assert rules.may_repeat(HANDED_OUT, NOW + timedelta(seconds=30) - INSTANT)
    assert not rules.may_repeat(HANDED_OUT, NOW + timedelta(seconds=30))
    assert not rules.may_repeat(VERIFIED, NOW)


def test_the_address_of_an_attempt_is_the_one_that_is_to_be_proven() -> None:
    assert (PENDING.email.address, PENDING.email.key) == ("ana@example.com", "ana@example.com")
