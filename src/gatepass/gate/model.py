"""What an endpoint declares, and what its handler is given and gives back."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from gatepass.access.model import Principal
from gatepass.access.model import Scope as ManagementScope
from gatepass.applications.model import Application
from gatepass.audit.model import Actor, Origin
from gatepass.gate.requests.parameters import NO_PARAMETERS, BodyType, Parameters
from gatepass.gate.requests.paths import NO_PARTS
from gatepass.kit.problems import Problem
from gatepass.protection.model import Limit

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
MOST_BODY_BYTES = 64 * 1024
# Methods whose parameters stand in the query.
WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})
# What a URL in a header may be made of (RFC 3986 §2); a line end would begin another header.
_URL = re.compile(r"[!-~]+")

NOBODY = Actor()

Q = TypeVar("Q")
B = TypeVar("B")


class Caller(StrEnum):
    """Who may call an endpoint."""

    ANYBODY = "anybody"
    APPLICATION = "application"
    MANAGER = "manager"
    MEMBER = "member"


class Reply(msgspec.Struct, frozen=True):
    """An answer that is more than a value to be written as JSON."""

    body: bytes = b""
    status: int = 200
    media_type: bytes = b"application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()

    @classmethod
    def page(cls, body: bytes, *, status: int = 200, headers: Sequence[tuple[bytes, bytes]] = ()) -> "Reply":
        """Return a page for a person; it leaves with the headers of pages.

        Args:
            body: what `PageRenderer.render` returned.
            status: the HTTP status.
            headers: further headers, such as cookies; the same name may stand several times.
        """
        return cls(body, status, b"text/html; charset=utf-8", headers)

    @classmethod
    def redirect(cls, url: str, *, headers: Sequence[tuple[bytes, bytes]] = ()) -> "Reply":
        """Return the answer that sends a browser on with a GET (303; RFC 9700 §4.12 forbids 307).

        Args:
            url: an absolute URL or a path of ours, percent-encoded.
            headers: further headers, such as cookies.

        Raises:
            ValueError: the URL holds what no URL may, so that it could end the header.
        """
        if _URL.fullmatch(url) is None:
            raise ValueError("A URL to redirect to is ASCII without spaces and control characters.")
        return cls(b"", 303, b"text/plain; charset=utf-8", ((b"location", url.encode()), *headers))


_encode = msgspec.json.Encoder().encode


def encode_answer(answer: Any) -> bytes:
    """Write an answer as JSON."""
    return _encode(answer)


@dataclass(frozen=True, slots=True)
class EventStream:
    """An answer that goes on: Server-Sent Events (HTML §9.2), ready as bytes."""

    events: AsyncIterator[bytes]


class Call(msgspec.Struct, Generic[Q, B]):
    """One request that has passed the gate.

    Args:
        query: the query's parameters, decoded and of the declared type.
        body: the body, decoded and of the declared type.
        network: the client's address, as the trusted proxies tell it.
        headers: the request's headers, names in lower case.
        trace_id: what the log and the person both see.
        receive: the connection's further messages; `watch` reads them.
        is_confidential: whether the caller has proven to be a server of the application, by its secret.
        known_application: the application that calls; where a handler finds it out itself, it sets it as soon as it
            knows, so that even a refusal may be read by the application's origins.
        parameters: the OAuth parameters, where the endpoint takes some.
        path: the path's parts by name, where the endpoint has some.
        sent_query: the query as it was sent, by name, where the endpoint is one of the management API.
        known_principal: who manages, where the endpoint asks for that.
    """

    query: Q
    body: B
    network: str
    headers: dict[bytes, bytes]
    trace_id: str
    receive: Receive
    known_application: Application | None = None
    is_confidential: bool = False
    watched: "asyncio.Future[None] | None" = None
    parameters: Parameters = NO_PARAMETERS
    path: Mapping[str, str] = NO_PARTS
    sent_query: Mapping[str, str] = NO_PARTS
    known_principal: Principal | None = None

    @property
    def principal(self) -> Principal:
        """Return who manages; only where the endpoint asks for a manager or a member."""
        if self.known_principal is None:
            raise TypeError("This endpoint does not declare that somebody manages.")
        return self.known_principal

    @property
    def application(self) -> Application:
        """Return the application that calls; only where the endpoint asks for one."""
        if self.known_application is None:
            raise TypeError("This endpoint does not declare that an application calls it.")
        return self.known_application

    @property
    def user_agent(self) -> str:
        """Return the agent that the client names."""
        return self.headers.get(b"user-agent", b"").decode("latin-1")

    @property
    def origin(self) -> Origin:
        """Return where the request came from, for the record."""
        actor = NOBODY if self.known_principal is None else self.known_principal.actor
        return Origin(self.network, self.user_agent, actor, self.trace_id)

    def watch(self) -> "asyncio.Future[None]":
        """Return what is done as soon as the client has gone away; the body must have been read before."""
        if self.watched is None:
            self.watched = asyncio.ensure_future(_until_gone(self.receive))
        return self.watched

    def end(self) -> None:
        """Stop watching the connection."""
        if self.watched is not None:
            self.watched.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def read_cookie(header: bytes | None, name: str) -> str | None:
    """Return the value of one cookie of a Cookie header (RFC 6265 §5.4); what its neighbours hold does not matter."""
    if not header:
        return None
    for pair in header.decode("latin-1").split(";"):
        unverified_name, separator, value = pair.partition("=")
        if separator and unverified_name.strip() == name:
            return value.strip()
    return None


Handler = Callable[[Call[Any, Any]], Awaitable[Any]]
Charge = tuple[Limit, str]


class Face(StrEnum):
    """Which form an error takes."""

    HOSTED = "hosted"
    PROBLEM = "problem"
    OAUTH = "oauth"
    PAGE = "page"


class Security(StrEnum):
    """How a handler learns who calls, for the documentation and for what may stand once only in a request."""

    NONE = "none"
    CLIENT = "client"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the endpoint table.

    Args:
        name: the stable name, for metrics and as the OpenAPI operation id.
        method: the HTTP method.
        paths: every spelling that is served, the preferred one first; `{name}` is a part, one whole segment.
        handler: what answers.
        summary: one sentence for the API's documentation.
        caller: who may call.
        query: the struct of the query's parameters, None where it has none.
        body: the struct of the JSON body, None where it has none.
        answer: the type of the JSON answer, or a media type where it isn't JSON.
        charges: which limits a call is charged to, from the call.
        errors: the codes of the problems that its handler may answer, for the documentation.
        may_be_missing: whether one of them has the status 404, because what the call names is not here.
        takes_parameters: whether it takes OAuth parameters, of the query or, where the method has a body, of the body
            alone; `query` or `body` then only document them.
        accepts: how a body of parameters may arrive.
        security: how the handler learns who calls.
        status: the status of its good answers, where the handler returns a value and for the documentation.
        face: which form its errors take.
        is_cached: whether the answer may be kept by caches; its own headers then say for how long.
        is_cross_origin: whether pages of other origins may call it; the authorization endpoint is for browsers' own
            journeys alone (RFC 9700 §2.6).
        scope: what a manager must be allowed; needed where the caller is one.
        permission: the slug of the permission that a member's roles must grant; empty where being one is enough.
        is_repeatable: whether a repeat with the same `Idempotency-Key` gets the first answer and changes nothing.
        most_body_bytes: how large a body may be.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    handler: Handler
    summary: str
    caller: Caller = Caller.ANYBODY
    query: type | None = None
    body: type | None = None
    answer: Any = None
    charges: Callable[[Call[Any, Any]], Sequence[Charge]] | None = None
    errors: tuple[str, ...] = ()
    may_be_missing: bool = False
    face: Face = Face.HOSTED
    is_cached: bool = False
    tag: str = "Authentication"
    takes_parameters: bool = False
    accepts: tuple[BodyType, ...] = (BodyType.FORM,)
    security: Security = Security.NONE
    status: int = 200
    is_cross_origin: bool = True
    scope: ManagementScope | None = None
    permission: str = ""
    is_repeatable: bool = False
    most_body_bytes: int = MOST_BODY_BYTES


def unknown_client() -> Problem:
    """Return the problem of a call that names no application that there is."""
    return Problem(
        "invalid_client_id",
        400,
        "Name an application: send its client_id as a query parameter, in the x-client-id header or in the body.",
        number=1000,
    )
