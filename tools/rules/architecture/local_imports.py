"""Imports stand at the top of a file.

The story: an import inside a function hides a dependency from readers and from the import contracts' authors, and it is
how cycles are made to work instead of being undone. The one good reason is a heavy library that is rarely needed and
would slow every start; then a comment on the same line, or on the line above, says so.
"""

from collections.abc import Iterator

from tools.rules.source import Finding, House


def check(house: House) -> Iterator[Finding]:
    """Yield every unexplained import inside a function."""
    for source in house.under("src", "tools", "bench"):
        explained = {number for number, line in enumerate(source.lines, 1) if _is_comment(line)}
        for line in sorted({imported.line for imported in source.imports if imported.is_inside_function}):
            if not {line, line - 1} & explained:
                yield source.finding(
                    line, "an import inside a function needs a comment that says why, or the file's top"
                )


def _is_comment(line: str) -> bool:
    _, mark, words = line.partition("#")
    return bool(mark) and bool(words.strip()) and not words.strip().startswith("noqa")
