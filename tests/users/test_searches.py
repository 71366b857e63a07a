"""Finding people: by every part of a filter, page by page, in an order that stays."""

from datetime import timedelta

import pytest

from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.mail.addresses import AddressKey
from gatepass.kit.problems import Problem
from gatepass.users.flows import activate, block, deactivate, delete
from gatepass.users.model import PersonFilter, UserState
from gatepass.users.queries import list_people, search, select
from support.spine import Spine
from users.people import alter, found, make

pytestmark = pytest.mark.anyio

NAMES = [("Ana", "López"), ("Anabel", "Ito"), ("Eva", "Anand"), ("ANNA", "Anker"), ("Zoë", "Abé"), ("", ""), ("Bo", "")]


async def crowd(spine: Spine) -> dict[str, str]:
    """Make somebody for each name and return their ids by address."""
    ids = {}
    for number, (first, last) in enumerate(NAMES):
        spine.clock.move(timedelta(hours=1))
        email = f"p{number}@example.com"
        person = await make(
            spine, email, f"second{number}@b.example", first_name=first, last_name=last,
            phones=(f"+1415555010{number}",), external_id=f"crm-{number}",
            public_metadata={"plan": "pro" if number % 2 else "free", "seats": number},
            private_metadata={"vip": number == 3, "nested": {"plan": "pro"}},
        )  # fmt: skip
        ids[email] = person.id
    return ids


def numbers(ids: dict[str, str], people: list[str]) -> list[int]:
    order = list(ids.values())
    return [order.index(user_id) for user_id in people]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6]),
        ({"email": AddressKey("p2@example.com")}, [2]),
        ({"email": AddressKey("second4@b.example")}, [4]),
        ({"email": AddressKey("nobody@example.com")}, []),
        ({"email_prefix": "P"}, [0, 1, 2, 3, 4, 5, 6]),
        ({"email_prefix": "second3@"}, [3]),
        ({"name": "an"}, [0, 1, 2, 3]),
        ({"name": "ana l"}, [0]),
        ({"name": "ANA"}, [0, 1, 2]),
        ({"name": "abe"}, []),
        ({"name": "ABÉ"}, [4]),
        ({"name": "abe\u0301"}, [4]),
        ({"phone": "+14155550103"}, [3]),
        ({"external_id": "crm-5"}, [5]),
        ({"metadata": ("plan", "pro")}, [1, 3, 5]),
        ({"metadata": ("seats", "4")}, [4]),
        ({"metadata": ("vip", "true")}, [3]),
        ({"metadata": ("nested", "pro")}, []),
        ({"metadata": ("plan", "pro"), "name": "an"}, [1, 3]),
        ({"name": "an", "phone": "+14155550103"}, [3]),
        ({"state": UserState.ACTIVE}, [0, 1, 2, 3, 4, 5, 6]),
        ({"state": UserState.BLOCKED}, []),
    ],
)
async def test_a_search_finds_exactly_those_who_are_meant_whatever_the_pages(
    each_spine: Spine, wanted: dict[str, object], who: list[int], limit: int
) -> None:
    ids = await crowd(each_spine)
    people = await found(each_spine, limit, **wanted)
    assert len(people) == len(set(people))
    assert sorted(numbers(ids, people)) == who


async def test_the_order_is_that_of_the_ids_or_of_the_names(each_spine: Spine) -> None:
    ids = await crowd(each_spine)
    assert numbers(ids, await found(each_spine, 2)) == [0, 1, 2, 3, 4, 5, 6]
    # ana lópez · anabel ito · anand (of Eva) · anna anker
    assert numbers(ids, await found(each_spine, 1, name="an")) == [0, 1, 2, 3]


async def test_a_range_of_time_begins_with_its_first_moment_and_ends_before_its_last(each_spine: Spine) -> None:
    began = each_spine.clock.now()
    ids = await crowd(each_spine)
    first, last = began + timedelta(hours=2), began + timedelta(hours=5)
    assert numbers(ids, await found(each_spine, 2, created_from=first, created_before=last)) == [1, 2, 3]
    assert numbers(ids, await found(each_spine, 2, created_before=first)) == [0]
    assert numbers(ids, await found(each_spine, 2, created_from=last)) == [4, 5, 6]
    assert numbers(ids, await found(each_spine, 2, created_from=first, name="ana")) == [1, 2]


async def test_each_state_has_those_who_stand_there_and_the_deleted_are_nowhere_else(each_spine: Spine) -> None:
    ids = await crowd(each_spine)
    people = await each_spine.read(lambda tx: list_people(tx, list(ids.values())))
    await alter(each_spine, people[1], deactivate)
    await alter(each_spine, people[2], block, "fraud")
    await alter(each_spine, people[3], deactivate)
    await alter(each_spine, people[3], block, "fraud")
    await alter(each_spine, people[4], delete)
    each_spine.clock.move(timedelta(hours=1))
    await alter(each_spine, people[0], deactivate)
    await alter(each_spine, people[0], delete)
    await alter(each_spine, people[5], deactivate)
    await alter(each_spine, people[5], activate)
    for limit in (1, 10):
        for state, who in {
            UserState.ACTIVE: [5, 6], UserState.INACTIVE: [1], UserState.BLOCKED: [2, 3], UserState.DELETED: [4, 0],
        }.items():  # fmt: skip
            assert numbers(ids, await found(each_spine, limit, state=state)) == who
        assert numbers(ids, await found(each_spine, limit)) == [1, 2, 3, 5, 6]
        assert numbers(ids, await found(each_spine, limit, email_prefix="p0")) == []
        assert numbers(ids, await found(each_spine, limit, email_prefix="p0", state=UserState.DELETED)) == [0]


async def test_a_page_of_a_search_for_few_ends_before_it_has_read_everybody(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatepass.users.queries._ROUND", 1)
    ids = await crowd(spine)
    wanted = PersonFilter(name="zo", created_before=spine.clock.now() + timedelta(days=1))
    assert numbers(ids, await found(spine, 1, name="zo")) == [4]
    by_time = PersonFilter(created_before=wanted.created_before, state=UserState.ACTIVE)
    first = await spine.read(lambda tx: search(tx, EVERYWHERE, by_time, PageRequest(1)))
    assert len(first.items) == 1
    people = await spine.read(lambda tx: list_people(tx, list(ids.values())))
    for person in people[:5]:
        await alter(spine, person, block, "fraud")
    page = await spine.read(lambda tx: search(tx, EVERYWHERE, by_time, PageRequest(1)))
    assert (list(page.items), page.next_after != ()) == ([], True)
    assert numbers(ids, await found(spine, 1, created_before=by_time.created_before, state=UserState.ACTIVE)) == [5, 6]


async def test_a_cursor_of_another_search_is_refused(spine: Spine) -> None:
    await crowd(spine)
    wanted = PersonFilter(created_before=spine.clock.now())
    for key in ("an", "2024-01-01T00:00:00"):
        request = PageRequest(10, (key, "x"))
        with pytest.raises(Problem, match="invalid_cursor"):
            await spine.read(lambda tx, request=request: search(tx, EVERYWHERE, wanted, request))  # type: ignore[misc]


async def test_of_some_people_those_who_are_meant_are_selected_in_their_order(each_spine: Spine) -> None:
    ids = list((await crowd(each_spine)).values())
    some = [ids[3], "0" * 24, ids[0], ids[4]]

    async def body(tx: Tx) -> list[str]:
        return [person.id for person in await select(tx, some, PersonFilter(name="an"))]

    assert await each_spine.read(body) == [ids[3], ids[0]]


async def test_a_prefix_with_signs_that_patterns_know_means_itself(each_spine: Spine) -> None:
    await make(each_spine, "a%b@example.com", first_name="100% Ana")
    await make(each_spine, "axb@example.com", first_name="100x Ana")
    assert len(await found(each_spine, email_prefix="a%")) == 1
    assert len(await found(each_spine, name="100%")) == 1
    assert len(await found(each_spine, name="'; DROP TABLE users; --")) == 0
