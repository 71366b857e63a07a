from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gatepass.kit.mail.addresses import AddressKey
from gatepass.login.model import Attempt, EndReason, Refusal
from gatepass.methods.magic_link import rules
from gatepass.methods.magic_link.model import Link, Nearness, Visitor

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
MINUTES = timedelta(minutes=5)
INSTANT = timedelta(microseconds=1)
KEY = AddressKey("ana@example.com")
ATTEMPT = Attempt(
    id="a", application_id="app", method="magic_link", state_hash=b"s", address="ana@example.com", address_key=KEY,
    browser_hash=b"cookie", network="192.0.2.7", user_agent="Agent", match_number=42, failures=0, created_at=NOW,
    expires_at=NOW + MINUTES, verified_at=None, handed_out_at=None, ended_at=None, end_reason=None, user_id=None,
    session_id=None, answer_sealed=None,
)  # fmt: skip
LINK = Link("l", "a", KEY, b"handle", b"secret", NOW, NOW + MINUTES, None)


@pytest.mark.parametrize(
    ("cookie", "network", "nearness"),
    [
        (b"cookie", "192.0.2.7", Nearness.HERE),
        (b"cookie", "203.0.113.9", Nearness.HERE),
        (b"other", "192.0.2.7", Nearness.NEARBY),
        (None, "192.0.2.7", Nearness.NEARBY),
        (b"other", "192.0.2.8", Nearness.ELSEWHERE),
        (None, "203.0.113.9", Nearness.ELSEWHERE),
        (None, "", Nearness.ELSEWHERE),
    ],
)
def test_the_cookie_proves_the_browser_and_the_address_only_hints(
    cookie: bytes | None, network: str, nearness: Nearness
) -> None:
    assert rules.nearness(ATTEMPT, Visitor(cookie, network, "Agent"), knows_networks=True) is nearness


def test_no_cookie_on_either_side_is_not_the_same_browser() -> None:
    without = replace(ATTEMPT, browser_hash=None)
    assert rules.nearness(without, Visitor(None, "203.0.113.9", "Agent"), knows_networks=True) is Nearness.ELSEWHERE
    assert rules.nearness(without, Visitor(b"", "203.0.113.9", "Agent"), knows_networks=True) is Nearness.ELSEWHERE


@pytest.mark.parametrize(
    ("network", "nearness"),
    [
        ("2001:db8:1:2:ffff::9", Nearness.NEARBY),
        ("2001:db8:1:3::1", Nearness.ELSEWHERE),
        ("192.0.2.7", Nearness.ELSEWHERE),
    ],
)
def test_an_ipv6_neighbour_is_whoever_shares_the_first_64_bits(network: str, nearness: Nearness) -> None:
    attempt = replace(ATTEMPT, network="2001:db8:1:2::1")
    assert rules.nearness(attempt, Visitor(None, network, "Agent"), knows_networks=True) is nearness


@pytest.mark.parametrize(
    ("link", "attempt", "after", "refusal"),
    [
        (LINK, ATTEMPT, timedelta(0), None),
        (LINK, ATTEMPT, MINUTES - INSTANT, None),
        (LINK, ATTEMPT, MINUTES, Refusal.EXPIRED),
        (LINK, replace(ATTEMPT, expires_at=NOW + MINUTES * 2), MINUTES, Refusal.EXPIRED),
        (replace(LINK, spent_at=NOW), ATTEMPT, timedelta(0), Refusal.ALREADY_USED),
        (LINK, replace(ATTEMPT, verified_at=NOW), timedelta(0), Refusal.ALREADY_USED),
        (LINK, replace(ATTEMPT, ended_at=NOW, end_reason=EndReason.DECLINED), timedelta(0), Refusal.ENDED),
    ],
)
def test_a_link_is_over_when_it_or_its_attempt_is(
    link: Link, attempt: Attempt, after: timedelta, refusal: Refusal | None
) -> None:
    assert rules.refusal(link, attempt, NOW + after) is refusal


@pytest.mark.parametrize(
    ("typed", "fits"), [("42", True), (" 42 ", True), ("24", False), ("", False), ("042", False), ("4\uff12", False)]
)
def test_the_number_is_the_one_that_the_waiting_screen_shows(typed: str, fits: bool) -> None:
    assert rules.is_match(ATTEMPT, typed) is fits


@pytest.mark.parametrize("typed", ["", "None", "0", "42"])
def test_no_number_fits_where_none_is_shown(typed: str) -> None:
    assert not rules.is_match(replace(ATTEMPT, match_number=None), typed)


def test_behind_a_proxy_that_nobody_named_no_visitor_is_near() -> None:
    asked = replace(ATTEMPT, browser_hash=None, network="203.0.113.9")
    visitor = Visitor(None, "203.0.113.9", "Agent")
    assert rules.nearness(asked, visitor, knows_networks=True) is Nearness.NEARBY
    assert rules.nearness(asked, visitor, knows_networks=False) is Nearness.ELSEWHERE
