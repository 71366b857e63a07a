"""Whoever waits is woken by the commit, by the end and by nothing else."""

import asyncio
import contextlib
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gatepass.applications.model import Application
from gatepass.login.flows import HandedOut
from gatepass.login.model import Completed, Refusal, Refused
from gatepass.methods.magic_link import waiting
from gatepass.methods.magic_link.model import Gesture
from gatepass.methods.magic_link.waiting import PENDING, Status
from support.spine import SHOP, VISITOR, Spine, standing

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
AT_ONCE = Gesture(is_documented_call=True)


def present() -> "asyncio.Future[None]":
    """Return what would be done if whoever waits had gone away, and never is."""
    return asyncio.get_running_loop().create_future()


async def redeem(spine: Spine) -> None:
    outcome = await spine.house.links.redeem(spine.application, await spine.link(ANA), VISITOR, AT_ONCE)
    assert isinstance(outcome, Completed), outcome


async def decline(spine: Spine) -> None:
    assert await spine.house.links.decline(spine.application, await spine.link(ANA), VISITOR) is None


async def waited(spine: Spine, state: str, seconds: float) -> tuple[Status, float]:
    """Wait and return what came of it and how long it took."""
    began = time.monotonic()
    status = await asyncio.wait_for(spine.waiting.wait(spine.application, state, seconds, present()), 20)
    return status, time.monotonic() - began


async def begun(spine: Spine, state: str, seconds: float = 15) -> "asyncio.Task[tuple[Status, float]]":
    """Begin to wait, and return once somebody really listens."""
    task = asyncio.create_task(waited(spine, state, seconds))
    while not spine.house.login.signals._bells and not task.done():  # noqa: ASYNC110 - nobody announces that they listen
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    return task


async def test_who_waits_is_woken_by_the_commit(each_spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_SECONDS_BETWEEN_LOOKS", 300.0)
    task = await begun(each_spine, await each_spine.ask(ANA))
    await redeem(each_spine)
    committed = time.monotonic()
    status, _ = await task
    assert isinstance(status, HandedOut)
    assert time.monotonic() - committed < 10, "nothing but the commit could wake who waits before the end"


async def test_who_waits_on_a_shared_database_is_told_whoever_committed(each_spine: Spine) -> None:
    task = await begun(each_spine, await each_spine.ask(ANA))
    await redeem(each_spine)
    assert isinstance((await task)[0], HandedOut)


async def test_a_commit_of_another_process_is_seen_within_a_second_or_so(
    migrated_postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with standing(migrated_postgres_url, tmp_path) as spine:
        task = await begun(spine, await spine.ask(ANA))
        monkeypatch.setattr(spine.house.login.signals, "announce", lambda _: None)
        await redeem(spine)
        status, seconds = await task
    assert isinstance(status, HandedOut)
    assert seconds < 5


async def test_a_decline_wakes_who_waits(each_spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_SECONDS_BETWEEN_LOOKS", 300.0)
    task = await begun(each_spine, await each_spine.ask(ANA))
    await decline(each_spine)
    declined = time.monotonic()
    assert (await task)[0] == Refused(Refusal.ENDED)
    assert time.monotonic() - declined < 10, "nothing but the decline could wake who waits before the end"


async def test_fifty_who_wait_for_one_attempt_all_get_the_same_tokens(spine: Spine) -> None:
    state = await spine.ask(ANA)
    tasks = [asyncio.create_task(waited(spine, state, 15)) for _ in range(50)]
    await asyncio.sleep(0.1)
    await redeem(spine)
    statuses = [status for status, _ in await asyncio.gather(*tasks)]
    tokens = {status.grant.refresh_token for status in statuses if isinstance(status, HandedOut)}
    assert len(tokens) == 1
    assert all(isinstance(status, HandedOut) for status in statuses)


async def test_a_wait_ends_when_its_time_is_over(spine: Spine) -> None:
    status, seconds = await waited(spine, await spine.ask(ANA), 0.1)
    assert status is PENDING
    assert 0.09 <= seconds < 5


@pytest.mark.parametrize("seconds", [0, -1, float("-inf")])
async def test_a_wait_of_no_time_answers_at_once(spine: Spine, seconds: float) -> None:
    assert (await waited(spine, await spine.ask(ANA), seconds))[0] is PENDING


async def test_an_attempt_that_expires_during_the_wait_is_told_as_expired(spine: Spine) -> None:
    task = await begun(spine, await spine.ask(ANA), 0.3)
    spine.clock.move(timedelta(minutes=5))
    assert (await task)[0] == Refused(Refusal.EXPIRED)


async def test_nobody_waits_for_what_is_unknown(spine: Spine) -> None:
    status, seconds = await waited(spine, "0" * 24, 15)
    assert status == Refused(Refusal.UNKNOWN)
    assert seconds < 5
    state = await spine.ask(ANA)
    other: Application = await spine.register(SHOP)
    assert await spine.waiting.wait(other, state, 15, present()) == Refused(Refusal.UNKNOWN)


async def test_the_handle_of_the_mail_tells_nothing(spine: Spine) -> None:
    await spine.ask(ANA)
    handle = (await spine.link(ANA)).handle
    assert await spine.waiting.wait(spine.application, handle, 15, present()) == Refused(Refusal.UNKNOWN)


async def test_who_has_gone_away_is_handed_nothing_and_the_tokens_wait_for_the_next_who_asks(spine: Spine) -> None:
    state, gone = await spine.ask(ANA), present()
    task = asyncio.create_task(spine.waiting.wait(spine.application, state, 15, gone))
    await asyncio.sleep(0.05)
    gone.set_result(None)
    await redeem(spine)
    assert await asyncio.wait_for(task, 5) is PENDING
    assert isinstance(await spine.waiting.ask(spine.application, state), HandedOut)


async def test_a_stream_ends_when_its_follower_has_gone(spine: Spine) -> None:
    state, gone = await spine.ask(ANA), present()
    statuses: list[Status] = []
    async with asyncio.timeout(5):
        async for status in spine.waiting.follow(spine.application, state, gone):
            statuses.append(status)
            gone.set_result(None)
    assert statuses == [PENDING]


async def test_a_server_that_stops_answers_everybody_who_waits(spine: Spine) -> None:
    state = await spine.ask(ANA)
    task = await begun(spine, state)
    stream = asyncio.create_task(followed(spine, state))
    await asyncio.sleep(0.02)
    spine.house.login.signals.close()
    assert (await asyncio.wait_for(task, 5))[0] is PENDING
    assert await asyncio.wait_for(stream, 5) == [PENDING]


async def test_nothing_is_left_of_who_waited(spine: Spine) -> None:
    state = await spine.ask(ANA)
    task = await begun(spine, state)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await waited(spine, state, 0.01)
    assert spine.house.login.signals._bells == {}


async def followed(spine: Spine, state: str) -> list[Status]:
    return [status async for status in spine.waiting.follow(spine.application, state, present())]


async def test_a_stream_tells_the_standing_at_once_and_ends_with_the_outcome(spine: Spine) -> None:
    task = asyncio.create_task(followed(spine, await spine.ask(ANA)))
    await asyncio.sleep(0.05)
    await redeem(spine)
    statuses = await asyncio.wait_for(task, 10)
    assert statuses[0] is PENDING
    assert isinstance(statuses[-1], HandedOut)
    assert len(statuses) == 2
    assert spine.house.login.signals._bells == {}


async def test_a_stream_of_a_declined_attempt_ends(spine: Spine) -> None:
    task = asyncio.create_task(followed(spine, await spine.ask(ANA)))
    await asyncio.sleep(0.05)
    await decline(spine)
    assert await asyncio.wait_for(task, 10) == [PENDING, Refused(Refusal.ENDED)]


async def test_a_stream_of_what_is_unknown_ends_at_once(spine: Spine) -> None:
    assert await followed(spine, "0" * 24) == [Refused(Refusal.UNKNOWN)]


async def test_a_stream_gives_signs_of_life_while_nothing_happens(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_SECONDS_BETWEEN_SIGNS_OF_LIFE", 0.05)
    state = await spine.ask(ANA)
    signs = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            async for status in spine.waiting.follow(spine.application, state, present()):
                assert status is PENDING
                signs += 1
                if signs == 5:
                    break
    assert signs == 5


async def test_a_stream_ends_when_the_attempt_expires(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_SECONDS_BETWEEN_SIGNS_OF_LIFE", 0.05)
    task = asyncio.create_task(followed(spine, await spine.ask(ANA)))
    await asyncio.sleep(0.02)
    spine.clock.move(timedelta(minutes=5))
    assert (await asyncio.wait_for(task, 5))[-1] == Refused(Refusal.EXPIRED)


def test_a_stream_gives_a_sign_of_life_before_proxies_close_it() -> None:
    assert waiting._SECONDS_BETWEEN_SIGNS_OF_LIFE <= 25
