"""A server that the benchmark's instruments are tried on: it burns a known time per request.

``python small_server.py PORT MICROSECONDS``: answers 200, or 503 under /refused; starts a child that sleeps.
"""

import asyncio
import subprocess
import sys
import time

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
REFUSED = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"


class Door(asyncio.Protocol):
    """Answers every request head that arrives whole."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        until = time.thread_time() + int(sys.argv[2]) / 1e6
        while time.thread_time() < until:
            pass
        if data.startswith(b"GET /gone"):
            self.transport.close()
            return
        self.transport.write(REFUSED if data.startswith(b"GET /refused") else OK)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Door, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        try:
            asyncio.run(main())
        finally:
            child.kill()
