from datetime import timedelta
from typing import Any

import pytest

from audit.record import Ledger
from gatepass.audit.model import Actor, ActorKind, Event, EventFilter, EventKind, Origin, Outcome
from gatepass.audit.queries import find_event, follow, last_sequence, last_sequence_before, list_after, search
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Reach, Within

pytestmark = pytest.mark.anyio
OPERATOR = Origin("198.51.100.9", "Console", Actor(ActorKind.OPERATOR, "op", "Olga"))


async def page_behind(ledger: Ledger, wanted: EventFilter, limit: int, after: tuple[str, ...]) -> Page[Event]:
    """Return the page of a search behind a place."""
    return await ledger.database.read(lambda tx: search(tx, EVERYWHERE, wanted, PageRequest(limit, after)))


async def found(ledger: Ledger, wanted: EventFilter, reach: Reach = EVERYWHERE) -> list[str]:
    """Return the numbers of the events that a search finds."""
    page = await ledger.database.read(lambda tx: search(tx, reach, wanted, PageRequest()))
    return [event.data["number"] for event in page.items]


@pytest.fixture
async def varied(ledger: Ledger) -> Ledger:
    """Six events that differ in every fact that can be looked for."""
    facts: tuple[dict[str, Any], ...] = (
        {"user_id": "ana", "organization_id": "one", "application_id": "shop"},
        {"user_id": "bob", "organization_id": "one", "application_id": "shop", "origin": OPERATOR},
        {"user_id": "ana", "organization_id": "two", "outcome": Outcome.REFUSED, "reason": "blocked"},
        {"user_id": "ana", "kind": EventKind.USER_CHANGED, "origin": OPERATOR},
        {"user_id": None, "kind": EventKind.LOGIN_REQUESTED, "application_id": "shop"},
        {"user_id": "bob", "kind": EventKind.USER_CHANGED},
    )
    for number, fact in enumerate(facts):
        await ledger.happen(data={"number": str(number)}, **fact)
    await ledger.seal_all()
    return ledger


async def test_a_search_answers_the_newest_first_by_every_fact(varied: Ledger) -> None:
    for wanted, numbers in (
        (EventFilter(), "543210"),
        (EventFilter(user_id="ana"), "320"),
        (EventFilter(actor_id="op"), "31"),
        (EventFilter(organization_id="one"), "10"),
        (EventFilter(application_id="shop"), "410"),
        (EventFilter(network="198.51.100.9"), "31"),
        (EventFilter(outcome=Outcome.REFUSED), "2"),
        (EventFilter(kinds=(EventKind.USER_CHANGED,)), "53"),
        (EventFilter(kinds=(EventKind.USER_CHANGED, EventKind.LOGIN_REQUESTED)), "543"),
        (EventFilter(user_id="ana", actor_id="op", kinds=(EventKind.USER_CHANGED,)), "3"),
        (EventFilter(application_id="shop", network="192.0.2.7", outcome=Outcome.SUCCEEDED), "40"),
        (EventFilter(user_id="nobody"), ""),
        (EventFilter(user_id="' OR 1=1 --"), ""),
        (EventFilter(since=varied.clock.at), "543210"),
        (EventFilter(until=varied.clock.at), ""),
        (EventFilter(since=varied.clock.at + timedelta(microseconds=1)), ""),
        (EventFilter(until=varied.clock.at + timedelta(microseconds=1)), "543210"),
    ):
        assert "".join(await found(varied, wanted)) == numbers, wanted


async def test_who_sees_one_organization_finds_its_events_alone(varied: Ledger) -> None:
    assert await found(varied, EventFilter(), Within("one")) == ["1", "0"]
    assert await found(varied, EventFilter(user_id="ana"), Within("one")) == ["0"]
    assert await found(varied, EventFilter(organization_id="two"), Within("one")) == []
    assert await found(varied, EventFilter(organization_id="one"), Within("one")) == ["1", "0"]
    read = varied.database.read
    (of_two,) = (await read(lambda tx: search(tx, Within("two"), EventFilter(), PageRequest()))).items
    assert await read(lambda tx: find_event(tx, Within("one"), of_two.id)) is None
    assert await read(lambda tx: find_event(tx, EVERYWHERE, of_two.id)) == of_two
    assert [event.data["number"] for event in await read(lambda tx: list_after(tx, Within("one"), 0, (), 9))] == [
        "0", "1",
    ]  # fmt: skip


async def test_pages_of_a_search_follow_one_another_without_gap_and_repeat(varied: Ledger) -> None:
    numbers = ""
    after: tuple[str, ...] = ()
    for _ in range(4):
        page = await page_behind(varied, EventFilter(), 2, after)
        numbers += "".join(event.data["number"] for event in page.items)
        after = page.next_after
        if not after:
            break
    assert numbers == "543210"


async def test_a_search_for_what_is_rare_stops_in_time_and_goes_on(ledger: Ledger) -> None:
    await ledger.happen(1, origin=Origin("203.0.113.5"))
    await ledger.sow(12_000)
    rare, pages = EventFilter(network="203.0.113.5"), 0
    found_ids: list[str] = []
    after: tuple[str, ...] = ()
    while True:
        page = await page_behind(ledger, rare, 10, after)
        pages += 1
        found_ids += [event.id for event in page.items]
        if not (after := page.next_after):
            break
    assert (pages, len(found_ids)) == (3, 1)


async def test_the_record_is_followed_in_its_order_and_filtered(varied: Ledger) -> None:
    read = varied.database.read
    everything = await read(lambda tx: list_after(tx, EVERYWHERE, 0, (), 100))
    assert [event.sequence for event in everything] == [1, 2, 3, 4, 5, 6]
    assert [event.sequence for event in await read(lambda tx: list_after(tx, EVERYWHERE, 4, (), 1))] == [5]
    changed = (EventKind.USER_CHANGED,)
    assert [event.sequence for event in await read(lambda tx: list_after(tx, EVERYWHERE, 0, changed, 9))] == [4, 6]
    part = await read(lambda tx: follow(tx, EVERYWHERE, 0, changed, 1))
    assert (len(part.events), part.reached) == (1, 4)
    part = await read(lambda tx: follow(tx, EVERYWHERE, 4, (EventKind.USER_PURGED,), 1))
    assert (part.events, part.reached) == ([], 6)
    assert await read(last_sequence) == 6


async def test_rare_events_are_followed_across_a_long_record(ledger: Ledger) -> None:
    await ledger.sow(11_000)
    await ledger.seal_all()
    await ledger.happen(1, kind=EventKind.USER_PURGED)
    await ledger.seal_all()
    rare, read = (EventKind.USER_PURGED,), ledger.database.read
    assert [event.sequence for event in await read(lambda tx: list_after(tx, EVERYWHERE, 0, rare, 5))] == [11_001]
    assert (await read(lambda tx: follow(tx, EVERYWHERE, 0, rare, 5))).reached == 5000


async def test_whoever_follows_passes_over_what_retention_deleted_at_once_and_is_told(ledger: Ledger) -> None:
    await ledger.sow(6_000)
    await ledger.seal_all()
    assert await ledger.outlive() == 6_000
    await ledger.happen(2, organization_id="one")
    await ledger.seal_all()
    read, nothing = ledger.database.read, (EventKind.USER_PURGED,)
    last = await read(last_sequence)
    for reach, kinds, found in ((EVERYWHERE, (), last - 6_000), (Within("one"), (), 2), (EVERYWHERE, nothing, 0)):
        part = await read(lambda tx: follow(tx, reach, 7, kinds, 100))  # noqa: B023
        assert (len(part.events), part.reached) == (found, last)
        assert (part.missed_from, part.missed_to) == (8, 6_000)
        part = await read(lambda tx: follow(tx, reach, 6_000, kinds, 100))  # noqa: B023
        assert (len(part.events), part.reached, part.missed_to) == (found, last, 0)


async def test_the_place_before_a_moment_leaves_nothing_behind_it_out(ledger: Ledger) -> None:
    await ledger.happen(3)
    await ledger.seal_all()
    read, now = ledger.database.read, ledger.clock.at
    assert await read(lambda tx: last_sequence_before(tx, now - timedelta(hours=1))) == 0
    assert await read(lambda tx: last_sequence_before(tx, now + timedelta(hours=1))) == 3
