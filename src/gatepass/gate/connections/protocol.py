"""uvicorn's HTTP/1.1 protocol with the limits that it lacks.

A request's head and body must arrive in time and in size, a server takes so many connections and no more, and what two
servers in a row could read differently is refused. An answer in progress (a long poll, a stream of events) is never
cut for the time it takes; only a client that sends too slowly, or does not read what it asked for, is.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import httptools
from uvicorn.config import Config
from uvicorn.server import ServerState

from gatepass.gate.connections.endings import EarlyAnswer, EndingProtocol, Part
from gatepass.gate.connections.offers import without_offer
from gatepass.gate.connections.refusals import (
    BAD_FRAMING,
    BAD_HOST,
    BAD_TARGET,
    BAD_VERSION,
    BODY_TOO_LARGE,
    FULL,
    HEAD_TOO_LARGE,
    MALFORMED,
    NO_UPGRADE,
    UnreadableRequest,
    head_size,
    is_host,
    is_target,
)
from gatepass.gate.connections.watch import NEVER, ConnectionLimits, ConnectionWatch, is_trusted, raise_descriptor_limit
from gatepass.protection.model import network_key

__all__ = ["ConnectionLimits", "protocol_class", "raise_descriptor_limit"]

_log = logging.getLogger("gatepass.gate.connections")
_JUDGED: Final = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect", b"upgrade"})


class _NoTrailers(list[tuple[bytes, bytes]]):
    """Takes the place of the header list once the head is complete: what comes after the body is refused."""

    def append(self, _item: tuple[bytes, bytes]) -> None:
        raise UnreadableRequest(BAD_FRAMING)


class GuardedProtocol(EndingProtocol):
    """Serve one connection within limits; use `protocol_class` to bind them."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.host: bytes | None = None
        self.is_early = False  # the application runs, the body is incomplete
        self.keeps_alive = True
        self.has_body = False
        self.wants_upgrade = False
        self.head_bytes = 0
        self.body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register the connection; its first head is due from now on."""
        super().connection_made(transport)
        if self.client is not None and not is_trusted(self.client[0], self.limits.trusted):
            self.network = network_key(self.client[0])
        self.read_deadline = self.loop.time() + self.limits.head_seconds
        self.timed = Part.HEAD
        if not self.watch.opened(self, self.loop):
            self.refuse(FULL)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived; start a deadline if it leaves a request incomplete."""
        if self.is_refused:
            return
        if len(data) > self.limits.head_bytes:
            # In slices, so that an oversized head is noticed before all of it is parsed.
            for start in range(0, len(data), self.limits.head_bytes):
                self.data_received(data[start : start + self.limits.head_bytes])
            return
        if self.part is Part.BODY:
            self.body_bytes += len(data)
            if self.body_bytes > self.limits.body_bytes:
                self.refuse(BODY_TOO_LARGE)
                return
        else:
            data = self._count_head(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._answer_and_stop()  # nothing else is spoken here, so the request is answered as it stands
        except httptools.HttpParserError as error:
            cause = error.__context__
            self.refuse(cause.refusal if isinstance(cause, UnreadableRequest) else MALFORMED)
        else:
            if self.part is not None:
                self._wait_for_the_rest()

    def _count_head(self, data: bytes) -> bytes:
        self.head_bytes += len(data)
        return without_offer(data) if self.part is None and b"h2c" in data else data

    def _wait_for_the_rest(self) -> None:
        if self.part is Part.HEAD:
            if self.head_bytes > self.limits.head_bytes:
                self.refuse(HEAD_TOO_LARGE)
                return
            if self.timed is not Part.HEAD:
                self.read_deadline = self.loop.time() + self.limits.head_seconds
        elif self.timed is not Part.BODY:
            self.read_deadline = self.loop.time() + self.limits.body_seconds
            self.is_early = True
            self.cycle.transport = EarlyAnswer(self)  # type: ignore[assignment]
            self.keeps_alive, self.cycle.keep_alive = self.cycle.keep_alive, False
        self.timed = self.part
        self.watch.suspect(self)

    # What the parser reports

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self.part = Part.HEAD
        self.host = None

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, after a look at those that decide where a request ends and whom it is for."""
        name = name.lower()
        if name in _JUDGED:
            self._judge(name, value)
        self.headers.append((name, value))

    def _judge(self, name: bytes, value: bytes) -> None:
        if name == b"host":
            if self.host is not None or not is_host(value):
                raise UnreadableRequest(BAD_HOST)
            self.host = value
        elif name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"
        elif name == b"upgrade":
            self.wants_upgrade = True
        elif name == b"content-length":
            if not value.isdigit():
                raise UnreadableRequest(BAD_FRAMING)
            self.has_body = value.strip(b"0") != b""
            if len(value) > 15 or int(value) > self.limits.body_bytes:  # noqa: PLR2004 - digits, far beyond any body
                raise UnreadableRequest(BODY_TOO_LARGE)
        else:
            self.has_body = True
            if value.lower() != b"chunked" or self.parser.get_http_version() != "1.1":
                raise UnreadableRequest(BAD_FRAMING)

    def on_headers_complete(self) -> None:
        """Judge the head as a whole and hand the request over."""
        if self.host is None or self.url[:1] != b"/" or b"#" in self.url:
            self._judge_target()
        version = self.parser.get_http_version()
        if version not in {"1.1", "1.0"}:
            raise UnreadableRequest(BAD_VERSION)
        if self.head_bytes > self.limits.head_bytes and head_size(self.url, self.headers) > self.limits.head_bytes:
            raise UnreadableRequest(HEAD_TOO_LARGE)
        if self.wants_upgrade:
            self.wants_upgrade = False
            if self.has_body and self.parser.should_upgrade():
                raise UnreadableRequest(NO_UPGRADE)  # the parser would take the body for another protocol
        if len(self.pipeline) >= self.limits.pipelined:
            raise UnreadableRequest(MALFORMED)
        super().on_headers_complete()
        self.part = Part.BODY
        self.headers = _NoTrailers()

    def _judge_target(self) -> None:
        if self.host is None and self.parser.get_http_version() != "1.0":
            raise UnreadableRequest(BAD_HOST)
        if not is_target(self.url, self.host):
            raise UnreadableRequest(BAD_TARGET)

    def on_message_complete(self) -> None:
        """End a request: no deadline runs while it is answered."""
        self.part = self.timed = None
        self.read_deadline = NEVER
        self.head_bytes = self.body_bytes = 0
        self.has_body = False
        if self.is_half_open:
            self.watch.clear(self)
        if self.is_early:
            self.is_early = False
            self.cycle.transport = self.transport
            if not self.cycle.response_started:
                self.cycle.keep_alive = self.keeps_alive
        super().on_message_complete()

    def _should_upgrade(self) -> bool:
        return False

    def _answer_and_stop(self) -> None:
        self.is_refused = True
        if self._is_answering():
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close now or after the answer that is under way."""
        self.keeps_alive = False
        super().shutdown()


def protocol_class(
    limits: ConnectionLimits, report: Callable[[Counter[str]], None] | None = None
) -> type[GuardedProtocol]:
    """Return the protocol class for one server: uvicorn's, within limits.

    Args:
        limits: What a connection, a network and all connections together may take.
        report: Called at most once a sweep with the connections cut or refused, by reason; for metrics.
    """

    def tell(reasons: Counter[str]) -> None:
        _log.info("Connections were cut or refused: %s.", ", ".join(f"{n} {why}" for why, n in reasons.items()))
        if report is not None:
            report(reasons)

    bound = {"limits": limits, "watch": ConnectionWatch(limits, tell)}
    return type("LimitedProtocol", (GuardedProtocol,), bound)
