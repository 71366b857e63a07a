"""Nobody lets a device in by mistake, by force or for somebody else (RFC 8628 §5.1, §5.4)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from provider.authorization.people import BrowserOf
from provider.devices.house import Person, Room, hidden, room
from support.spine import Spine

pytestmark = pytest.mark.anyio
_WRONG = "That is not a code we know"


@pytest.fixture
async def home(each_spine: Spine) -> AsyncIterator[Room]:
    async with room(each_spine) as made:
        yield made


def _other(user_code: str) -> str:
    """Return another code that could be one."""
    last = "B" if user_code[-1] != "B" else "C"
    return user_code[:-1] + last


async def test_whoever_is_not_signed_in_signs_in_first_and_keeps_the_code(home: Room) -> None:
    nobody = Person(BrowserOf(home.spine), home.door)
    answer = await nobody.get("/device?user_code=wdjb-mjht")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?request=")


async def test_a_code_in_the_address_is_only_filled_in(home: Room) -> None:
    begun = await home.device.begun()
    page = await home.person.get(f"/device?user_code={begun['user_code']}")
    assert (page.status_code, f'value="{begun["user_code"]}"' in page.text) == (200, True)
    assert "decision" not in page.text
    assert await home.device.error(begun["device_code"]) == "authorization_pending"
    # The code alone decides nothing either.
    confirmation = await home.person.enter(begun["user_code"])
    assert "Is this your device?" in confirmation.text
    assert begun["user_code"] in confirmation.text


async def test_the_page_names_what_asks_and_from_where(home: Room) -> None:
    begun = await home.device.begun("openid email")
    page = (await home.person.enter(begun["user_code"].lower().replace("-", " "))).text
    for word in ("Living room", "127.0.0.1", "reader@example.com", "Go on only if you started this", "UTC"):
        assert word in page, word


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x>', "\u202eWDJBMJHT", "x" * 3000])
async def test_a_hostile_code_is_shown_as_text_or_not_at_all(home: Room, hostile: str) -> None:
    page = await home.person.enter(hostile)
    assert page.status_code == 400
    assert hostile not in page.text
    asked = await home.door.get("/device", params={"user_code": hostile}, headers=home.person.browser.cookies)
    assert asked.status_code == 200
    assert hostile not in asked.text


async def test_another_signed_in_person_can_neither_see_nor_decide(home: Room) -> None:
    begun = await home.device.begun()
    confirmation = await home.person.enter(begun["user_code"])
    stranger = await home.somebody("mallory@example.com")

    assert _WRONG in (await stranger.enter(begun["user_code"])).text
    own_form = hidden(await stranger.get())
    for decision in ("allow", "deny"):
        form = {**own_form, "user_code": begun["user_code"], "decision": decision}
        assert (await stranger.post("/device/decide", **form)).status_code == 400
    assert await home.device.error(begun["device_code"]) == "authorization_pending"

    await home.person.decide(confirmation, "allow")
    assert (await home.device.poll(begun["device_code"])).status_code == 200


async def test_the_form_of_one_session_is_worth_nothing_in_another(home: Room) -> None:
    begun = await home.device.begun()
    confirmation = await home.person.enter(begun["user_code"])
    stranger = await home.somebody("mallory@example.com")
    assert (await stranger.decide(confirmation, "allow")).status_code == 403
    # The same person in another browser has not entered the code there either.
    again = await home.somebody("reader@example.com")
    form = {**hidden(await again.get()), "user_code": begun["user_code"], "decision": "allow"}
    assert (await again.post("/device/decide", **form)).status_code == 400
    assert await home.device.error(begun["device_code"]) == "authorization_pending"


async def test_a_code_that_nobody_entered_here_cannot_be_decided(home: Room) -> None:
    begun = await home.device.begun()
    form = {**hidden(await home.person.get()), "user_code": begun["user_code"], "decision": "allow"}
    assert (await home.person.post("/device/decide", **form)).status_code == 400


async def test_forms_without_their_token_or_from_another_site_are_refused(home: Room) -> None:
    begun = await home.device.begun()
    form = hidden(await home.person.enter(begun["user_code"])) | {"decision": "allow"}
    without = {name: value for name, value in form.items() if name != "csrf_token"}
    assert (await home.person.post("/device/decide", **without)).status_code == 403
    foreign = {**home.person.browser.cookies, "origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    assert (await home.door.post("/device/decide", data=form, headers=foreign)).status_code == 403
    assert await home.device.error(begun["device_code"]) == "authorization_pending"


async def test_five_wrong_codes_and_then_even_the_right_one_must_wait(home: Room) -> None:
    begun = await home.device.begun()
    for left in (4, 3, 2, 1, 0):
        page = await home.person.enter(_other(begun["user_code"]))
        assert (page.status_code, _WRONG in page.text) == (400, True)
        assert (f"{left} tries are left" in page.text) is (left > 1)
    refused = await home.person.enter(begun["user_code"])
    assert (refused.status_code, "Too many wrong codes" in refused.text) == (429, True)
    assert 1 <= int(refused.headers["retry-after"]) <= 600
    # Signing in anew, or elsewhere, gives no more tries.
    again = await home.somebody("reader@example.com")
    assert (await again.enter(begun["user_code"])).status_code == 429

    home.spine.clock.move(timedelta(minutes=10, seconds=1))
    begun = await home.device.begun()
    assert (await home.person.enter(begun["user_code"])).status_code == 200


async def test_right_codes_are_no_guesses(home: Room) -> None:
    for _ in range(8):
        begun = await home.device.begun()
        assert (await home.person.enter(begun["user_code"])).status_code == 200


async def test_fifty_wrong_codes_at_once_are_judged_five_times(home: Room) -> None:
    begun = await home.device.begun()
    fields = hidden(await home.person.get())
    codes = [_other(begun["user_code"])] * 49 + [begun["user_code"]]
    answers = await asyncio.gather(*(home.person.post("/device", **fields, user_code=code) for code in codes))
    judged = [answer.status_code for answer in answers].count(400)
    assert judged <= 5
    assert [answer.status_code for answer in answers].count(429) >= 44


async def test_many_people_behind_one_network_are_bounded_together(home: Room) -> None:
    begun = await home.device.begun()
    wrong = _other(begun["user_code"])
    statuses: list[int] = []
    for number in range(11):
        person = await home.somebody(f"guess{number}@example.com")
        fields = hidden(await person.get())
        answers = [await person.post("/device", **fields, user_code=wrong) for _ in range(5)]
        statuses += [answer.status_code for answer in answers]
    assert statuses == [400] * 50 + [429] * 5
    assert (await home.person.enter(begun["user_code"])).status_code == 429
