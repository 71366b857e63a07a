"""A front door with rows of its own, for what the gate does with OAuth endpoints whatever their handlers are for."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import msgspec

from gatepass.app.management_doors import gatekeeper
from gatepass.gate.headers import standing_headers
from gatepass.gate.hosts import HostList
from gatepass.gate.model import Call, Endpoint, Face, Reply, Security
from gatepass.gate.requests.parameters import BodyType
from gatepass.gate.server import Gate, Table
from gatepass.kit.problems import Problem
from support.spine import Spine


class Wish(msgspec.Struct):
    """What a JSON body of a struct may hold."""

    client_name: str


FORM = "application/x-www-form-urlencoded"


async def told(call: Call[None, None]) -> dict[str, list[str]]:
    """Answer with the parameters that the call brought."""
    return {name: list(call.parameters.all(name)) for name in call.parameters}


async def parts(call: Call[None, None]) -> dict[str, str]:
    """Answer with the path's parts."""
    return dict(call.path)


async def nowhere(call: Call[None, None]) -> None:
    raise LookupError(call.trace_id)


async def wished(call: Call[None, Wish]) -> dict[str, str]:
    """Answer with what the body asked for."""
    return {"client_name": call.body.client_name}


def row(name: str, path: str, handler: Callable[[Any], Awaitable[Any]] = told, **options: Any) -> Endpoint:
    """Return a row as an OAuth slice would declare it."""
    declared = {"method": "POST", "face": Face.OAUTH, "takes_parameters": True, "answer": dict[str, Any], **options}
    return Endpoint(name=name, paths=(path,), handler=handler, summary="One.", **declared)


def rows(spine: Spine) -> list[Endpoint]:
    """Return one row for each thing that a row may declare."""

    async def refused(call: Call[None, None]) -> None:
        """Find the client as a token endpoint does, and refuse what it asks for."""
        call.known_application = spine.application
        raise Problem("invalid_grant", 400, "Start again.")

    async def unproven(_: Call[None, None]) -> None:
        raise Problem("invalid_client", 401, 'Prove "yourself",\r\nplease \u2013 é.')

    async def stepped(_: Call[None, None]) -> Reply:
        cookies = ((b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))
        return Reply.redirect("https://shop.test/callback?code=x", headers=cookies)

    async def shown(_: Call[None, None]) -> Reply:
        return Reply.page(b"<!doctype html>", headers=((b"set-cookie", b"a=1"),))

    client: dict[str, Any] = {"security": Security.CLIENT}
    page: dict[str, Any] = {"face": Face.PAGE, "is_cross_origin": False, "answer": "text/html"}
    return [
        row("token", "/oauth2/token", **client),
        row("token_alias", "/oauth/token", accepts=(BodyType.FORM, BodyType.JSON), **client),
        row("refused", "/oauth2/refused", refused, **client),
        row("unproven", "/oauth2/unproven", unproven, **client),
        row("failed", "/oauth2/failed", nowhere, **client),
        row("ask", "/oauth2/ask", method="GET", **page),
        row("ask_by_form", "/oauth2/ask", **page),
        row("step", "/oauth2/step", stepped, method="GET", **page),
        row("show", "/oauth2/show", shown, method="GET", **page),
        row("lost", "/oauth2/lost", nowhere, method="GET", **page),
        row("register", "/oauth2/register", wished, takes_parameters=False, body=Wish, status=201, **client),
        row(
            "read", "/oauth2/clients/{client_id}", parts, method="GET", takes_parameters=False, security=Security.BEARER
        ),
        row("own", "/oauth2/clients/own", parts, method="GET", takes_parameters=False),
        row("key", "/oauth2/clients/{client_id}/keys/{key_id}", parts, method="GET", takes_parameters=False),
        row("known", "/.well-known/known", parts, method="GET", takes_parameters=False, is_cached=True),
    ]


def door(spine: Spine, **headers: str) -> httpx2.AsyncClient:
    """Return a client that calls a gate with these rows in memory, and follows no redirect."""

    async def pages(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})

    keeper = gatekeeper(spine.house, frozenset())
    hosts = HostList(frozenset(), with_loopback=True)
    headers_of_all = standing_headers(is_https=False)
    gate: Any = Gate(Table.of(rows(spine), keeper), pages, spine.house.applications, headers_of_all, hosts)
    transport = httpx2.ASGITransport(app=gate, client=("127.0.0.1", 50_000))
    return httpx2.AsyncClient(transport=transport, base_url=spine.house.public_url, headers=headers)
