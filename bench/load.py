"""The load: a closed loop over kept-alive connections, on bare epoll, so that the generator costs less than any server.

Each connection is a generator that yields a request and is sent the reply; it ends when it has nothing left to ask.
A reply other than the expected one stops the benchmark: a fast refusal is not a result.
"""

import select
import socket
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from bench.wire import Reply, cut_reply

Client = Generator[bytes, Reply, None]

SILENCE = 20.0
"""Seconds without any reply after which a server counts as stuck."""


class LoadError(RuntimeError):
    """A server refused, closed or fell silent while it was being measured."""


@dataclass(slots=True)
class Load:
    """What one drive did.

    Attributes:
        answered: Requests that were answered.
        seconds: Wall-clock time from the first request to the last reply.
        waits: Seconds from each request to its reply.
    """

    answered: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """One connection with what it still has to say."""

    connection: socket.socket
    client: Client
    buffer: bytearray = field(default_factory=bytearray)
    asked_at: float = 0.0


def drive(port: int, clients: Sequence[Client], *, seconds: float) -> Load:
    """Run every client on a connection of its own until it ends or the time is over.

    Args:
        port: The server's port on 127.0.0.1.
        clients: One generator per connection.
        seconds: No request begins after this; those under way are awaited.

    Raises:
        LoadError: The server closed a connection or fell silent.
    """
    load = Load()
    lines: dict[int, _Line] = {}
    poll = select.epoll()
    try:
        for client in clients:
            connection = socket.create_connection(("127.0.0.1", port), timeout=SILENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lines[connection.fileno()] = _Line(connection, client)
            poll.register(connection, select.EPOLLIN)
        _converse(load, lines, poll, seconds)
    finally:
        poll.close()
        for line in lines.values():
            line.connection.close()
    return load


def _converse(load: Load, lines: dict[int, _Line], poll: select.epoll, seconds: float) -> None:
    clock = time.perf_counter
    started = clock()
    deadline = started + seconds
    active = 0
    for line in lines.values():
        active += _ask(line, next(line.client, None), clock())
    while active:
        events = poll.poll(SILENCE)
        if not events:
            raise LoadError(f"no reply for {SILENCE:.0f} s with {active} requests under way")
        for number, _event in events:
            line = lines[number]
            reply = _hear(line)
            if reply is None:
                continue
            now = clock()
            load.answered += 1
            load.waits.append(now - line.asked_at)
            following = _proceed(line, reply)
            active -= 1
            if now < deadline:
                active += _ask(line, following, now)
    load.seconds = clock() - started


def _ask(line: _Line, request: bytes | None, now: float) -> int:
    """Send a request; answers how many are under way because of it."""
    if request is None:
        return 0
    line.asked_at = now
    line.connection.sendall(request)
    return 1


def _hear(line: _Line) -> Reply | None:
    data = line.connection.recv(65536)
    if not data:
        raise LoadError("the server closed a connection that was waiting for its reply")
    line.buffer += data
    return cut_reply(line.buffer)


def _proceed(line: _Line, reply: Reply) -> bytes | None:
    try:
        return line.client.send(reply)
    except StopIteration:
        return None


def expect(reply: Reply, status: int = 200) -> Reply:
    """Return the reply if it has the expected status.

    Raises:
        LoadError: It has another one.
    """
    if reply.status != status:
        raise LoadError(f"expected {status}, got {reply.status}: {reply.body[:300].decode(errors='replace')}")
    return reply


def forever(request: bytes, holding: bytes = b"") -> Client:
    """Ask the same question again and again.

    Args:
        request: The question.
        holding: What every answer must hold, where a good status alone does not say that the work was done.

    Raises:
        LoadError: An answer has another status, or does not hold that.
    """
    while True:
        reply = expect((yield request))
        if holding not in reply.body:
            raise LoadError(f"expected {holding.decode()} in: {reply.body[:300].decode(errors='replace')}")


def ask_once(port: int, request: bytes) -> Reply:
    """Ask one question on a connection of its own and return the successful reply."""
    heard: list[Reply] = []

    def client() -> Client:
        heard.append((yield request))

    drive(port, [client()], seconds=SILENCE)
    return expect(heard[0])
