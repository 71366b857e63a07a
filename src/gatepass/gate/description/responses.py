"""What each call may answer, good or not, for the description."""

from typing import Any

from gatepass.gate.answers.faces import HostedError, ProblemDetails
from gatepass.gate.answers.oauth import OAuthError
from gatepass.gate.description import management
from gatepass.gate.description.answers import answer_example
from gatepass.gate.model import WITHOUT_BODY, Caller, Endpoint, Face, Security
from gatepass.gate.requests.paths import parts_of

_EVENT_STREAM = "text/event-stream"
_ERRORS: dict[Face, tuple[Any, str]] = {
    Face.HOSTED: (HostedError, "application/json"),
    Face.PROBLEM: (ProblemDetails, "application/problem+json"),
    Face.OAUTH: (OAuthError, "application/json"),
    Face.PAGE: (None, "text/html"),
}


def has_body(endpoint: Endpoint) -> bool:
    """Tell whether a call carries a body."""
    return endpoint.body is not None or (endpoint.takes_parameters and endpoint.method not in WITHOUT_BODY)


def responses_of(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return the responses of an operation by their status.

    Args:
        endpoint: the row of the table.
        by_shape: the schema of each struct.
        components: the schemas of the document, by name.
    """
    shape, media_type = _ERRORS[endpoint.face]
    content = {media_type: {"schema": by_shape[shape] if shape is not None else {"type": "string"}}}
    codes = f" Codes: {', '.join(endpoint.errors)}." if endpoint.errors else ""
    responses: dict[str, Any] = {
        str(endpoint.status): _good(endpoint, by_shape, components),
        "500": {"description": "Something went wrong on our side.", "content": content},
        "503": {"description": "Not now; see Retry-After.", "content": content},
    }
    is_with_body = has_body(endpoint)
    found = _refusals(endpoint, codes, is_with_query_or_body=endpoint.query is not None or is_with_body)
    responses |= {status: {"description": description, "content": content} for status, description in found.items()}
    if endpoint.may_be_missing or parts_of(endpoint.paths[0]):
        responses["404"] = {"description": "What the request names is not here.", "content": content}
    if endpoint.face is not Face.PROBLEM:
        responses["421"] = {"description": "Not under this host name.", "content": content}
    if endpoint.face is Face.PAGE:
        responses["303"] = {"description": "The journey goes on at the address in Location."}
    if is_with_body:
        accepted = " or ".join(endpoint.accepts) if endpoint.takes_parameters else "JSON"
        responses["413"] = {
            "description": f"The body is larger than {endpoint.most_body_bytes // 1024} KiB.",
            "content": content,
        }
        responses["415"] = {"description": f"The body is not sent as {accepted}.", "content": content}
    return responses


def _refusals(endpoint: Endpoint, codes: str, *, is_with_query_or_body: bool) -> dict[str, str]:
    """Return what a caller is refused for, by status: what the request is, who makes it, and how often."""
    if endpoint.caller in management.CALLERS:
        return management.refusals(endpoint)
    found: dict[str, str] = {}
    is_oauth = endpoint.takes_parameters or endpoint.security is not Security.NONE
    is_of_application = endpoint.caller is Caller.APPLICATION
    if is_with_query_or_body or is_oauth or is_of_application:
        found["400"] = f"The request can't be met as it is.{codes}"
    if endpoint.security is not Security.NONE:
        found["401"] = "Prove who calls; see WWW-Authenticate."
    elif is_of_application:
        found["401"] = "A proof is missing, or x-client-secret is not right."
    if is_oauth or is_of_application:
        found["403"] = "Not from this origin, or not for this user."
        found["429"] = "Too often; see Retry-After."
    return found


def _good(endpoint: Endpoint, by_shape: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    if endpoint.status == 204:  # noqa: PLR2004 - the HTTP status
        return {"description": "Done."}
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
        schema = by_shape[endpoint.answer]
        shown = answer_example(endpoint.name, schema, components)
        good = {"content": {"application/json": {"schema": schema, "example": shown}}}
    return {"description": description, **good, **management.answer_headers(endpoint)}
