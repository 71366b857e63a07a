import asyncio
import time

import anyio
import pytest

from gatepass.kit.signals import Signals

pytestmark = pytest.mark.anyio


async def test_who_listens_is_woken_by_the_announcement() -> None:
    signals = Signals()
    with signals.listen("attempt") as bell:
        began = time.monotonic()
        asyncio.get_running_loop().call_later(0.02, signals.announce, "attempt")
        await bell.wait(10)
    assert time.monotonic() - began < 5


async def test_an_announcement_between_listening_and_waiting_is_not_lost() -> None:
    signals = Signals()
    with signals.listen("attempt") as bell, anyio.fail_after(5):
        signals.announce("attempt")
        await bell.wait(60)


async def test_an_announcement_while_the_bell_is_being_answered_is_not_lost() -> None:
    signals = Signals()
    with signals.listen("attempt") as bell, anyio.fail_after(5):
        signals.announce("attempt")
        await bell.wait(60)
        signals.announce("attempt")  # while the listener reads the database
        await bell.wait(60)


async def test_a_bell_that_was_heard_is_silent_until_it_rings_anew() -> None:
    signals = Signals()
    with signals.listen("attempt") as bell:
        signals.announce("attempt")
        await bell.wait(60)
        began = time.monotonic()
        await bell.wait(0.05)
    assert time.monotonic() - began >= 0.045


async def test_everybody_who_listens_is_woken_and_nobody_of_another_topic() -> None:
    signals = Signals()
    woken: list[str] = []

    async def listen(topic: str, seconds: float) -> None:
        with signals.listen(topic) as bell:
            began = time.monotonic()
            await bell.wait(seconds)
            if time.monotonic() - began < seconds:
                woken.append(topic)

    listeners = [asyncio.create_task(listen("a", 5)) for _ in range(50)]
    stranger = asyncio.create_task(listen("b", 0.1))
    await asyncio.sleep(0)
    signals.announce("a")
    with anyio.fail_after(5):
        await asyncio.gather(*listeners, stranger)
    assert woken == ["a"] * 50


async def test_no_topic_is_kept_when_its_last_listener_has_gone() -> None:
    signals = Signals()
    for number in range(100):
        with signals.listen(f"attempt {number}"), signals.listen(f"attempt {number}"):
            pass
    with pytest.raises(LookupError), signals.listen("raises"):
        raise LookupError
    assert signals._bells == {}


async def test_a_listener_that_is_cancelled_leaves_nothing_behind() -> None:
    signals = Signals()

    async def listen() -> None:
        with signals.listen("attempt") as bell:
            await bell.wait(60)

    task = asyncio.create_task(listen())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert signals._bells == {}


async def test_an_announcement_that_nobody_hears_is_forgotten() -> None:
    signals = Signals()
    signals.announce("attempt")
    with signals.listen("attempt") as bell:
        began = time.monotonic()
        await bell.wait(0.05)
    assert time.monotonic() - began >= 0.045
    assert signals._bells == {}


async def test_a_wait_ends_too_when_what_it_depends_on_has_happened() -> None:
    gone = asyncio.get_running_loop().create_future()
    with Signals().listen("attempt") as bell, anyio.fail_after(5):
        asyncio.get_running_loop().call_later(0.02, gone.set_result, None)
        await bell.wait(60, unless=gone)
        await bell.wait(60, unless=gone)


async def test_when_the_process_stops_every_bell_rings() -> None:
    signals = Signals()
    with signals.listen("a") as one, signals.listen("b") as other, anyio.fail_after(5):
        signals.close()
        await one.wait(60)
        await other.wait(60)
    assert signals.is_closed


@pytest.mark.parametrize("seconds", [0, -1])
async def test_a_wait_of_no_time_returns_at_once(seconds: float) -> None:
    with Signals().listen("attempt") as bell, anyio.fail_after(5):
        await bell.wait(seconds)
