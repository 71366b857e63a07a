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
from gatepass.gate.answers.origins import OriginJudge
from gatepass.gate.headers import StandingHeaders
from gatepass.gate.hosts import HostList
from gatepass.gate.model import (
    Call,
    Endpoint,
    EventStream,
    Face,
    Headers,
    Message,
    Receive,
    Reply,
    Scope,
    Send,
    encode_answer,
)
from gatepass.gate.phases import Compiled, Gatekeeper
from gatepass.gate.requests.paths import NO_PARTS, PathTree
from gatepass.kit.client.networks import canonical
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.gate")
_TRACE_PREFIX = secrets.token_hex(6)
_trace_numbers = itertools.count(1)
# Where programs call; a person never sees their answers.
_FOR_OAUTH = ("/oauth/", "/oauth2/", "/oidc/")
_FOR_PROGRAMS = ("/api/", "/.well-known/", *_FOR_OAUTH)
# What two servers in a row could read as different paths.
_AMBIGUOUS = ("%", "//", ";", "\\")
# What the machines around the server ask, each by whatever name it knows.
_FOR_ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics", "/internal/tls/ask"})


def new_trace_id() -> str:
    """Return what ties an answer to its lines in the log."""
    return f"{_TRACE_PREFIX}{next(_trace_numbers):x}"


@dataclass(frozen=True, slots=True)
class _Row:
    endpoint: Endpoint
    passed: Compiled


_Methods = Mapping[str, _Row]


@dataclass(frozen=True, slots=True)
class Table:
    """The endpoint table, ready to be looked up: by exact path first, then by paths with parts."""

    rows: Mapping[str, _Methods] = field(repr=False)
    patterns: PathTree[_Methods] = field(repr=False)

    @classmethod
    def of(cls, endpoints: list[Endpoint], gatekeeper: Gatekeeper) -> "Table":
        """Compile a table.

        Raises:
            ValueError: two endpoints claim one method and path, or an endpoint can't be what it declares.
        """
        rows: dict[str, dict[str, _Row]] = {}
        for endpoint in endpoints:
            row = _Row(endpoint, gatekeeper.compile(endpoint))
            for path in endpoint.paths:
                methods = rows.setdefault(path, {})
                if endpoint.method in methods:
                    raise ValueError(f"{endpoint.method} {path} is claimed twice.")
                methods[endpoint.method] = row
        patterns: PathTree[_Methods] = PathTree()
        for path in [path for path in rows if "{" in path]:
            patterns.add(path, rows.pop(path))
        return cls(rows, patterns)

    def find(self, path: str) -> tuple[_Methods, Mapping[str, str]] | None:
        """Return the methods of a path and its parts; only what every server reads alike may have parts."""
        methods = self.rows.get(path)
        if methods is not None:
            return methods, NO_PARTS
        return None if any(mark in path for mark in _AMBIGUOUS) else self.patterns.find(path)


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
        allowed_hosts: HostList,
        *,
        logs_access: bool = False,
    ) -> None:
        self._table = table
        self._rows = table.rows
        self._pages = pages
        self._origins = OriginJudge(applications)
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
        path = _spelled(scope["raw_path"].decode("latin-1"))
        scope["trace_id"] = trace_id = new_trace_id()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"")
        if not (self._hosts.serves(host) or path in _FOR_ANY_HOST or await self._hosts.admits(host)):
            problem = Problem("unknown_host", 421, "This server does not answer for that host name.")
            found = self._table.find(path)
            reply = render(problem, _face(found[0]) if found else Face.HOSTED, trace_id)
            return await self._send_reply(send, reply, trace_id, []), "unknown_host"
        parts = NO_PARTS
        methods = self._rows.get(path)
        if methods is None:
            found = self._table.find(path)
            if found is None:
                return await self._answer_elsewhere(path, scope, receive, send), "pages"
            methods, parts = found
        row = methods.get(scope["method"])
        if row is None and scope["method"] == "HEAD" and path in _FOR_ANY_HOST:
            row = methods.get("GET")  # probes ask without a body
        if row is None:
            return await self._without_method(scope, send, headers, methods), "method_not_allowed"
        client = scope.get("client")
        call: Call[Any, Any] = Call(None, None, canonical(client[0]) if client else "", headers, trace_id, receive)
        call.path = parts
        try:
            return await self._answer_call(row, call, scope, send), row.endpoint.name
        finally:
            call.end()

    async def _answer_elsewhere(self, path: str, scope: Scope, receive: Receive, send: Send) -> int:
        if path.startswith(_FOR_PROGRAMS) or any(mark in path for mark in _AMBIGUOUS):
            problem = Problem("not_found", 404, "There is nothing at this address.", number=1005)
            trace_id, face = scope["trace_id"], Face.OAUTH if path.startswith(_FOR_OAUTH) else Face.HOSTED
            return await self._send_reply(send, render(problem, face, trace_id), trace_id, [])
        await self._pages(scope, receive, send)
        return int(scope.get("gatepass.status", 200))

    async def _answer_call(self, row: _Row, call: Call[Any, Any], scope: Scope, send: Send) -> int:
        endpoint, trace_id = row.endpoint, call.trace_id
        try:
            answer = await row.passed(scope, call)
        except Problem as problem:
            _tell(problem, endpoint.name, trace_id)
            answer = render(problem, endpoint.face, trace_id, _languages(call.headers))
        except Exception:  # noqa: BLE001 - whatever it was, the caller gets an answer and the log the rest
            _log.exception("request.failed", endpoint=endpoint.name, trace_id=trace_id)
            answer = render(_unforeseen(trace_id), endpoint.face, trace_id, _languages(call.headers))
        extra = await self._origins.of_answer(call, endpoint)
        if isinstance(answer, EventStream):
            return await self._send_stream(answer, send, trace_id, extra)
        reply = answer if isinstance(answer, Reply) else Reply(encode_answer(answer), endpoint.status)
        standing = None
        if endpoint.is_cached and reply.status == 200:  # noqa: PLR2004 - the HTTP status
            standing = self._headers.cached
        elif endpoint.face is Face.OAUTH and reply.media_type == b"application/json":
            standing = self._headers.oauth
        return await self._send_reply(send, reply, trace_id, extra, standing)

    async def _without_method(self, scope: Scope, send: Send, headers: dict[bytes, bytes], methods: _Methods) -> int:
        trace_id, names = scope["trace_id"], list(methods)
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            extra = await self._origins.of_preflight(headers, [row.endpoint for row in methods.values()])
            return await self._send_reply(send, Reply(status=204), trace_id, extra)
        problem = Problem("method_not_allowed", 405, f"Use {' or '.join(names)} at this address.")
        allow = (b"allow", ", ".join(names).encode())
        return await self._send_reply(
            send, render(problem, _face(methods), trace_id, _languages(headers)), trace_id, [allow]
        )

    async def _send_reply(
        self, send: Send, reply: Reply, trace_id: str, extra: Headers, standing: Headers | None = None
    ) -> int:
        own = {name for name, _ in reply.headers}
        headers = [
            (b"content-type", reply.media_type),
            (b"content-length", str(len(reply.body)).encode()),
            (b"x-trace-id", trace_id.encode()),
            # What an answer says itself takes the place of the standing header, of which two would both hold.
            *[header for header in self._policy(reply, standing) if header[0] not in own],
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


def _spelled(path: str) -> str:
    """Return a path with the signs of an address as themselves: many clients encode them, and all read them alike."""
    if "%" not in path:
        return path
    return path.replace("%40", "@").replace("%2B", "+").replace("%2b", "+")


def _languages(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"accept-language", b"").decode("latin-1")


def _face(methods: _Methods) -> Face:
    """Return the face of what goes wrong before a method is found; the oldest doors share the hosted one."""
    face = next(iter(methods.values())).endpoint.face
    return face if face in {Face.OAUTH, Face.PAGE} else Face.HOSTED


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
