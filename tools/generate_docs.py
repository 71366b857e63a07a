"""Writes the reference pages from the code: `python -m tools.generate_docs [--check]`.

`--check` writes nothing and fails when a page differs from what the code says, is missing, or lies in the folder of
generated pages although nothing generates it. To add a page, write a module with a function that returns its text in
`tools.documents`, and add a line to `DOCUMENTS`.
"""

import difflib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.documents import api, errors, events, schema, settings
from tools.documents.clients import postman, typescript

_ROOT = Path(__file__).parent.parent
_FOLDER = "docs/reference"  # everything in it is generated
_SHOWN_LINES = 40


@dataclass(frozen=True)
class Document:
    """A page that is made from the code."""

    path: str
    """Where it stands, below the root of the house."""
    render: Callable[[], str]
    """Returns its whole text, the same for the same code, whatever the machine."""


DOCUMENTS: tuple[Document, ...] = (
    Document(f"{_FOLDER}/settings.md", settings.page),
    Document(f"{_FOLDER}/errors.md", errors.page),
    Document(f"{_FOLDER}/events.md", events.page),
    Document(f"{_FOLDER}/schema.md", schema.page),
    Document(f"{_FOLDER}/api.md", api.page),
    Document(f"{_FOLDER}/openapi.json", api.openapi_page),
    Document(f"{_FOLDER}/postman.json", postman.page),
    Document(f"{_FOLDER}/client.ts", typescript.page),
)


def write(documents: Sequence[Document], root: Path = _ROOT) -> list[str]:
    """Write the pages that differ; return their paths."""
    changed = []
    for document in documents:
        path, text = root / document.path, _text(document)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            changed.append(document.path)
    return changed


def drift(documents: Sequence[Document], root: Path = _ROOT) -> list[str]:
    """Return how the pages differ from the code, a paragraph for each page that does."""
    found = []
    for document in documents:
        path, text = root / document.path, _text(document)
        if not path.exists():
            found.append(f"{document.path}: missing")
        elif path.read_text() != text:
            found.append(f"{document.path}: differs from the code\n{_difference(path.read_text(), text)}")
    known = {document.path for document in documents}
    pages = sorted(path.relative_to(root).as_posix() for path in (root / _FOLDER).rglob("*") if path.is_file())
    found += [f"{page}: nothing generates it" for page in pages if page not in known]
    return found


def _text(document: Document) -> str:
    return f"{document.render().rstrip()}\n"


def _difference(before: str, after: str) -> str:
    labels = ("as committed", "as the code says")
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), *labels, n=1, lineterm=""))
    more = [f"… and {len(lines) - _SHOWN_LINES} lines more"] if len(lines) > _SHOWN_LINES else []
    return "\n".join(lines[:_SHOWN_LINES] + more)


def main(words: list[str]) -> int:
    """Write the pages, or with --check only compare them."""
    if words == ["--check"]:
        found = drift(DOCUMENTS)
        remedy = ["Run `make docs` and commit the result."] if found else []
        print("\n".join([*found, *remedy]) or f"{len(DOCUMENTS)} generated pages are true.")
        return 1 if found else 0
    if words:
        print("usage: python -m tools.generate_docs [--check]", file=sys.stderr)
        return 2
    changed = write(DOCUMENTS)
    print("\n".join([*changed, f"{len(DOCUMENTS)} generated pages, {len(changed)} of them written anew."]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
