"""What becomes of a domain, look by look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gatepass.domains import rules
from gatepass.domains.model import CustomDomain, DomainState, Seen
from gatepass.kit.problems import Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = CustomDomain(
    "1" * 24, "auth.shop.example", "2" * 24, DomainState.PENDING, "challenge", NOW, NOW, None, None, NOW, 0, ""
)
ALL, NOTHING = Seen(has_proof=True, points_here=True), Seen(has_proof=False, points_here=False)
PROOF_ALONE, POINTING_ALONE = Seen(has_proof=True, points_here=False), Seen(has_proof=False, points_here=True)
SILENCE = [
    *(Seen(has_proof=None, points_here=points) for points in (True, False, None)),
    *(Seen(has_proof=proof, points_here=None) for proof in (True, False)),
]
OWN = frozenset({"auth.example.com"})


def after(domain: CustomDomain, *looks: Seen, every: timedelta = timedelta(hours=1)) -> CustomDomain:
    for number, seen in enumerate(looks):
        domain = rules.judged(domain, seen, NOW + every * number)
    return domain


def test_a_domain_is_served_once_it_is_proven_and_points_here() -> None:
    served = after(NEW, ALL)
    assert (served.state, served.proved_at, served.is_served) == (DomainState.ACTIVE, NOW, True)


def test_pointing_here_alone_proves_nothing() -> None:
    waiting = after(NEW, POINTING_ALONE)
    assert (waiting.state, waiting.proved_at) == (DomainState.PENDING, None)
    assert "_gatepass-challenge.auth.shop.example" in waiting.last_error


def test_a_proof_alone_serves_nothing() -> None:
    verified = after(NEW, PROOF_ALONE)
    assert (verified.state, verified.is_served, verified.proved_at) == (DomainState.VERIFIED, False, NOW)
    assert after(NEW, PROOF_ALONE, ALL).is_served
    assert after(NEW, PROOF_ALONE, NOTHING).proved_at is None


@pytest.mark.parametrize("seen", SILENCE, ids=str)
@pytest.mark.parametrize("before", [(), (ALL,), (PROOF_ALONE,)], ids=["new", "active", "verified"])
def test_silence_is_neither_yes_nor_no(before: tuple[Seen, ...], seen: Seen) -> None:
    stands = after(NEW, *before)
    heard = after(NEW, *before, *[seen] * 50)
    assert (heard.state, heard.proved_at, heard.failures) == (stands.state, stands.proved_at, stands.failures)


@pytest.mark.parametrize("seen", [NOTHING, PROOF_ALONE, POINTING_ALONE], ids=["nothing", "proof", "pointing"])
def test_a_served_domain_survives_some_hours_without_its_records_and_not_more(seen: Seen) -> None:
    assert after(NEW, ALL, *[seen] * 5).is_served
    assert after(NEW, ALL, *[seen] * 5, ALL, *[seen] * 5).is_served
    lost = after(NEW, ALL, *[seen] * 6)
    assert (lost.state, lost.proved_at) == (DomainState.LOST, None)
    assert after(NEW, ALL, *[seen] * 6, ALL).is_served


def test_nobody_is_asked_for_ever() -> None:
    failed = after(NEW, *[NOTHING] * 9, every=timedelta(days=1))
    assert failed.state is DomainState.FAILED
    assert after(failed, NOTHING).state is DomainState.FAILED
    assert after(failed, ALL).is_served


def test_looks_become_rarer() -> None:
    waits = [after(NEW, *[NOTHING] * count, every=timedelta(0)).due_at - NOW for count in (1, 2, 3, 20)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4), timedelta(hours=6)]


def test_what_another_holds_is_not_proven() -> None:
    taken = rules.is_taken(replace(after(NEW, ALL)))
    assert (taken.proved_at, taken.is_served) == (None, False)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("auth.shop.example", "auth.shop.example"), (" AUTH.Shop.Example. ", "auth.shop.example"),
        ("anmelden.bücher.example", "anmelden.xn--bcher-kva.example"),
    ],
)  # fmt: skip
def test_a_host_has_one_spelling(typed: str, host: str) -> None:
    assert rules.read_host(typed, OWN) == host


@pytest.mark.parametrize(
    "typed",
    [
        "", "shop", "localhost", "192.0.2.1", "[::1]", "2001:db8::1", "0x7f.1", "https://auth.shop.example",
        "auth.shop.example:443", "auth.shop.example/x", "*.shop.example", "co.uk", "a@shop.example", "a b.example",
        "auth.example.com", "AUTH.example.com.", "-a.example", "a..example", "a" * 64 + ".example", "a.example\n.b",
        "a_b.example", "\x00.example", "a,b.example", "xn--\u00fc.example",
    ],
    ids=repr,
)  # fmt: skip
def test_what_nobody_can_own_is_no_domain(typed: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.read_host(typed, OWN)
    assert refused.value.code == "invalid_custom_domain"
