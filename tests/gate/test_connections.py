"""The guarded protocol on a transport of paper and a clock that is moved by hand."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from gatepass.gate.connections.protocol import (
    ConnectionLimits,
    GuardedProtocol,
    protocol_class,
    raise_descriptor_limit,
)
from gatepass.gate.connections.watch import NEVER

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHo"


class Clock:
    """A loop's clock and timers, moved by hand; tasks run on the real loop."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []
        self.timers_set = 0
        self.create_task = asyncio.get_running_loop().create_task

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[..., None], *args: Any) -> None:
        self.timers_set += 1
        self.timers.append((self.now + delay, callback, args))

    def move(self, seconds: float) -> None:
        end = self.now + seconds
        while due := sorted((timer for timer in self.timers if timer[0] <= end), key=lambda timer: timer[0]):
            self.timers.remove(due[0])
            self.now = max(self.now, due[0][0])
            due[0][1](*due[0][2])
        self.now = end


class Transport(asyncio.Transport):
    """Remembers what is written and how it ends."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 40_000), "sockname": ("127.0.0.1", 8000)})
        self.written = b""
        self.ended = ""

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        if self.ended != "aborted":
            asyncio.get_running_loop().call_soon(self.get_protocol().connection_lost, None)
        self.ended = "aborted"

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol

    def write_eof(self) -> None:
        pass

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return bool(self.ended)

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class House:
    """One server's protocol class, its clock and its application."""

    def __init__(self, **limits: Any) -> None:
        self.reports: list[Counter[str]] = []
        self.clock = Clock()
        self.guarded = protocol_class(ConnectionLimits(**limits), self.reports.append)
        self.config = uvicorn.Config(
            self.app, interface="asgi3", http=self.guarded, ws="none", lifespan="off", log_config=None
        )
        self.config.load()
        self.state = ServerState()
        self.release = asyncio.Event()

    async def app(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["path"] == "/wait":
            await self.release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    def connect(self, address: str = "192.0.2.1") -> tuple[GuardedProtocol, Transport]:
        protocol = self.guarded(self.config, self.state, {}, self.clock)  # type: ignore[arg-type]
        transport = Transport(address)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return protocol, transport


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_requests_that_arrive_whole_set_no_timer_and_leave_no_deadline() -> None:
    house = House()
    protocol, transport = house.connect()
    for number in range(100):
        protocol.data_received(REQUEST)
        assert protocol.read_deadline == NEVER
        await turns()
        assert transport.written.count(b"200 OK") == number + 1
        assert protocol.read_deadline == house.clock.now + 60  # idle
    assert house.clock.timers_set == 1  # the sweep's
    assert house.guarded.watch.half_open_connections == 0


async def test_a_head_is_due_ten_seconds_after_the_opening_and_ten_after_its_first_byte() -> None:
    house = House()
    protocol, transport = house.connect()
    house.clock.move(9)
    protocol.data_received(HALF)
    house.clock.move(2)
    assert transport.written.startswith(b"HTTP/1.1 408 ")
    assert transport.ended == "closed"

    kept, second = house.connect()
    kept.data_received(REQUEST)
    await turns()
    house.clock.move(30)
    kept.data_received(HALF)
    house.clock.move(9)
    kept.data_received(b"s")  # a byte more is no time more
    assert second.ended == ""
    house.clock.move(2.1)
    assert second.written.count(b"HTTP/1.1 408 ") == 1
    assert house.reports[-1] == Counter(head_too_slow=1)


async def test_a_body_is_due_thirty_seconds_after_its_head() -> None:
    house = House()
    protocol, transport = house.connect()
    protocol.data_received(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab")
    house.clock.move(29)
    protocol.data_received(b"c")
    assert transport.ended == ""
    house.clock.move(2.1)
    assert transport.written.startswith(b"HTTP/1.1 408 ")
    house.release.set()
    await turns()
    assert b"200 OK" not in transport.written  # the application's late answer goes nowhere


async def test_a_connection_opened_ahead_of_need_is_closed_without_an_answer() -> None:
    house = House()
    _, transport = house.connect()
    house.clock.move(11.1)
    assert (transport.written, transport.ended) == (b"", "closed")


async def test_an_idle_connection_is_closed_after_a_minute_and_cut_if_it_does_not_go() -> None:
    house = House()
    protocol, transport = house.connect()
    protocol.data_received(REQUEST)
    await turns()
    house.clock.move(59)
    assert transport.ended == ""
    house.clock.move(2.1)
    assert transport.ended == "closed"
    house.clock.move(4)
    assert transport.ended == "aborted"


async def test_an_answer_may_take_its_time() -> None:
    house = House()
    protocol, transport = house.connect()
    protocol.data_received(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    house.clock.move(3600)
    assert transport.ended == ""
    house.release.set()
    await turns()
    assert transport.written.endswith(b"ok")


async def test_a_client_that_reads_nothing_for_thirty_seconds_is_cut() -> None:
    house = House()
    protocol, transport = house.connect()
    protocol.data_received(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    protocol.pause_writing()
    house.clock.move(20)
    protocol.resume_writing()
    house.clock.move(20)
    protocol.pause_writing()
    house.clock.move(29)
    assert transport.ended == ""
    house.clock.move(2.1)
    assert transport.ended == "aborted"
    assert house.reports[-1] == Counter(read_too_slow=1)


async def test_half_open_connections_are_counted_by_network_and_the_oldest_goes() -> None:
    house = House(half_open_per_network=2, trusted=frozenset({"192.0.2.9"}))
    addresses = ["2001:db8::1", "2001:db8::2", "2001:DB8::3", "2001:db8:0:1::1", "192.0.2.1", "::ffff:192.0.2.1"]
    transports = [house.connect(address)[1] for address in addresses]
    assert [transport.ended for transport in transports] == ["aborted", "", "", "", "", ""]
    assert house.connect("192.0.2.1")[1].ended == ""
    assert transports[4].ended == "aborted"
    assert all(house.connect("192.0.2.9")[1].ended == "" for _ in range(10))


async def test_a_full_server_evicts_the_half_open_then_the_longest_idle_and_then_refuses() -> None:
    house = House(total=3)
    (busy, _), (idle, idle_transport), (_, half_transport) = house.connect(), house.connect(), house.connect()
    busy.data_received(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    idle.data_received(REQUEST)
    await turns()

    newcomer, _ = house.connect()
    assert half_transport.ended == "aborted"
    newcomer.data_received(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    assert house.connect()[1].ended == ""
    assert idle_transport.ended == "aborted"


async def test_the_register_is_empty_when_everybody_has_gone_and_the_sweep_ends() -> None:
    house = House()
    for number in range(10):
        house.connect(f"192.0.2.{number}")[1].abort()
    await turns()
    house.clock.move(5)
    watch = house.guarded.watch
    assert (watch.open_connections, watch.half_open_connections, watch._by_network) == (0, 0, {})
    assert house.clock.timers == []
    house.connect()
    assert len(house.clock.timers) == 1


async def test_thousands_are_cut_in_portions() -> None:
    house = House(half_open_per_network=10_000)
    held = [house.connect() for _ in range(1_000)]
    house.clock.now += 11
    house.guarded.watch._expire([protocol for protocol, _ in held], house.clock)  # type: ignore[arg-type]
    assert sum(bool(transport.ended) for _, transport in held) == 64
    house.clock.move(0.5)
    assert all(transport.ended for _, transport in held)


async def test_a_shutdown_closes_after_the_answer_also_where_the_body_was_late() -> None:
    house = House()
    protocol, transport = house.connect()
    protocol.data_received(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
    protocol.shutdown()
    protocol.data_received(b"b")
    house.release.set()
    await turns()
    assert b"connection: close" in transport.written
    assert transport.ended == "closed"


async def test_a_late_body_keeps_the_connection_alive() -> None:
    house = House()
    protocol, transport = house.connect()
    for _ in range(2):
        protocol.data_received(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
        protocol.data_received(b"b")
        house.release.set()
        await turns()
    assert transport.written.count(b"200 OK") == 2
    assert b"connection: close" not in transport.written


def test_the_descriptor_limit_is_raised_to_what_the_system_allows() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raise_descriptor_limit() == hard
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard


def test_a_system_that_does_not_let_the_limit_be_raised_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise ValueError

    limits = SimpleNamespace(RLIMIT_NOFILE=0, getrlimit=lambda _kind: (256, resource.RLIM_INFINITY), setrlimit=refuse)
    monkeypatch.setattr("gatepass.gate.connections.watch.resource", limits)
    assert raise_descriptor_limit() == 256


def test_the_defaults_are_those_of_the_documentation() -> None:
    limits = ConnectionLimits()
    assert (limits.head_seconds, limits.body_seconds, limits.head_bytes) == (10.0, 30.0, 16_384)
    assert all(setting.metadata["doc"] for setting in ConnectionLimits.__dataclass_fields__.values())
