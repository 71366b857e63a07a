"""Small pieces of Markdown."""

from collections.abc import Iterable, Sequence

_NOTE = "<!-- Written by `make docs` from the code; change the code instead. -->"


def head(title: str, *paragraphs: str) -> str:
    """Return the beginning of a generated page."""
    return "\n\n".join((_NOTE, f"# {title}", *paragraphs))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; what could end a cell is made inert."""
    lines = [_row(heads), _row(["---"] * len(heads))]
    lines += [_row([_cell(cell) for cell in row]) for row in rows]
    return "\n".join(lines)


def code(text: str) -> str:
    """Return a text in the face of code; nothing where there is none."""
    return f"`{text}`" if text else ""


def block(text: str, language: str = "sh") -> str:
    """Return a block of code."""
    return f"```{language}\n{text}\n```"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
