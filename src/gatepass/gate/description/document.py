"""The API's description, generated from the endpoint table (OpenAPI 3.1)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gatepass import __version__
from gatepass.gate.answers.faces import HostedError, ProblemDetails
from gatepass.gate.answers.oauth import OAuthError
from gatepass.gate.description import management
from gatepass.gate.description.answers import answer_example
from gatepass.gate.description.names import public_names, renamed
from gatepass.gate.description.responses import has_body, responses_of
from gatepass.gate.description.samples import Example, examples_of
from gatepass.gate.model import Call, Caller, Endpoint, Face, Reply, Security
from gatepass.gate.requests.parameters import BodyType
from gatepass.gate.requests.paths import parts_of

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_REF = "#/components/schemas/{name}"
_CLIENT_ID = {
    "name": "client_id",
    "in": "query",
    "required": False,
    "description": "The application; it may also stand in the x-client-id header or in the body.",
    "schema": {"type": "string"},
}
# One segment, as every server on the way reads it: an address or a slug may be one.
_PART = "^[A-Za-z0-9._~:@+-]+$"
_SCHEMES = {
    Security.CLIENT: {
        "type": "http",
        "scheme": "basic",
        "description": "The client proves itself by its secret (RFC 6749 §2.3.1) or in the parameters.",
    },
    Security.BEARER: {"type": "http", "scheme": "bearer", "description": "An access token (RFC 6750, RFC 9449)."},
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
    schemas, structs = msgspec.json.schema_components(shapes, ref_template=_REF)
    names = public_names(structs)
    components = {names[name]: renamed(schema, names) for name, schema in structs.items()}
    by_shape = dict(zip(shapes, renamed(schemas, names), strict=True))
    _show_samples(endpoints, by_shape, components)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        for number, path in enumerate(endpoint.paths):
            operation = _operation(endpoint, by_shape, components)
            if number:
                operation["operationId"] += f"_alias_{number}"
                operation["deprecated"] = True
                alias = f"The same as {endpoint.paths[0]}, under another documented spelling."
                operation["description"] = f"{alias} {operation.get('description', '')}".strip()
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
        "components": {"schemas": components, **_security_schemes(endpoints)},
    }


def _security_schemes(endpoints: list[Endpoint]) -> dict[str, Any]:
    used = {endpoint.security for endpoint in endpoints}
    schemes: dict[str, Any] = {str(one): scheme for one, scheme in _SCHEMES.items() if one in used}
    schemes |= management.schemes(endpoints)
    return {"securitySchemes": schemes} if schemes else {}


def _shapes(endpoints: list[Endpoint]) -> list[Any]:
    shapes: dict[Any, None] = {HostedError: None, ProblemDetails: None}
    if any(endpoint.face is Face.OAUTH for endpoint in endpoints):
        shapes[OAuthError] = None
    for endpoint in endpoints:
        for shape in (endpoint.query, endpoint.body, endpoint.answer):
            if shape is not None and not isinstance(shape, str):
                shapes[shape] = None
    return list(shapes)


def _described(shape: Any, by_shape: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a struct; of two with one name each is found under its whole name."""
    described: dict[str, Any] = components[by_shape[shape]["$ref"].rpartition("/")[2]]
    return described


def _show_samples(endpoints: list[Endpoint], by_shape: dict[Any, Any], components: dict[str, Any]) -> None:
    """Write into the schemas of bodies what forms are filled with; a schema of several endpoints shows the first's."""
    for endpoint in endpoints:
        if endpoint.body is None:
            continue
        schema = _described(endpoint.body, by_shape, components)
        for name, value in examples_of(endpoint.name, schema)[0].values.items():
            schema["properties"][name].setdefault("examples", [value])


def _operation(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "responses": responses_of(endpoint, by_shape, components),
    }
    parameters = _parameters(endpoint, by_shape, components)
    if parameters:
        operation["parameters"] = parameters
    if has_body(endpoint):
        operation["requestBody"] = _request_body(endpoint, by_shape, components)
    if endpoint.security is not Security.NONE:
        # A public client proves nothing, and its parameters name it.
        optional: list[dict[str, Any]] = [{}] if endpoint.security is Security.CLIENT else []
        operation["security"] = [{str(endpoint.security): []}, *optional]
    return operation | management.needs(endpoint)


def _request_body(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    kinds = endpoint.accepts if endpoint.takes_parameters else (BodyType.JSON,)
    if endpoint.body is None:
        # Without a struct to document them the parameters are texts.
        return {"required": False, "content": {str(kind): {"schema": _TEXTS} for kind in kinds}}
    described = _described(endpoint.body, by_shape, components)
    # Parameters that are all optional may be none at all, and then there is nothing to send; JSON is never nothing.
    is_required = bool(described.get("required")) or not endpoint.takes_parameters
    media = {"schema": by_shape[endpoint.body], **_media_examples(examples_of(endpoint.name, described))}
    return {"required": is_required, "content": {str(kind): media for kind in kinds}}


def _media_examples(examples: list[Example]) -> dict[str, Any]:
    if len(examples) == 1:
        return {"example": examples[0].values}
    named = {one.title.lower().replace(" ", "_"): {"summary": one.title, "value": one.values} for one in examples}
    return {"examples": named}


def _parameters(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": _PART}}
        for name in parts_of(endpoint.paths[0])
    ]
    found += management.headers(endpoint)
    if endpoint.caller is Caller.APPLICATION:
        found.append(_CLIENT_ID)
    if endpoint.query is not None:
        shape = _described(endpoint.query, by_shape, components)
        required = set(shape.get("required", ()))
        samples = examples_of(endpoint.name, shape)[0].values
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": schema,
                **_query_example(endpoint, name, samples.get(name), schema, components),
            }
            for name, schema in shape["properties"].items()
            if name not in parts_of(endpoint.paths[0])
            and not (name == "client_id" and endpoint.caller is Caller.APPLICATION)
        ]
    return found


def _query_example(
    endpoint: Endpoint, name: str, sample: Any, schema: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    """Return what a parameter is tried with; one of the management API that may be left out has a value too."""
    if sample is None and endpoint.caller in management.CALLERS:
        sample = answer_example(name, schema, components)
    return {} if sample is None or sample == "" else {"example": sample}
