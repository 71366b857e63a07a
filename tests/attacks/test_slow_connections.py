"""Clients that open and never finish: they are cut in time, and nobody else waits for them."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gate.limited_server import GOOD_REQUEST, exchange, facts, limited_server, read_to_end
from gatepass.gate.connections.protocol import raise_descriptor_limit

HALF_OPEN = 5_000
HEAD_STARTED = b"GET /hello HTTP/1.1\r\nHost: gate.test\r\nX-Slow: "
BODY_STARTED = b"POST /echo HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 10\r\n\r\nabc"


class LegitimateClient(threading.Thread):
    """Ask on a kept connection and on fresh ones, twenty times a second, and note how long each answer took."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        kept = self._connect()
        number = 0
        while not self.stopped.wait(0.05):
            number += 1
            started = time.perf_counter()
            try:
                if number % 2:
                    self._ask(kept)
                else:
                    with self._connect() as fresh:
                        self._ask(fresh)
            except OSError as error:
                self.failures.append(repr(error))
                kept = self._connect()
            self.seconds.append(time.perf_counter() - started)
        kept.close()

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def _ask(self, connection: socket.socket) -> None:
        connection.sendall(GOOD_REQUEST)
        answer = connection.recv(4096)
        if not answer.endswith(b"hello"):
            self.failures.append(repr(answer))

    def percentile(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


@dataclass
class Attack:
    """Half-open connections of one kind each, and when each was opened and cut."""

    port: int
    stops_at: float = 0.0
    lives: dict[str, list[float]] = field(default_factory=lambda: {"silent": [], "head": [], "drip": [], "body": []})
    alive: int = 0

    async def run(self, count: int, seconds: float) -> None:
        self.stops_at = time.monotonic() + seconds
        kinds = tuple(self.lives)
        gate = asyncio.Semaphore(200)
        await asyncio.gather(*(self._hold(kinds[n % len(kinds)], gate) for n in range(count)))

    async def _hold(self, kind: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        opened = time.monotonic()
        self.alive += 1
        if kind != "silent":
            writer.write(BODY_STARTED if kind == "body" else HEAD_STARTED)
        try:
            while time.monotonic() < self.stops_at:
                if kind == "drip":
                    writer.write(b"x")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(2.0 if kind == "drip" else self.stops_at - time.monotonic()):
                        while await reader.read(4096):
                            pass
                        break
        except ConnectionError:
            pass
        else:
            if time.monotonic() >= self.stops_at:
                opened = -1.0
        if opened > 0:
            self.lives[kind].append(time.monotonic() - opened)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.timeout(120)
def test_five_thousand_half_open_connections_are_cut_and_nobody_else_waits() -> None:
    assert raise_descriptor_limit() > HALF_OPEN + 500, "this test needs 5,500 open files: raise `ulimit -Hn`"
    with limited_server(half_open_per_network=HALF_OPEN * 2) as (port, process):
        # The attackers have a process of their own, so that the client measures the server and not them.
        attackers = subprocess.Popen(
            [sys.executable, __file__, str(port), str(HALF_OPEN)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        client = LegitimateClient(port)
        client.start()
        told, _ = attackers.communicate(timeout=80)
        client.stopped.set()
        client.join(15)

        alive, lives_by_kind = json.loads(told)
        assert alive == HALF_OPEN
        quarter = HALF_OPEN // 4
        for kind in ("silent", "head", "drip"):
            lives = lives_by_kind[kind]
            assert len(lives) == quarter, kind
            assert max(lives) <= 15.0, kind
            assert min(lives) >= 9.0, kind  # they really were open together, and none was cut early
        assert lives_by_kind["body"] == []  # 30 seconds are theirs
        assert client.failures == []
        assert len(client.seconds) >= 100
        assert client.percentile(0.99) <= 0.25
        assert process.poll() is None
        assert exchange(port, GOOD_REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).endswith(b"hello")


def test_one_network_holds_no_more_half_open_connections_than_its_share() -> None:
    with limited_server(half_open_per_network=20) as (port, _):
        attackers = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(100)]
        for attacker in attackers:
            with contextlib.suppress(ConnectionError):
                attacker.sendall(HEAD_STARTED)
        assert exchange(port, GOOD_REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).endswith(b"hello")
        assert facts(port)["half_open"] <= 20
        for attacker in attackers[:79]:
            assert read_to_end(attacker) == b""  # the oldest are gone at once, without an answer
        for attacker in attackers:
            attacker.close()


def _lifetime(port: int, first: bytes, drip: bytes = b"") -> tuple[float, bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        started = time.monotonic()
        client.sendall(first)
        client.settimeout(0.05)
        answer = b""
        while time.monotonic() - started < 10:
            try:
                piece = client.recv(4096)
            except TimeoutError:
                with contextlib.suppress(ConnectionError):
                    client.sendall(drip)
                continue
            except ConnectionError:
                break
            if not piece:
                break
            answer += piece
        return time.monotonic() - started, answer


SHORT = {"head_seconds": 0.5, "body_seconds": 0.8, "idle_seconds": 0.6, "linger_seconds": 0.3, "sweep_seconds": 0.1}


@pytest.mark.parametrize(
    ("first", "drip", "answer"),
    [
        pytest.param(b"", b"", b"", id="silence"),
        pytest.param(b"", b"\r\n", b"", id="blank_lines"),
        pytest.param(HEAD_STARTED, b"", b"HTTP/1.1 408 ", id="a_partial_head"),
        pytest.param(HEAD_STARTED, b"x", b"HTTP/1.1 408 ", id="a_dripping_head"),
        pytest.param(BODY_STARTED, b"", b"HTTP/1.1 408 ", id="a_partial_body"),
        pytest.param(BODY_STARTED.replace(b"10", b"9999"), b"x", b"HTTP/1.1 408 ", id="a_dripping_body"),
        pytest.param(GOOD_REQUEST, b"\r\n", b"HTTP/1.1 200 ", id="blank_lines_after_a_request"),
        pytest.param(GOOD_REQUEST + HEAD_STARTED, b"x", b"HTTP/1.1 200 ", id="a_dripping_second_head"),
    ],
)
def test_a_slow_client_is_cut(first: bytes, drip: bytes, answer: bytes) -> None:
    with limited_server(**SHORT) as (port, _):
        lived, received = _lifetime(port, first, drip)
        assert 0.4 <= lived <= 3.0
        assert received.startswith(answer)
        assert bool(received) == bool(answer)


@pytest.mark.parametrize("path", [b"/wait", b"/events"])
@pytest.mark.parametrize("partial_next", [b"", HEAD_STARTED], ids=["alone", "with_half_a_head_behind_it"])
def test_an_answer_in_progress_is_not_cut_for_the_time_it_takes(path: bytes, partial_next: bytes) -> None:
    with limited_server(**SHORT) as (port, _):
        answer = exchange(port, b"GET " + path + b" HTTP/1.1\r\nHost: gate.test\r\n\r\n" + partial_next)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"waited" in answer or b"data: 14" in answer


def test_a_client_that_does_not_read_its_answer_is_cut() -> None:
    with (
        limited_server(write_seconds=0.5, sweep_seconds=0.1) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=10) as client,
    ):
        client.sendall(GOOD_REQUEST.replace(b"/hello", b"/large"))
        deadline = time.monotonic() + 10
        while facts(port)["open"] > 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert facts(port)["open"] == 1  # the one that asks
        assert len(read_to_end(client)) < 50_000_000


def test_an_oversized_head_is_refused_whether_it_comes_at_once_or_in_pieces() -> None:
    with limited_server(**SHORT) as (port, _):
        line = b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n"
        assert exchange(port, HEAD_STARTED + line).startswith(b"HTTP/1.1 431 ")
        assert exchange(port, HEAD_STARTED, *[line[i : i + 997] for i in range(0, 17_000, 997)]).startswith(
            b"HTTP/1.1 431 "
        )
        many = b"".join(b"X-%d: a\r\n" % number for number in range(2_000))
        assert exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\n" + many + b"\r\n").startswith(b"HTTP/1.1 431 ")
        fits = b"GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 16_000 + b"\r\n\r\n"
        assert exchange(port, fits).endswith(b"hello")


def test_a_body_answered_early_lets_the_client_read_the_answer() -> None:
    with limited_server(**SHORT) as (port, _):
        head = b"POST /early HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 3000000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(head)
            sender = threading.Thread(target=_send_all, args=(client, b"x" * 3_000_000))
            sender.start()
            answer = read_to_end(client)
            sender.join(10)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer
        assert answer.endswith(b"too large")


def _send_all(client: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        client.sendall(data)


def test_a_body_beyond_every_limit_is_refused_before_it_is_read() -> None:
    with limited_server(body_bytes=100_000, **SHORT) as (port, _):
        announced = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"
        assert exchange(port, announced).startswith(b"HTTP/1.1 413 ")
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        chunked = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(chunked)
            threading.Thread(target=_send_all, args=(client, chunk * 50), daemon=True).start()
            assert read_to_end(client).startswith(b"HTTP/1.1 413 ")
        assert exchange(port, chunked + chunk * 5 + b"0\r\n\r\n").endswith(b"x" * 100)


def test_a_full_server_makes_room_at_the_expense_of_half_open_and_idle_connections() -> None:
    with limited_server(total=30, half_open_per_network=1_000) as (port, _):
        for start in (HEAD_STARTED, GOOD_REQUEST):
            held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(40)]
            for connection in held:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(start)
            time.sleep(0.3)
            assert facts(port)["open"] <= 31
            for connection in held:
                connection.close()


def test_a_server_full_of_answers_in_progress_refuses_politely() -> None:
    with limited_server(total=10) as (port, _):
        waiting = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(10)]
        for connection in waiting:
            connection.sendall(GOOD_REQUEST.replace(b"/hello", b"/wait"))
        time.sleep(0.3)
        refused = exchange(port)
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 5\r\n" in refused
        for connection in waiting:
            assert connection.recv(4096).endswith(b"waited")
            connection.close()


def test_a_pipeline_is_answered_in_order_and_has_a_bound() -> None:
    with limited_server(pipelined=5, **SHORT) as (port, _):
        posts = [
            b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n" + b"%02d" % number for number in range(30)
        ]
        answer = exchange(port, b"".join(posts[:5]))
        assert [piece[:2] for piece in answer.split(b"\r\n\r\n")[1:]] == [b"%02d" % number for number in range(5)]
        bounded = exchange(port, b"".join(posts))
        assert bounded.count(b"HTTP/1.1 200 ") == 6


if __name__ == "__main__":  # the attackers' own process
    raise_descriptor_limit()
    attack = Attack(int(sys.argv[1]))
    asyncio.run(attack.run(int(sys.argv[2]), 22.0))
    sys.stdout.write(json.dumps([attack.alive, attack.lives]))
