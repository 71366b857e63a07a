"""The pages of the API: the OpenAPI document as the server answers it, and the same for readers."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

import msgspec

from gatepass.app import Foundations, build, endpoints
from gatepass.gate.headers import standing_headers
from gatepass.gate.model import Call, Caller, Endpoint, Reply
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.kit.clock import SystemClock
from gatepass.kit.db import Database
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.settings import ServerSettings, Settings
from tools.documents.markdown import block, code, head, table

PUBLIC_URL = "https://auth.example.com"
_INTRODUCTION = """\
Every endpoint, from the table that the server answers. The same as an OpenAPI 3.1 document is
[openapi.json](openapi.json); a running server has it at `/openapi.json`, and at `/docs` to try out.

**Who calls.** Where an endpoint is called by an application, send its `client_id`: in the query, in the header
`x-client-id` or in the body; the first that is not empty counts. A call from a web page must come from one of the
application's allowed origins. A `client_id` is public: it says which application calls, and proves nothing.

**Errors.** Any endpoint may answer the [errors](errors.md) of any request. Those named below are its own.

**The examples** are for a shell that knows `URL` (such as `http://localhost:8000`) and `CLIENT_ID`, and what earlier
calls answered: `STATE`, `REFRESH_TOKEN`, and from the mail `CODE`, `LINK_STATE` and `MAGICTEXT` (the link's `state` and
`magictext`)."""
# What stands for each parameter in the examples.
SAMPLES: dict[str, str] = {
    "domain": "auth.example.com",
    "email": "ana@example.com",
    "identifier": "ana@example.com",
    "magictext": "$MAGICTEXT",
    "otp": "$CODE",
    "refresh_token": "$REFRESH_TOKEN",
    "state": "$STATE",
    "wait": "25",
}
# Optional parameters that an example shows nevertheless, by the endpoint's name.
_SHOWN: dict[str, tuple[str, ...]] = {"magic_link_status": ("wait",), "auth_status": ("identifier",)}
# Verify takes the link's own handle, which is another than the application's.
_SPECIAL: dict[tuple[str, str], str] = {("magic_link_verify", "state"): "$LINK_STATE"}


@cache
def endpoint_table() -> tuple[Endpoint, ...]:
    """Return the whole endpoint table of a server in production, built without opening anything."""
    settings = Settings(server=ServerSettings(public_url=PUBLIC_URL))
    nothing = cast("Database", None)  # nobody asks it before a request comes
    house = build(Foundations(settings, SystemClock(), nothing, KeyRing([MasterKey(bytes(32))])))
    return tuple(endpoints(house, PageRenderer(standing_headers(is_https=True))))


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, as the server would answer it."""
    endpoint = next(one for one in endpoint_table() if one.name == "openapi")
    reply = asyncio.run(_call(endpoint))
    return cast("dict[str, Any]", msgspec.json.decode(reply.body))


def openapi_page() -> str:
    """Return the OpenAPI document's page."""
    return json.dumps(document(), indent=2, ensure_ascii=False)


def page() -> str:
    """Return the readers' page."""
    parts = [head("API", _INTRODUCTION)]
    tags = dict.fromkeys(endpoint.tag for endpoint in endpoint_table())
    for tag in tags:
        parts.append(f"## {tag}")
        for endpoint in endpoint_table():
            if endpoint.tag == tag:
                parts += _described(endpoint)
    return "\n\n".join(parts)


def example(endpoint: Endpoint) -> str:
    """Return a command that calls an endpoint."""
    shapes = document()["components"]["schemas"]
    query = {"client_id": "$CLIENT_ID"} if endpoint.caller is Caller.APPLICATION else {}
    query |= _samples(endpoint, shapes, endpoint.query)
    address = "$URL" + endpoint.paths[0] + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
    words = ["curl", "-N"] if endpoint.answer == "text/event-stream" else ["curl"]
    if endpoint.method != "GET":
        words += ["-X", endpoint.method]
    call = " ".join([*words, f'"{address}"'])
    if endpoint.body is None:
        return call
    body = _quoted(_samples(endpoint, shapes, endpoint.body))
    return f"{call} \\\n  -H 'Content-Type: application/json' -d {body}"


async def _nothing_more() -> dict[str, Any]:
    """Stand for a connection on which nothing follows."""
    return {"type": "http.disconnect"}


def _quoted(body: dict[str, str]) -> str:
    text = json.dumps(body)
    if "$" not in text:
        return f"'{text}'"
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


async def _call(endpoint: Endpoint) -> Reply:
    call: Call[None, None] = Call(None, None, "", {}, "", _nothing_more)
    return cast("Reply", await endpoint.handler(call))


def _described(endpoint: Endpoint) -> Iterator[str]:
    shapes = document()["components"]["schemas"]
    yield f"### {endpoint.method} {endpoint.paths[0]}"
    yield endpoint.summary
    if endpoint.paths[1:]:
        yield "Also spelled " + ", ".join(code(path) for path in endpoint.paths[1:]) + "."
    if endpoint.caller is Caller.APPLICATION:
        yield "Called by an application."
    for title, shape in (("In the query", endpoint.query), ("In the body, as JSON", endpoint.body)):
        if shape is not None:
            yield f"{title}:\n\n{_parameters(endpoint, shapes[shape.__name__], shapes)}"
    yield block(example(endpoint))
    yield _answer(endpoint, shapes)
    if endpoint.errors:
        yield "Its own errors: " + ", ".join(code(slug) for slug in endpoint.errors) + "."


def _answer(endpoint: Endpoint, shapes: Mapping[str, Any]) -> str:
    if isinstance(endpoint.answer, str):
        return f"Answers 200 with `{endpoint.answer}`."
    name = getattr(endpoint.answer, "__name__", "")
    if not shapes.get(name, {}).get("properties"):
        return "Answers 200 with a JSON object." if name == "dict" else "Answers 200 with `{}`."
    rows = ((code(path), kind) for path, kind in _flattened(shapes[name], shapes))
    return f"Answers 200 with JSON:\n\n{table(('Field', 'Form'), rows)}"


def _parameters(endpoint: Endpoint, shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    needed = set(shape.get("required", ()))
    rows = (
        (code(name), _form(part, shapes), "yes" if name in needed else "no", _default(part))
        for name, part in shape["properties"].items()
        if name != "client_id" or endpoint.caller is not Caller.APPLICATION
    )
    return table(("Name", "Form", "Needed", "Default"), rows)


def _default(part: Mapping[str, Any]) -> str:
    value = part.get("default")
    return "" if value is None or value == "" else code(json.dumps(value))


def _flattened(shape: Mapping[str, Any], shapes: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, part in shape["properties"].items():
        inner = _inner(part, shapes)
        if inner is None or not inner.get("properties"):
            form = _form(part, shapes)
            yield f"{prefix}{name}", form.replace("text", "time (RFC 3339)") if name.endswith(("_at", "At")) else form
        else:
            mark = "[]" if part.get("type") == "array" else ""
            yield from _flattened(inner, shapes, f"{prefix}{name}{mark}.")


def _inner(part: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for one in (part, part.get("items", {}), *part.get("anyOf", ()), *part.get("allOf", ())):
        if "$ref" in one:
            found: Mapping[str, Any] = shapes[one["$ref"].rpartition("/")[2]]
            return found
    return None


def _form(part: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    if "anyOf" in part:
        return " or ".join(_form(one, shapes) for one in part["anyOf"])
    if part.get("type") == "array":
        return f"list of {_form(part['items'], shapes)}"
    if "enum" in part:
        return ", ".join(code(str(value)) for value in part["enum"])
    words = {"null": "nothing", "boolean": "yes or no", "integer": "whole number", "string": "text"}
    kind = part.get("type", "object")
    return words.get(kind, str(kind))


def _samples(endpoint: Endpoint, shapes: Mapping[str, Any], shape: type | None) -> dict[str, str]:
    if shape is None:
        return {}
    described = shapes[shape.__name__]
    shown = set(described.get("required", ())) | set(_SHOWN.get(endpoint.name, ()))
    if endpoint.name == "configuration":
        return {"client_id": "$CLIENT_ID"}
    return {
        name: _SPECIAL.get((endpoint.name, name), SAMPLES.get(name, "…"))
        for name in described["properties"]
        if name in shown
    }
