"""The faces of an error: what the caller of each kind of door is shown.

Outside says little and the same for unknown and for wrong; the log says all under the trace id.
"""

import msgspec

from gatepass.gate.model import Face, Headers, Reply
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


def render(problem: Problem, face: Face, trace_id: str) -> Reply:
    """Return the answer that shows a problem to a caller."""
    headers: Headers = []
    if problem.retry_after is not None:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    if problem.status in {408, 413}:
        headers.append((b"connection", b"close"))
    if face is Face.PROBLEM:
        details = ProblemDetails("about:blank", problem.title, problem.status, problem.code, trace_id)
        return Reply(msgspec.json.encode(details), problem.status, b"application/problem+json", headers)
    number = problem.number or _NUMBERS.get(problem.status, 1004)
    body = HostedError(problem.status, problem.code, problem.title, number, problem.title, problem.title)
    return Reply(msgspec.json.encode(body), problem.status, headers=headers)
