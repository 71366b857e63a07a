"""A small application behind the guarded protocol, in a process of its own, and raw sockets to attack it with."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from gatepass.gate.connections.protocol import ConnectionLimits, GuardedProtocol, protocol_class, raise_descriptor_limit

GOOD_REQUEST = b"GET /hello HTTP/1.1\r\nHost: gate.test\r\n\r\n"


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read_all(receive: Any) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += bytes(message["body"])
        if not message["more_body"]:
            return body


async def _events(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for number in range(15):
        await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
        await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": b""})


class Application:
    """Answers what the tests ask for and counts the requests that reached it."""

    def __init__(self, guarded: type[GuardedProtocol]) -> None:
        self.guarded = guarded
        self.reached = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        self.reached += 1
        path = scope["path"]
        if path == "/echo":
            body = await _read_all(receive)
            if body is not None:
                await _answer(send, 200, body)
        elif path == "/early":
            await _answer(send, 413, b"too large")
        elif path == "/events":
            await _events(send)
        elif path == "/wait":
            await asyncio.sleep(1.5)
            await _answer(send, 200, b"waited")
        elif path == "/large":
            await _answer(send, 200, b"x" * 50_000_000)
        elif path == "/facts":
            watch = self.guarded.watch
            facts = {"open": watch.open_connections, "half_open": watch.half_open_connections, "reached": self.reached}
            await _answer(send, 200, json.dumps(facts).encode())
        else:
            await _answer(send, 200, b"hello")


@contextmanager
def limited_server(**limits: Any) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run the server with these limits and yield its port and its process."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    command = [sys.executable, str(Path(__file__)), str(listening.fileno()), json.dumps(limits)]
    process = subprocess.Popen(command, pass_fds=[listening.fileno()], stdout=subprocess.PIPE, text=True)
    port = listening.getsockname()[1]
    listening.close()
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        process.stdout.close()


def exchange(port: int, *pieces: bytes, timeout: float = 10.0) -> bytes:
    """Send some bytes on a connection of their own and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as client:
        for piece in pieces:
            client.sendall(piece)
        return read_to_end(client)


def read_to_end(client: socket.socket) -> bytes:
    """Return all that comes until the peer closes or resets."""
    answer = b""
    try:
        while piece := client.recv(65536):
            answer += piece
    except ConnectionError:
        pass
    return answer


def facts(port: int) -> dict[str, int]:
    """Ask the server how many connections it has and how many requests reached the application."""
    answer = exchange(port, b"GET /facts HTTP/1.1\r\nHost: gate.test\r\nConnection: close\r\n\r\n")
    loaded: dict[str, int] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return loaded


async def _serve(descriptor: int, limits: dict[str, Any]) -> None:
    guarded = protocol_class(ConnectionLimits(**limits))
    config = uvicorn.Config(
        Application(guarded), http=guarded, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    os.write(1, b"ready\n")  # the socket listens already, so whoever connects now is only served a little later
    await uvicorn.Server(config).serve([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    import uvloop

    raise_descriptor_limit()
    uvloop.run(_serve(int(sys.argv[1]), json.loads(sys.argv[2])))
