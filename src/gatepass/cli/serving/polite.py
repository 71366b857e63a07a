"""uvicorn's server, with better manners at its end."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn


class PoliteServer(uvicorn.Server):
    """Answers those who wait before it waits for them, and ends with status 0 once everything in hand is answered.

    The library's own raises the signal anew at its end, which looks like a failure to whoever watches the process.

    Args:
        config: uvicorn's configuration.
        release_waiting: called once when the server begins to stop; answers the long polls and ends the streams.
    """

    def __init__(self, config: uvicorn.Config, release_waiting: Callable[[], None]) -> None:
        super().__init__(config)
        self._release_waiting = release_waiting

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals to stop for as long as the server runs."""
        former = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, answer what is in hand, and end."""
        self._release_waiting()
        await super().shutdown(sockets)
