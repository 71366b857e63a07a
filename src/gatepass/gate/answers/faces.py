"""The faces of an error: what the caller of each kind of door is shown.

Outside says little and the same for unknown and for wrong; the log says all under the trace id.
"""

import msgspec

from gatepass.gate.answers.oauth import challenges, oauth_error
from gatepass.gate.headers import standing_headers
from gatepass.gate.model import Face, Headers, Reply
from gatepass.gate.pages.languages import N_, negotiate
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.kit.problems import Problem


class HostedError(msgspec.Struct, frozen=True):
    """The error body of the hosted API: the union of all its documented forms."""

    error: int
    error_code: str
    error_description: str
    code: int
    message: str
    description: str


class ProblemDetails(msgspec.Struct, frozen=True):
    """An error body after RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    trace_id: str


# The numbers of the hosted API's list for problems that any endpoint may have.
_NUMBERS = {400: 1004, 401: 1003, 404: 1005, 405: 1004, 413: 1004, 415: 1004, 429: 1004, 500: 1006, 503: 1006}
# It renders only; the gate gives the answer its headers.
_PAGES = PageRenderer(standing_headers(is_https=True))
_SERVER_FAULT = 500


def render(problem: Problem, face: Face, trace_id: str, accept_language: str = "") -> Reply:
    """Return the answer that shows a problem to a caller.

    Args:
        problem: what went wrong.
        face: which form it takes.
        trace_id: under which the log has the rest.
        accept_language: the header of that name, for a page.
    """
    headers: Headers = list(problem.headers)
    if problem.retry_after is not None:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    if problem.status in {408, 413}:
        headers.append((b"connection", b"close"))
    if face is Face.OAUTH:
        return Reply(_written(oauth_error(problem), problem), problem.status, headers=headers + challenges(problem))
    if face is Face.PAGE:
        return Reply.page(_page(problem, trace_id, accept_language), status=problem.status, headers=headers)
    if face is Face.PROBLEM:
        details = ProblemDetails("about:blank", problem.title, problem.status, problem.code, trace_id)
        return Reply(_written(details, problem), problem.status, b"application/problem+json", headers)
    number = problem.number or _NUMBERS.get(problem.status, 1004)
    body = HostedError(problem.status, problem.code, problem.title, number, problem.title, problem.title)
    return Reply(_written(body, problem), problem.status, headers=headers)


def _written(body: msgspec.Struct, problem: Problem) -> bytes:
    """Write an error as JSON with the members that it has besides, which never replace those that every error has."""
    if not problem.members:
        return msgspec.json.encode(body)
    return msgspec.json.encode({**problem.members, **msgspec.to_builtins(body)})


def _page(problem: Problem, trace_id: str, accept_language: str) -> bytes:
    """Return the page of a problem; whoever built the way here finds the rest in the log by the number."""
    title = N_("This is not possible right now") if problem.status >= _SERVER_FAULT else N_("That did not work")
    language = negotiate(None, accept_language)
    shown = {"title": title, "what_to_do": problem.title, "trace_id": trace_id, "app": None}
    return _PAGES.render("error.html", language=language, status=problem.status, **shown)
