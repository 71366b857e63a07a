"""The server's front door: an ASGI application that answers the endpoint table and hands pages on."""

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import structlog

from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate import metrics
from gatepass.gate.answers.faces import render
from gatepass.gate.headers import StandingHeaders, cross_origin, preflight
from gatepass.gate.model import Call, Endpoint, EventStream, Face, Headers, Message, Receive, Reply, Scope, Send
from gatepass.gate.phases import Compiled, Gatekeeper, encode_answer
from gatepass.kit.client.networks import canonical
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.gate")
_TRACE_PREFIX = secrets.token_hex(6)
_trace_numbers = itertools.count(1)
# Where programs call; a person never sees their answers.
_FOR_PROGRAMS = ("/api/", "/.well-known/", "/oauth2/", "/oidc/")
# What two servers in a row could read as different paths.
_AMBIGUOUS = ("%", "//", ";", "\\")
_FOR_ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})


def new_trace_id() -> str:
    """Return what ties an answer to its lines in the log."""
    return f"{_TRACE_PREFIX}{next(_trace_numbers):x}"


@dataclass(frozen=True, slots=True)
class _Row:
    endpoint: Endpoint
    passed: Compiled


@dataclass(frozen=True, slots=True)
class Table:
    """The endpoint table, ready to be looked up by exact path."""

    rows: Mapping[str, Mapping[str, _Row]] = field(repr=False)

    @classmethod
    def of(cls, endpoints: list[Endpoint], gatekeeper: Gatekeeper) -> "Table":
        """Compile a table.

        Raises:
            ValueError: two endpoints claim one method and path.
        """
        rows: dict[str, dict[str, _Row]] = {}
        for endpoint in endpoints:
            row = _Row(endpoint, gatekeeper.compile(endpoint))
            for path in endpoint.paths:
                methods = rows.setdefault(path, {})
                if endpoint.method in methods:
                    raise ValueError(f"{endpoint.method} {path} is claimed twice.")
                methods[endpoint.method] = row
        return cls(rows)


class Gate:
    """The ASGI application.

    Args:
        table: the endpoints.
        pages: the ASGI application that answers every other path.
        applications: for the origins that may read answers.
        headers: what every answer carries.
        allowed_hosts: the Host headers that are served.
        logs_access: whether each answer is logged.
    """

    def __init__(
        self,
        table: Table,
        pages: Any,
        applications: ApplicationDirectory,
        headers: StandingHeaders,
        allowed_hosts: "HostList",
        *,
        logs_access: bool = False,
    ) -> None:
        self._rows = table.rows
        self._pages = pages
        self._applications = applications
        self._headers = headers
        self._hosts = allowed_hosts
        self._logs_access = logs_access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        started = perf_counter()
        metrics.began()
        status, name = 500, "pages"
        try:
            status, name = await self._answer(scope, receive, send)
        finally:
            metrics.ended()
            seconds = perf_counter() - started
            metrics.observe(name, status, seconds)
            if self._logs_access:
                milliseconds = round(seconds * 1000, 2)
                _log.info(
                    "request.answered", endpoint=name, status=status, ms=milliseconds, trace_id=scope.get("trace_id")
                )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, str]:
        # The raw path, so that no decoding makes another route of it (%2f, ;, //).
        path = scope["raw_path"].decode("latin-1")
        scope["trace_id"] = trace_id = new_trace_id()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if not self._hosts.serves(headers.get(b"host", b"")) and path not in _FOR_ANY_HOST:
            problem = Problem("unknown_host", 421, "This server does not answer for that host name.")
            return await self._send_reply(send, render(problem, Face.HOSTED, trace_id), trace_id, []), "unknown_host"
        methods = self._rows.get(path)
        if methods is None:
            if path.startswith(_FOR_PROGRAMS) or any(mark in path for mark in _AMBIGUOUS):
                problem = Problem("not_found", 404, "There is nothing at this address.", number=1005)
                return await self._send_reply(send, render(problem, Face.HOSTED, trace_id), trace_id, []), "pages"
            await self._pages(scope, receive, send)
            return int(scope.get("gatepass.status", 200)), "pages"
        row = methods.get(scope["method"])
        if row is None and scope["method"] == "HEAD" and path in _FOR_ANY_HOST:
            row = methods.get("GET")  # probes ask without a body
        if row is None:
            return await self._without_method(scope, send, headers, list(methods), trace_id), "method_not_allowed"
        return await self._answer_row(row, scope, receive, send, headers, trace_id), row.endpoint.name

    async def _answer_row(
        self, row: _Row, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes], trace_id: str
    ) -> int:
        client = scope.get("client")
        call: Call[Any, Any] = Call(None, None, canonical(client[0]) if client else "", headers, trace_id, receive)
        try:
            return await self._answer_call(row, call, scope, send)
        finally:
            call.end()

    async def _answer_call(self, row: _Row, call: Call[Any, Any], scope: Scope, send: Send) -> int:
        endpoint, trace_id = row.endpoint, call.trace_id
        try:
            answer = await row.passed(scope, call)
        except Problem as problem:
            _tell(problem, endpoint.name, trace_id)
            answer = render(problem, endpoint.face, trace_id)
        except Exception:  # noqa: BLE001 - whatever it was, the caller gets an answer and the log the rest
            _log.exception("request.failed", endpoint=endpoint.name, trace_id=trace_id)
            answer = render(_unforeseen(trace_id), endpoint.face, trace_id)
        extra = await self._cross_origin(call, is_public=endpoint.is_cached)
        if isinstance(answer, EventStream):
            return await self._send_stream(answer, send, trace_id, extra)
        reply = answer if isinstance(answer, Reply) else Reply(encode_answer(answer))
        standing = self._headers.cached if endpoint.is_cached and reply.status == 200 else None  # noqa: PLR2004
        return await self._send_reply(send, reply, trace_id, extra, standing)

    async def _cross_origin(self, call: Call[Any, Any], *, is_public: bool) -> Headers:
        origin = call.headers.get(b"origin")
        if is_public:
            return [(b"access-control-allow-origin", b"*")]
        if origin is None:
            return []
        text = origin.decode("latin-1")
        application = call.known_application
        if application is None:
            allowed = await self._allows_origin(text)
        else:
            allowed = text in application.allowed_origins
        return cross_origin(origin) if allowed else [(b"vary", b"origin")]

    async def _allows_origin(self, origin: str) -> bool:
        try:
            return await self._applications.allows_origin(origin)
        except Problem:
            return False

    async def _without_method(
        self, scope: Scope, send: Send, headers: dict[bytes, bytes], methods: list[str], trace_id: str
    ) -> int:
        origin = headers.get(b"origin", b"")
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            allowed = bool(origin) and await self._allows_origin(origin.decode("latin-1"))
            extra = preflight(origin, methods) if allowed else [(b"vary", b"origin")]
            return await self._send_reply(send, Reply(status=204), trace_id, extra)
        problem = Problem("method_not_allowed", 405, f"Use {' or '.join(methods)} at this address.")
        allow = (b"allow", ", ".join(methods).encode())
        return await self._send_reply(send, render(problem, Face.HOSTED, trace_id), trace_id, [allow])

    async def _send_reply(
        self, send: Send, reply: Reply, trace_id: str, extra: Headers, standing: Headers | None = None
    ) -> int:
        headers = [
            (b"content-type", reply.media_type),
            (b"content-length", str(len(reply.body)).encode()),
            (b"x-trace-id", trace_id.encode()),
            *self._policy(reply, standing),
            *extra,
            *reply.headers,
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})
        return reply.status

    def _policy(self, reply: Reply, standing: Headers | None) -> Headers:
        if standing is not None:
            return standing
        return self._headers.page if reply.media_type.startswith(b"text/html") else self._headers.api

    async def _send_stream(self, stream: EventStream, send: Send, trace_id: str, extra: Headers) -> int:
        headers = [(b"content-type", b"text/event-stream"), (b"x-trace-id", trace_id.encode())]
        start: Message = {
            "type": "http.response.start",
            "status": 200,
            "headers": [*headers, *self._headers.api, *extra],
        }
        await send(start)
        async for piece in stream.events:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return 200


class HostList:
    """The Host headers that a server answers for."""

    def __init__(self, hosts: frozenset[str], *, with_loopback: bool) -> None:
        self._hosts = frozenset(host.lower().encode() for host in hosts)
        self._with_loopback = with_loopback

    def serves(self, unverified_host: bytes) -> bool:
        """Tell whether a Host header (host and port) is one of ours; on a laptop any port of loopback is."""
        if unverified_host in self._hosts:
            return True
        host = unverified_host.lower()
        if host in self._hosts:
            return True
        name = host.rpartition(b":")[0] if b":" in host and not host.endswith(b"]") else host
        return self._with_loopback and name in {b"localhost", b"127.0.0.1", b"[::1]"}


def _tell(problem: Problem, endpoint: str, trace_id: str) -> None:
    if problem.status >= 500:  # noqa: PLR2004 - the server's own faults
        _log.error(
            "request.unavailable", endpoint=endpoint, code_name=problem.code, detail=problem.detail, trace_id=trace_id
        )
    else:
        _log.debug(
            "request.refused", endpoint=endpoint, code_name=problem.code, detail=problem.detail, trace_id=trace_id
        )


def _unforeseen(trace_id: str) -> Problem:
    return Problem(
        "internal_error",
        500,
        f"Something went wrong on our side. Try again; if it stays, quote {trace_id}.",
        number=1006,
    )
