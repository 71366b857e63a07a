"""The calls of the OpenAPI document, flat, for what is generated from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class QueryParameter:
    """One parameter of a query."""

    name: str
    schema: Mapping[str, Any]
    is_required: bool
    example: Any


@dataclass(frozen=True)
class Operation:
    """One call.

    Args:
        name: its operation id.
        method: the HTTP method, in capitals.
        path: with its parts in braces.
        summary: one sentence.
        tag: its group.
        parts: the names of the path's parts.
        query: the parameters of the query.
        body_type: the media type of the body, JSON where there is a choice; empty where it has none.
        body_schema: the schema of the body.
        body_example: what a body looks like; None where it has none.
        is_body_needed: whether there must be one.
        answer_schema: the schema of the good answer where that is JSON; None where it is not.
        has_empty_answer: whether the good answer has no body.
        is_guarded: whether a bearer opens it.
    """

    name: str
    method: str
    path: str
    summary: str
    tag: str
    parts: tuple[str, ...]
    query: tuple[QueryParameter, ...]
    body_type: str
    body_schema: Mapping[str, Any]
    body_example: Any
    is_body_needed: bool
    answer_schema: Mapping[str, Any] | None
    has_empty_answer: bool
    is_guarded: bool


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every call once, under its preferred path."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            if not described.get("deprecated"):
                yield _operation(path, method.upper(), described)


def _operation(path: str, method: str, described: Mapping[str, Any]) -> Operation:
    parameters = described.get("parameters", ())
    content = described.get("requestBody", {}).get("content", {})
    body_type = next((kind for kind in (JSON, FORM) if kind in content), "")
    media = content.get(body_type, {})
    good = _good(described["responses"])
    return Operation(
        name=described["operationId"],
        method=method,
        path=path,
        summary=described["summary"],
        tag=described["tags"][0],
        parts=tuple(one["name"] for one in parameters if one["in"] == "path"),
        query=tuple(
            QueryParameter(one["name"], one["schema"], one["required"], one.get("example"))
            for one in parameters
            if one["in"] == "query"
        ),
        body_type=body_type,
        body_schema=media.get("schema", {}),
        body_example=_example(media),
        is_body_needed=bool(described.get("requestBody", {}).get("required")),
        answer_schema=good.get("content", {}).get(JSON, {}).get("schema"),
        has_empty_answer="content" not in good,
        is_guarded=bool(described.get("security")),
    )


def _good(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    good = (answer for status, answer in responses.items() if status.startswith("2"))
    # What only sends a browser on has no good answer of its own.
    return next(good, {"content": {}})


def _example(media: Mapping[str, Any]) -> Any:
    if "example" in media:
        return media["example"]
    return next((one["value"] for one in media.get("examples", {}).values()), None)
