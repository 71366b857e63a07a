"""The API's description, generated from the endpoint table (OpenAPI 3.1)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gatepass import __version__
from gatepass.gate.answers.faces import HostedError, ProblemDetails
from gatepass.gate.model import Call, Caller, Endpoint, Face, Reply

_EVENT_STREAM = "text/event-stream"
_REF = "#/components/schemas/{name}"
_CLIENT_ID = {
    "name": "client_id",
    "in": "query",
    "required": False,
    "description": "The application; it may also stand in the x-client-id header or in the body.",
    "schema": {"type": "string"},
}


class Description:
    """The document, built when it is first asked for and then answered as ready bytes."""

    def __init__(self, endpoints: Iterable[Endpoint], public_url: str) -> None:
        self._endpoints = list(endpoints)
        self._public_url = public_url
        self._bytes = b""

    def endpoints(self) -> list[Endpoint]:
        """Return the row of the endpoint table that answers the document."""
        return [
            Endpoint(
                "openapi", "GET", ("/openapi.json",), self.answer, "This document.", answer=dict[str, Any],
                face=Face.PROBLEM, is_cached=True, tag="Operation",
            )
        ]  # fmt: skip

    async def answer(self, call: Call[None, None]) -> Reply:  # noqa: ARG002 - every caller gets the same
        """Answer with the document."""
        if not self._bytes:
            self._bytes = msgspec.json.encode(document(self._endpoints, self._public_url))
        return Reply(self._bytes, headers=((b"cache-control", b"public, max-age=60"),))


def document(endpoints: list[Endpoint], public_url: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of an endpoint table."""
    shapes = _shapes(endpoints)
    schemas, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    by_shape = dict(zip(shapes, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        for number, path in enumerate(endpoint.paths):
            operation = _operation(endpoint, by_shape, components)
            if number:
                operation["operationId"] += f"_alias_{number}"
                operation["deprecated"] = True
                operation["description"] = f"The same as {endpoint.paths[0]}, under another documented spelling."
            paths.setdefault(path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gatepass",
            "version": __version__,
            "description": "Sign-in for your application: send a link, wait for the person, receive tokens.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {"schemas": components},
    }


def _shapes(endpoints: list[Endpoint]) -> list[Any]:
    shapes: dict[Any, None] = {HostedError: None, ProblemDetails: None}
    for endpoint in endpoints:
        for shape in (endpoint.query, endpoint.body, endpoint.answer):
            if shape is not None and not isinstance(shape, str):
                shapes[shape] = None
    return list(shapes)


def _operation(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "responses": _responses(endpoint, by_shape),
    }
    parameters = _parameters(endpoint, by_shape, components)
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        content = {"application/json": {"schema": by_shape[endpoint.body]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if endpoint.caller is Caller.APPLICATION:
        found.append(_CLIENT_ID)
    if endpoint.query is not None:
        shape = components[by_shape[endpoint.query]["$ref"].rpartition("/")[2]]
        required = set(shape.get("required", ()))
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in shape["properties"].items()
            if not (name == "client_id" and endpoint.caller is Caller.APPLICATION)
        ]
    return found


def _responses(endpoint: Endpoint, by_shape: dict[Any, Any]) -> dict[str, Any]:
    description = "Done."
    if endpoint.answer == _EVENT_STREAM:
        # OpenAPI 3.1 has no schema for one event of a stream; what holds for the whole text says nothing.
        good: dict[str, Any] = {"content": {_EVENT_STREAM: {}}}
        description = (
            "Events: `status` carries the same JSON as the status call, `problem` an error, which is the last."
        )
    elif isinstance(endpoint.answer, str):
        good = {"content": {endpoint.answer: {"schema": {"type": "string"}}}}
    else:
        good = {"content": {"application/json": {"schema": by_shape[endpoint.answer]}}}
    error, media_type = (
        (HostedError, "application/json")
        if endpoint.face is Face.HOSTED
        else (ProblemDetails, "application/problem+json")
    )
    content = {media_type: {"schema": by_shape[error]}}
    codes = f" Codes: {', '.join(endpoint.errors)}." if endpoint.errors else ""
    responses: dict[str, Any] = {
        "200": {"description": description, **good},
        "500": {"description": "Something went wrong on our side.", "content": content},
        "503": {"description": "Not now; see Retry-After.", "content": content},
    }
    if endpoint.query is not None or endpoint.body is not None or endpoint.caller is Caller.APPLICATION:
        responses["400"] = {"description": f"The request can't be met as it is.{codes}", "content": content}
    if endpoint.caller is Caller.APPLICATION:
        responses["403"] = {"description": "Not from this origin, or not for this user.", "content": content}
        responses["429"] = {"description": "Too often; see Retry-After.", "content": content}
    if endpoint.may_be_missing:
        responses["404"] = {"description": "What the request names is not here.", "content": content}
    if endpoint.face is Face.HOSTED:
        responses["421"] = {"description": "Not under this host name.", "content": content}
    if endpoint.body is not None:
        responses["413"] = {"description": "The body is larger than 64 KiB.", "content": content}
        responses["415"] = {"description": "The body is not sent as JSON.", "content": content}
    return responses
