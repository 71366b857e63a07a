"""However many receivers are slow, who is quick is told at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from kit.fetch.web import Web, says, serving
from webhooks.house import House, until, url_of, working

pytestmark = pytest.mark.anyio

_SLOW = 17


@asynccontextmanager
async def _slow_receivers(house: House) -> AsyncIterator[tuple[Web, asyncio.Event]]:
    """Set up many endpoints whose receivers answer when they are let, with full queues."""
    house.set(timeout=timedelta(seconds=30))
    let = asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        await let.wait()
        await says(b"")(writer)

    async with serving(hold) as slow:
        for number in range(_SLOW):
            await house.create(url_of(slow, f"/slow/{number}"), "account")
        await house.queue(*[f"early{number}" for number in range(6)])
        try:
            yield slow, let
        finally:
            let.set()


def _path_of(request: bytes) -> bytes:
    return request.split(b" ", 2)[1]


async def test_the_first_look_reaches_every_endpoint_however_many_wait(small_house: House, web: Web) -> None:
    await small_house.create(web, "account")
    async with _slow_receivers(small_house) as (slow, let):
        sender = small_house.sender()
        await sender.send()
        # Nothing has been posted yet: this is who was given lines, and all of them.
        assert len(sender._held) == _SLOW + 1
        await until(lambda: len(web.bodies) >= 1 and len({_path_of(one) for one in slow.requests}) == _SLOW)
        let.set()
        await sender.finish()


async def test_whoever_comes_while_slow_receivers_hold_their_lines_is_told_everything(
    small_house: House, web: Web
) -> None:
    async with _slow_receivers(small_house) as (slow, let), working(small_house.room()):
        await until(lambda: slow.open_now >= 48)
        await small_house.create(web, "account")
        await small_house.happen(*[f"late{number}" for number in range(5)])
        await until(lambda: len(web.bodies) == 5)
        assert slow.open_now == 48, "the last lines are kept for who holds none"
        let.set()
