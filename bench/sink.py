"""An SMTP server that accepts everything and appends it to a file: ``python -m bench.sink PORT FILE``.

It is a program of its own so that receiving mail never delays the load; it does as little as the protocol allows.
"""

import asyncio
import os
import sys
from typing import cast

import uvloop

END_OF_MAIL = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One SMTP conversation (RFC 5321); mails go to the spool as a line with their length, then their bytes."""

    def __init__(self, spool: int) -> None:
        self._spool = spool
        self._buffer = bytearray()
        self._receives_mail = False
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's own class does not inherit from it
        self._say(b"220 sink.example ESMTP")

    def data_received(self, data: bytes) -> None:
        """Take commands and mails off the buffer while they are whole."""
        self._buffer += data
        while self._take_mail() if self._receives_mail else self._take_command():
            pass

    def _take_mail(self) -> bool:
        end = self._buffer.find(END_OF_MAIL)
        if end < 0:
            return False
        mail = bytes(self._buffer[:end]).replace(b"\r\n..", b"\r\n.") + b"\r\n"
        del self._buffer[: end + len(END_OF_MAIL)]
        os.write(self._spool, b"%d\n%b" % (len(mail), mail))
        self._receives_mail = False
        self._say(b"250 kept")
        return True

    def _take_command(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        verb = bytes(self._buffer[:4]).upper()
        del self._buffer[: end + 2]
        if verb == b"DATA":
            self._receives_mail = True
            self._say(b"354 go on")
        elif verb == b"EHLO":
            self._say(b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8")
        elif verb == b"QUIT":
            self._say(b"221 bye")
            if self._transport:
                self._transport.close()
        else:
            self._say(b"250 fine")
        return True

    def _say(self, line: bytes) -> None:
        if self._transport:
            self._transport.write(line + b"\r\n")


async def serve(port: int, spool: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Session(spool), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)))
