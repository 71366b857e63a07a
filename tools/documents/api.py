"""The pages of the API: the OpenAPI document as the server answers it, and the same for readers."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

import msgspec

from gatepass.app import Foundations, build, endpoints
from gatepass.gate.description import management
from gatepass.gate.headers import standing_headers
from gatepass.gate.model import Call, Caller, Endpoint, Face, Reply, Security
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.requests.parameters import BodyType
from gatepass.kit.clock import SystemClock
from gatepass.kit.db import Database
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.provider.authorization.settings import ProviderSettings
from gatepass.settings import ServerSettings, Settings
from tools.documents.examples import WITHOUT_COMMAND, commands
from tools.documents.markdown import block, code, head, table

PUBLIC_URL = "https://auth.example.com"
_INTRODUCTION = """\
Every endpoint, from the table that the server answers. The same as an OpenAPI 3.1 document is
[openapi.json](openapi.json); a running server has it at `/openapi.json`, and at `/docs` to try out.

**Who calls.** Where an endpoint is called by an application, send its `client_id`: in the query, in the header
`x-client-id` or in the body; the first that is not empty counts. A call from a web page must come from one of the
application's allowed origins. A `client_id` is public: it says which application calls, and proves nothing.

**Errors.** Any endpoint may answer the [errors](errors.md) of any request. Those named below are its own.

**OAuth and OpenID Connect.** The endpoints under `/oauth2/` take parameters as a form, and where it is said also as
JSON; a parameter without a value counts as left out, and one that is sent twice is refused, but for `resource` and
`audience`. They announce themselves at `/.well-known/openid-configuration`. Where an application has to prove itself,
it sends its secret by Basic authentication or in the body, or a signed assertion; a public one sends its `client_id`
alone. Their errors have [the names of the standards](errors.md#oauth-errors).

**The examples** are for a shell that knows `URL` (such as `http://localhost:8000`), and what stands in it in capitals:
of the application `CLIENT_ID` and `CLIENT_SECRET`; of earlier answers `STATE`, `ACCESS_TOKEN`, `REFRESH_TOKEN`,
`ID_TOKEN`, `DEVICE_CODE`, `REQUEST_URI` and, from the address that a browser comes back to, `AUTHORIZATION_CODE`; of
the mail `CODE`, `LINK_STATE` and `MAGICTEXT` (the link's `state` and `magictext`). `CODE_VERIFIER` is made up for one
sign-in, and `CODE_CHALLENGE` is its hash (RFC 7636). `INITIAL_TOKEN` is what `gatepass app invite` prints, and
`REGISTERED_ID` and `REGISTRATION_TOKEN` are what a registration answers. `MANAGEMENT_TOKEN` is an application's token
by client credentials, or an API key; `MEMBER_TOKEN` is the access token of somebody who belongs to an organization;
what ends in `_ID` is an id of an earlier answer. Where a browser is meant,
the answer is where it has to go on, which `curl -i` shows."""

_PROOFS: dict[Security, str] = {
    Security.CLIENT: "The application proves itself, or names itself where it is public.",
    Security.BEARER: "Opened by a token in the header `Authorization`.",
}


@cache
def endpoint_table() -> tuple[Endpoint, ...]:
    """Return the whole endpoint table of a server in production, built without opening anything."""
    # What is off by default is described too.
    settings = Settings(
        server=ServerSettings(public_url=PUBLIC_URL), provider=ProviderSettings(dynamic_registration="token")
    )
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


def examples(endpoint: Endpoint) -> list[tuple[str, str]]:
    """Return the commands that call an endpoint, each with what it does where there are several."""
    return commands(endpoint, _asked(endpoint) if endpoint.query is not None else _sent(endpoint))


async def _nothing_more() -> dict[str, Any]:
    """Stand for a connection on which nothing follows."""
    return {"type": "http.disconnect"}


async def _call(endpoint: Endpoint) -> Reply:
    call: Call[None, None] = Call(None, None, "", {}, "", _nothing_more)
    return cast("Reply", await endpoint.handler(call))


def _described(endpoint: Endpoint) -> Iterator[str]:
    shapes = document()["components"]["schemas"]
    yield f"### {endpoint.method} {endpoint.paths[0]}"
    yield endpoint.summary
    if endpoint.paths[1:]:
        yield "Also spelled " + ", ".join(code(path) for path in endpoint.paths[1:]) + "."
    yield from _callers(endpoint)
    for title, shape in (("In the query", _asked(endpoint)), (_body_title(endpoint), _sent(endpoint))):
        if shape.get("properties"):
            yield f"{title}:\n\n{_parameters(endpoint, shape, shapes)}"
    if endpoint.name in WITHOUT_COMMAND:
        yield WITHOUT_COMMAND[endpoint.name]
    for title, command in examples(endpoint):
        if title:
            yield f"{title}:"
        yield block(command)
    yield _answer(endpoint, shapes)
    if endpoint.errors:
        yield "Its own errors: " + ", ".join(code(slug) for slug in endpoint.errors) + "."


def _callers(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.caller is Caller.APPLICATION:
        yield "Called by an application."
    if proof := _PROOFS.get(endpoint.security):
        yield proof
    if needed := management.needs(endpoint):
        yield str(needed["description"])


def _operation(endpoint: Endpoint) -> Mapping[str, Any]:
    """Return what the document says of an endpoint; nothing of its own."""
    methods: Mapping[str, Any] = document()["paths"].get(endpoint.paths[0], {})
    found: Mapping[str, Any] = methods.get(endpoint.method.lower(), {})
    return found


def _asked(endpoint: Endpoint) -> Mapping[str, Any]:
    """Return the schema of the query."""
    found = [one for one in _operation(endpoint).get("parameters", ()) if one["in"] == "query"]
    return {
        "properties": {one["name"]: one["schema"] for one in found},
        "required": [one["name"] for one in found if one["required"]],
    }


def _sent(endpoint: Endpoint) -> Mapping[str, Any]:
    """Return the schema of the body."""
    contents = _operation(endpoint).get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = next((one["schema"] for one in contents.values()), {})
    return _inner(schema, document()["components"]["schemas"]) or schema


def _body_title(endpoint: Endpoint) -> str:
    kinds = endpoint.accepts if endpoint.takes_parameters else (BodyType.JSON,)
    return "In the body, as " + " or ".join("JSON" if kind is BodyType.JSON else "a form" for kind in kinds)


def _answer(endpoint: Endpoint, shapes: Mapping[str, Any]) -> str:
    status = endpoint.status
    if endpoint.face is Face.PAGE:
        return "Answers a browser: 303 with where it has to go on, or a page."
    if isinstance(endpoint.answer, str):
        return f"Answers {status} with `{endpoint.answer}`."
    if endpoint.answer is None:
        return f"Answers {status} and nothing more."
    content = _operation(endpoint).get("responses", {}).get(str(status), {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    is_list = schema.get("type") == "array"
    shape = _inner(schema, shapes) or schema
    if not shape.get("properties"):
        return f"Answers {status} with " + ("a JSON object." if "$ref" not in schema else "`{}`.")
    rows = ((code(path), kind) for path, kind in _flattened(shape, shapes))
    what = "a JSON array, each of whose members has" if is_list else "JSON"
    return f"Answers {status} with {what}:\n\n{table(('Field', 'Form'), rows)}"


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
    if "$ref" in part and "enum" in (named := shapes[part["$ref"].rpartition("/")[2]]):
        return _form(named, shapes)
    if part.get("type") == "array":
        return f"list of {_form(part['items'], shapes)}"
    if "enum" in part:
        return ", ".join(code(str(value)) for value in part["enum"])
    words = {"null": "nothing", "boolean": "yes or no", "integer": "whole number", "string": "text"}
    kind = part.get("type", "object")
    return words.get(kind, str(kind))
