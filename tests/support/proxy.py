"""A reverse proxy as stands before a server in production: it speaks TLS to browsers and adds who they are.

It reads each request's head, adds X-Forwarded-For and X-Forwarded-Proto, and passes everything else through; each
connection carries one request.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.smtp import TestTls, make_tls

_MOST_HEAD_BYTES = 64 * 1024


class TlsProxy:
    """Listens on a port of its own and passes requests on to one server."""

    def __init__(self, tls: TestTls, backend_port: int) -> None:
        self.port = 0
        self._tls, self._backend_port = tls, backend_port
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="tls-proxy")

    @property
    def url(self) -> str:
        """How browsers reach the server."""
        return f"https://localhost:{self.port}"

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def pass_on_to(self, backend_port: int) -> None:
        """Name the server, once its port is known."""
        self._backend_port = backend_port

    def stop(self) -> None:
        """End the proxy and whatever it still carries."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._greet, "127.0.0.1", 0, ssl=self._tls.server)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        for conversation in tuple(self._conversations):
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        await asyncio.sleep(0.05)

    def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = self._loop.create_task(self._carry(reader, writer))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        backend: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            answers, backend = await asyncio.open_connection("127.0.0.1", self._backend_port, limit=_MOST_HEAD_BYTES)
            backend.write(_with_origin(head))
            asking = asyncio.ensure_future(_pump(reader, backend))
            try:
                await _pump(answers, writer)
            finally:
                asking.cancel()
        for side in (writer, backend):
            if side is not None:
                side.close()
                with contextlib.suppress(OSError):
                    await side.wait_closed()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(_MOST_HEAD_BYTES):
            target.write(data)
            await target.drain()


def _with_origin(head: bytes) -> bytes:
    request, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    named = [(line, line.partition(b":")[0].lower()) for line in lines]
    earlier = [line.partition(b":")[2].strip() for line, name in named if name == b"x-forwarded-for"]
    kept = [line for line, name in named if name not in {b"connection", b"x-forwarded-for"}]
    chain = b", ".join([*earlier, b"127.0.0.1"])
    added = [b"X-Forwarded-For: " + chain, b"X-Forwarded-Proto: https", b"Connection: close"]
    return b"\r\n".join([request, *kept, *added]) + b"\r\n\r\n"


ProxyMaker = Callable[..., TlsProxy]


@pytest.fixture
def make_tls_proxy(tmp_path: Path) -> Iterator[ProxyMaker]:
    """Give a maker of proxies that listen; each is told its server, at once or later."""
    tls = make_tls(tmp_path)
    made: list[TlsProxy] = []

    def make(backend_port: int = 0) -> TlsProxy:
        proxy = TlsProxy(tls, backend_port)
        proxy.start()
        made.append(proxy)
        return proxy

    yield make
    for proxy in made:
        proxy.stop()
