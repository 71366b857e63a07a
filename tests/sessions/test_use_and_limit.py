"""How the use of a session is noted, and how many sessions one person may have."""

from datetime import timedelta
from pathlib import Path

import pytest

from gatepass.audit.model import EventKind
from gatepass.provider.authorization.model import Answer
from gatepass.sessions.queries import list_of_user
from provider.authorization.people import BrowserOf
from provider.devices.house import room
from support.spine import Spine, standing
from support.visiting import browsing, heading_of

pytestmark = pytest.mark.anyio
ANA = "ana@example.com"
TWO = {"GATEPASS_SESSIONS_MOST_PER_USER": "2"}


async def of_user(spine: Spine, user_id: str) -> list[str]:
    now = spine.clock.now()
    return [one.id for one in await spine.read(lambda tx: list_of_user(tx, user_id, now))]


@pytest.mark.parametrize("idle", [1, 3, 20])
async def test_a_session_in_use_does_not_grow_idle_however_short_that_is(
    sqlite_copy: str, tmp_path: Path, idle: int
) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_SESSIONS_IDLE": f"{idle}m"}) as spine:
        browser = BrowserOf(spine)
        await browser.signed_in()
        for _ in range(8):
            spine.clock.move(timedelta(minutes=idle * 0.7))
            assert isinstance(await browser.begin(), Answer)
        spine.clock.move(timedelta(minutes=idle))
        assert not isinstance(await browser.begin(), Answer)


async def test_looking_at_the_account_is_use_too(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_SESSIONS_IDLE": "3m"}) as spine, browsing(spine) as browser:
        await browser.sign_in(ANA, await browser.get("/account"))
        for _ in range(8):
            spine.clock.move(timedelta(minutes=2))
            assert heading_of(await browser.get("/account")) == "Profile"


async def test_sessions_that_applications_hold_are_counted_too(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, TWO) as spine:
        handed = []
        for _ in range(4):
            spine.clock.move(timedelta(seconds=1))
            handed.append(await spine.sign_in(ANA))
        newest = [one.grant.claims["sid"] for one in reversed(handed)]
        assert await of_user(spine, handed[0].user.id) == newest[:2]
        assert [one.kind for one in await spine.events()].count(EventKind.SESSION_LIMIT_REACHED) == 2
        await spine.sign_in("ben@example.com")
        assert await of_user(spine, handed[0].user.id) == newest[:2], "another person's do not count"


async def test_sessions_of_devices_are_counted_too(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, TWO) as spine, room(spine) as home:
        for _ in range(2):
            begun = await home.device.begun("openid offline_access")
            await home.person.allow(begun["user_code"])
            answer = await home.device.poll(begun["device_code"])
            assert answer.status_code == 200, answer.text
        claims = await spine.house.tokens.read(answer.json()["id_token"], "JWT", spine.clock.now())
        assert claims is not None
        assert len(await of_user(spine, claims["sub"])) == 2


async def test_proving_anew_ends_no_other_session(sqlite_copy: str, tmp_path: Path) -> None:
    async with standing(sqlite_copy, tmp_path, TWO) as spine:
        first, second = BrowserOf(spine), BrowserOf(spine)
        account = await first.signed_in()
        await second.signed_in()
        spine.clock.move(timedelta(minutes=1))
        await second.signed_in()
        assert len(await of_user(spine, account.user.id)) == 2
        assert isinstance(await first.begin(), Answer)
