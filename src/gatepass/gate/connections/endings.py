"""How a connection ends: refused, answered and closed, cut for its slowness, or evicted to make room.

Requests that were read whole are answered first and in their order; only then does a refusal close the connection, so
that no client takes the refusal of one request for the answer to another.
"""

import asyncio
from enum import Enum
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gatepass.gate.connections.refusals import BODY_TOO_SLOW, HEAD_TOO_SLOW, Refusal
from gatepass.gate.connections.watch import NEVER, ConnectionLimits, ConnectionWatch


class Part(Enum):
    """Where in a request the parser stands; between two requests it is None."""

    HEAD = 1
    BODY = 2


class EarlyAnswer:
    """Stand in for the transport of a request that may be answered before its body has arrived.

    Closing a socket that still receives resets it, and the client loses the answer; so the closing lingers.
    """

    def __init__(self, protocol: "EndingProtocol") -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        """Let the client read the answer, then close."""
        self._protocol.linger()


class EndingProtocol(HttpToolsProtocol):
    """Hold a connection's deadlines and end it in the right way."""

    watch: ConnectionWatch
    limits: ConnectionLimits

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False  # it would write every query, and with it tokens
        self.network: str | None = None
        self.read_deadline = NEVER
        self.write_deadline = NEVER
        self.part: Part | None = None  # what is being read
        self.timed: Part | None = None  # what the read deadline is for
        self.is_half_open = False
        self.is_refused = False  # nothing more is read

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.watch.closed(self)
        super().connection_lost(exc)

    def is_idle(self) -> bool:
        """Say whether the connection waits for its next request."""
        return (
            self.part is None
            and not self.is_half_open
            and not self.is_refused
            and not self._is_answering()
            and not self.transport.is_closing()
        )

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def refuse(self, refusal: Refusal) -> None:
        """Read nothing more; answer the refusal where its turn in the order of requests is, and close."""
        self.is_refused = True
        self.read_deadline = NEVER
        self.watch.clear(self)
        self.watch.reasons[refusal.reason] += 1
        cycle = self.cycle
        if not self._is_answering():
            self._answer(refusal)
        elif self.part is not Part.BODY:
            cycle.keep_alive = False  # the requests before this one are answered, the last of them closes
        elif self.pipeline and self.pipeline[0][0] is cycle:
            cycle.transport = self.transport
            self.pipeline[0] = (cycle, refusal.app)  # its turn has not come yet
        else:
            cycle.disconnected = True  # the application learns that nobody waits
            cycle.message_event.set()
            if cycle.response_started:
                self._close()
            else:
                self._answer(refusal)

    def _answer(self, refusal: Refusal) -> None:
        self.transport.write(refusal.response(self.server_state.default_headers))
        if refusal in (HEAD_TOO_SLOW, BODY_TOO_SLOW):
            self._close()  # who sends so little has nothing under way that would reset the connection
        else:
            self.linger()

    def linger(self) -> None:
        """Say that no more will be written, and leave the client a moment to read before the socket closes."""
        self.is_refused = True
        self.read_deadline = NEVER
        self.watch.clear(self)
        if self.transport.is_closing():
            return
        self.write_deadline = self.loop.time() + self.limits.linger_seconds
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _close(self) -> None:
        self.transport.close()
        self.read_deadline = NEVER
        self.write_deadline = self.loop.time() + self.limits.linger_seconds  # if it doesn't read, it is cut

    def expire(self, now: float) -> None:
        """Do what a passed deadline asks for: cut, refuse, or close what has been idle."""
        if self.write_deadline <= now:
            if not self.is_refused and not self.transport.is_closing():
                self.watch.reasons["read_too_slow"] += 1
            self.transport.abort()
        elif self.flow.read_paused:
            self.read_deadline = now + self.limits.head_seconds  # we do not read, so the client is not late
        elif self.part is Part.HEAD:
            self.refuse(HEAD_TOO_SLOW)
        elif self.part is Part.BODY:
            self.refuse(BODY_TOO_SLOW)
        else:
            # Idle or opened ahead of need, as browsers do: an answer would be taken for that to the next request.
            if self.is_half_open:
                self.watch.reasons["silent"] += 1
            self.watch.clear(self)
            self._close()

    def evict(self) -> bool:
        """Close at once, unless an answer is under way; say whether it was closed."""
        self.watch.clear(self)
        if self.part is not Part.BODY and self._is_answering():
            self.is_refused = True
            self.cycle.keep_alive = False
            self.read_deadline = NEVER
            return False
        self.transport.abort()
        return True

    def on_response_complete(self) -> None:
        """Start the next request of the pipeline, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self.write_deadline = self.loop.time() + self.limits.write_seconds
            return
        if self.part is Part.BODY and self.cycle.response_complete:
            self.linger()  # answered before its body had arrived; what is left of it is not a request
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self.part is None and not self.is_refused:
            self.read_deadline = self.loop.time() + self.limits.idle_seconds

    def pause_writing(self) -> None:
        """Give a client that stopped reading its answer some time to go on."""
        super().pause_writing()
        self.write_deadline = self.loop.time() + self.limits.write_seconds

    def resume_writing(self) -> None:
        """Note that the client reads again."""
        super().resume_writing()
        if not self.is_refused and not self.transport.is_closing():
            self.write_deadline = NEVER
