"""The page of the errors: every problem that the source raises, and when.

The source says code, status, number and sentence; this file says when. A code that stands only in one of the two, or
that the source uses with two statuses, makes the page impossible, and so the check fail.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gatepass.gate.answers.faces import HostedError, render
from gatepass.gate.answers.refusals import login_problem, refresh_problem
from gatepass.gate.connections import refusals as connections
from gatepass.gate.model import Face
from gatepass.kit.problems import Problem
from gatepass.login.model import Refusal, Refused
from gatepass.tokens.model import RefreshRefusal
from tools.documents import oauth_errors
from tools.documents.error_meanings import MEANINGS
from tools.documents.markdown import block, code, head, table
from tools.rules.source import House, Source

_ROOT = Path(__file__).parent.parent.parent
_TABLES = "src/gatepass/gate/answers/refusals.py"  # its problems are asked for by calling it
_INTRODUCTION = """\
Every error has one stable code, a status and a sentence that says what to do. Match on the code; the sentence may be
improved. `…` stands for what differs from case to case. What is unknown and what is wrong get the same answer, so that
nobody learns who has an account; the log says more, under the number in the header `X-Trace-Id`.

Who is called decides which form an error takes. The API, under `/api/`, answers it in one body. `error` is the status,
`code` the number of the tables below, and the three texts are the same sentence:"""
_OAUTH = """\
The endpoints of OAuth and OpenID Connect answer in the body of their standards, with a name of
[theirs](#oauth-errors) for the error and the sentence for the developer, in ASCII:"""
_FACES = """\
Where a browser is sent, to the authorization endpoint, to the one for signing out and to every page, a person reads the
sentence on a page, in their language where it is one of ours; where the application or the server is at fault, the page
shows the number under which the log has the rest. `/healthz`, `/readyz`, `/metrics` and `/openapi.json` answer
`application/problem+json` (RFC 9457) with `type`, `title`, `status`, `code` and `trace_id`. A stream of events tells an
error as an event named `problem` with the API's body. With `429` and `503` comes `Retry-After`, in seconds."""
_SAMPLE = Problem("wrong_code", 400, "That is not the code of the newest mail. 4 tries left.", number=1009)
_OAUTH_SAMPLE = Problem("oauth_refused", 400, "The client may not use that grant.", oauth_error="unauthorized_client")
_CUT = """\
A request that can't even be read is answered as plain text, and the connection is closed. The reason is the label
under which `gatepass_connections_cut_total` counts it."""


@dataclass(frozen=True)
class Answer:
    """One problem as it stands at one place of the source."""

    code: str
    status: int
    number: int
    sentence: str


class Contradiction(Exception):
    """Raised when the source uses a code in two ways, or when a code and its meaning don't meet."""


def page() -> str:
    """Return the page."""
    answers = list(known_answers())
    parts = [head("Errors", _INTRODUCTION), block(_shown(_SAMPLE, Face.HOSTED), "json"), _OAUTH]
    parts += [block(_shown(_OAUTH_SAMPLE, Face.OAUTH), "json"), _FACES]
    by_code = joined(answers)
    check_meanings(set(by_code))
    for title, meanings in MEANINGS.items():
        rows = ((code(slug), *_cells(by_code[slug]), meaning) for slug, meaning in sorted(meanings.items()))
        parts += [f"## {title}", table(("Code", "Status", "Number", "What the caller reads", "When"), rows)]
    check_names(oauth_errors.names_of(House.at(_ROOT).under("src")))
    return "\n\n".join((*parts, oauth_errors.section(), "## Before a request is read", _CUT, _of_connections()))


def known_answers() -> Iterator[Answer]:
    """Yield every problem of the source, and those that refusals become."""
    yield from answers_of(House.at(_ROOT).under("src"))
    for reason in Refusal:
        yield _answer(login_problem(Refused(reason)))
    for refresh_reason in RefreshRefusal:
        yield _answer(refresh_problem(refresh_reason))


def answers_of(sources: Iterable[Source]) -> Iterator[Answer]:
    """Yield every problem that Python files raise.

    Raises:
        Contradiction: a code or a status is computed, so that no reader can find it.
    """
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and "Problem" in {getattr(base, "id", "") for base in node.bases}:
                yield from _constructed(source, node, "__init__")
            elif isinstance(node, ast.Module) and source.path != _TABLES:
                yield from _constructed(source, node, "Problem")


def joined(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Return the answers by code, each sentence once.

    Raises:
        Contradiction: a code has two statuses or two numbers.
    """
    by_code: dict[str, list[Answer]] = {}
    for answer in answers:
        known = by_code.setdefault(answer.code, [])
        if known and (known[0].status, known[0].number) != (answer.status, answer.number):
            raise Contradiction(f"{answer.code} stands with {known[0].status} and with {answer.status}.")
        if answer not in known:
            known.append(answer)
    return by_code


def check_meanings(codes: set[str]) -> None:
    """Let pass when every code has its meaning and every meaning its code.

    Raises:
        Contradiction: one of them is missing.
    """
    meanings = [slug for group in MEANINGS.values() for slug in group]
    if missing := sorted(codes - set(meanings)):
        raise Contradiction(f"Say in tools/documents/error_meanings.py when these are answered: {', '.join(missing)}.")
    if left := sorted(set(meanings) - codes):
        raise Contradiction(f"Nothing answers these any more: {', '.join(left)}.")


def check_names(names: Iterable[str]) -> None:
    """Let pass when every name of a standard that the source answers with has its meaning, and every meaning its name.

    Raises:
        Contradiction: one of them is missing.
    """
    said = set(names)
    if missing := sorted(said - set(oauth_errors.MEANINGS)):
        raise Contradiction(f"Say in tools/documents/oauth_errors.py when these are answered: {', '.join(missing)}.")
    if left := sorted(set(oauth_errors.MEANINGS) - said):
        raise Contradiction(f"No standard's error is answered by these names any more: {', '.join(left)}.")


def _constructed(source: Source, scope: ast.AST, name: str) -> Iterator[Answer]:
    for call in ast.walk(scope):
        if not isinstance(call, ast.Call) or len(call.args) < 3:  # noqa: PLR2004 - code, status, sentence
            continue
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called != name:
            continue
        slug, status = (arg.value if isinstance(arg, ast.Constant) else None for arg in call.args[:2])
        if not isinstance(slug, str) or not isinstance(status, int):
            raise Contradiction(f"{source.path}:{call.lineno}: write the code and the status of a problem out.")
        number = next((word.value for word in call.keywords if word.arg == "number"), ast.Constant(0))
        yield _answer(Problem(slug, status, _text(call.args[2]), number=ast.literal_eval(number)))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return "…"


def _answer(problem: Problem) -> Answer:
    shown = msgspec.json.decode(render(problem, Face.HOSTED, "").body, type=HostedError)
    return Answer(problem.code, problem.status, shown.code, problem.title)


def _cells(answers: list[Answer]) -> tuple[str, str, str]:
    sentences = " *or* ".join(answer.sentence for answer in answers)
    return str(answers[0].status), str(answers[0].number), sentences


def _shown(problem: Problem, face: Face) -> str:
    return msgspec.json.format(render(problem, face, "").body, indent=2).decode()


def _of_connections() -> str:
    found = [value for value in vars(connections).values() if isinstance(value, connections.Refusal)]
    rows = ((str(int(one.status)), code(one.reason), one.sentence) for one in sorted(found, key=lambda r: r.reason))
    return table(("Status", "Reason", "What the caller reads"), rows)
