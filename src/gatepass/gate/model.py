"""What an endpoint declares, and what its handler is given and gives back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.problems import Problem
from gatepass.protection.model import Limit

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

Q = TypeVar("Q")
B = TypeVar("B")


class Caller(StrEnum):
    """Who may call an endpoint."""

    ANYBODY = "anybody"
    APPLICATION = "application"


class Reply(msgspec.Struct, frozen=True):
    """An answer that is more than a value to be written as JSON."""

    body: bytes = b""
    status: int = 200
    media_type: bytes = b"application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()


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
        return Origin(self.network, self.user_agent)

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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the endpoint table.

    Args:
        name: the stable name, for metrics and as the OpenAPI operation id.
        method: the HTTP method.
        paths: every spelling that is served, the preferred one first.
        handler: what answers.
        summary: one sentence for the API's documentation.
        caller: who may call.
        query: the struct of the query's parameters, None where it has none.
        body: the struct of the JSON body, None where it has none.
        answer: the type of the JSON answer, or a media type where it isn't JSON.
        charges: which limits a call is charged to, from the call.
        errors: the codes of the problems that its handler may answer, for the documentation.
        may_be_missing: whether one of them has the status 404, because what the call names is not here.
        face: which form its errors take.
        is_cached: whether the answer may be kept by caches; its own headers then say for how long.
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


def unknown_client() -> Problem:
    """Return the problem of a call that names no application that there is."""
    return Problem(
        "invalid_client_id",
        400,
        "Name an application: send its client_id as a query parameter, in the x-client-id header or in the body.",
        number=1000,
    )
