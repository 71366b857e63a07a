"""However many ask or decide at once, one wins."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.db import query
from provider.devices.house import Room, hidden, room
from support.spine import Spine

pytestmark = pytest.mark.anyio
_AT_ONCE = 64
_DEVICE_SESSIONS = query(int, "SELECT count(*) FROM sessions WHERE browser_hash IS NULL AND revoked_at IS NULL")
_SECRETS = query(bytes, "SELECT user_code_mac FROM device_grants")


@pytest.fixture
async def home(each_spine: Spine) -> AsyncIterator[Room]:
    async with room(each_spine) as made:
        yield made


async def test_of_sixty_four_polls_one_is_given_tokens(home: Room) -> None:
    begun = await home.device.begun("openid offline_access")
    await home.person.allow(begun["user_code"])
    before = await home.spine.read(lambda tx: tx.one(_DEVICE_SESSIONS))
    answers = await asyncio.gather(*(home.device.poll(begun["device_code"]) for _ in range(_AT_ONCE)))

    found = Counter(answer.json().get("error", "") for answer in answers)
    assert found == {"": 1, "invalid_grant": _AT_ONCE - 1}
    after = await home.spine.read(lambda tx: tx.one(_DEVICE_SESSIONS))
    assert (after or 0) - (before or 0) == 1
    granted = [one for one in await home.spine.events() if one.data.get("grant", "").endswith("device_code")]
    assert len(granted) == 1


async def test_of_many_decisions_one_counts(home: Room) -> None:
    begun = await home.device.begun()
    form = hidden(await home.person.enter(begun["user_code"]))
    decisions = ["allow", "deny"] * 16
    answers = await asyncio.gather(
        *(home.person.post("/device/decide", **form, decision=decision) for decision in decisions)
    )
    assert Counter(answer.status_code for answer in answers) == {303: 1, 400: 31}
    kinds = [one.kind for one in await home.spine.events()]
    assert kinds.count(EventKind.DEVICE_APPROVED) + kinds.count(EventKind.DEVICE_DENIED) == 1


async def test_of_many_sessions_one_enters_a_code(home: Room) -> None:
    people = [home.person, *[await home.somebody(f"p{number}@example.com") for number in range(5)]]
    begun = await home.device.begun()
    fields = [hidden(await person.get()) for person in people]
    answers = await asyncio.gather(
        *(
            person.post("/device", **form, user_code=begun["user_code"])
            for person, form in zip(people, fields, strict=True)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 5}


async def test_the_database_holds_neither_code(home: Room) -> None:
    begun = await home.device.begun()
    [stored] = await home.spine.read(lambda tx: tx.all(_SECRETS))
    assert len(stored) == 32
    assert begun["user_code"].replace("-", "").encode() not in stored
