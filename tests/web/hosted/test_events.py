"""The waiting page hears how its sign-in goes on, and no other browser does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from gatepass.app import gate
from gatepass.methods.magic_link.model import Gesture, Visitor
from support.spine import Spine
from support.visiting import InMemoryBrowser, browsing, form_of

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"


class Stream:
    """A connection that stays open, and what the server has sent on it."""

    def __init__(self, application: Any, handle: str, cookies: str) -> None:
        self.sent: asyncio.Queue[bytes] = asyncio.Queue()
        self.gone = asyncio.Event()
        scope: dict[str, Any] = {
            "type": "http", "method": "GET", "path": "/sign-in/events", "raw_path": b"/sign-in/events",
            "query_string": f"request={handle}".encode(), "client": ("127.0.0.1", 50_000), "scheme": "http",
            "headers": [(b"host", b"localhost:8000"), (b"cookie", cookies.encode())],
        }  # fmt: skip
        self.task = asyncio.ensure_future(application(scope, self._receive, self._send))
        self.asked = False

    async def _receive(self) -> dict[str, Any]:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            await self.sent.put(message["body"])

    async def state(self) -> str:
        """Wait for the next event and return what it says."""
        async with asyncio.timeout(5):
            event = (await self.sent.get()).decode()
        assert event.startswith("event: state\n"), event
        return str(json.loads(event.partition("data: ")[2])["state"])

    async def end(self) -> None:
        """Go away."""
        self.gone.set()
        async with asyncio.timeout(5):
            await self.task


@pytest.fixture
async def asking(each_spine: Spine) -> AsyncIterator[InMemoryBrowser]:
    async with browsing(each_spine) as made:
        yield made


async def opener(asking: InMemoryBrowser) -> Callable[[], Stream]:
    """Return what opens a page that follows one sign-in."""
    waiting = await asking.ask(ANA)
    handle = form_of(waiting, "/sign-in/code").fields["request"]
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in asking.door.cookies.jar)
    application = gate(asking.spine.house)
    return lambda: Stream(application, handle, cookies)


async def follow(asking: InMemoryBrowser) -> Stream:
    return (await opener(asking))()


async def test_the_page_is_told_as_soon_as_the_link_was_opened(asking: InMemoryBrowser) -> None:
    spine = asking.spine
    stream = await follow(asking)
    assert await stream.state() == "pending"
    visitor = Visitor(asking.as_known.browser_hash, "192.0.2.7", "Agent/1.0")
    await spine.house.links.redeem(spine.application, await spine.link(ANA), visitor, Gesture())
    assert await stream.state() == "verified"
    await stream.end()


async def test_the_page_is_told_that_the_reader_declined(asking: InMemoryBrowser) -> None:
    spine = asking.spine
    stream = await follow(asking)
    assert await stream.state() == "pending"
    visitor = Visitor(None, "203.0.113.9", "Phone/1.0")
    await spine.house.links.decline(spine.application, await spine.link(ANA), visitor)
    assert await stream.state() == "ended"
    await stream.end()


async def test_another_browser_is_told_nothing(asking: InMemoryBrowser) -> None:
    waiting = await asking.ask(ANA)
    handle = form_of(waiting, "/sign-in/code").fields["request"]
    for cookies in ("", f"gatepass_browser={'x' * 22}"):
        stream = Stream(gate(asking.spine.house), handle, cookies)
        assert await stream.state() == "expired"
        await stream.end()


async def test_who_goes_away_is_not_waited_for(asking: InMemoryBrowser) -> None:
    stream = await follow(asking)
    assert await stream.state() == "pending"
    await stream.end()
    assert not asking.spine.house.login.signals._bells


async def test_a_server_that_stops_lets_everybody_go(asking: InMemoryBrowser) -> None:
    stream = await follow(asking)
    assert await stream.state() == "pending"
    asking.spine.house.login.signals.close()
    async with asyncio.timeout(5):
        await stream.task


async def test_a_fifth_page_of_one_sign_in_is_asked_to_come_back_later(asking: InMemoryBrowser) -> None:
    one_more = await opener(asking)
    streams = []
    for _ in range(4):
        streams.append(one_more())
        assert await streams[-1].state() == "pending"
    streams.append(one_more())
    async with asyncio.timeout(5):
        assert await streams[-1].sent.get() == b"retry: 5000\n\n"
    for stream in streams:
        await stream.end()
