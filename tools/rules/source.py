"""The house as the rules see it: parsed Python files and the imports in them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

FOLDERS = ("src", "tests", "tools", "bench")
_FOREIGN = {"node_modules", "peers", "__pycache__"}


@dataclass(frozen=True)
class Finding:
    """A place where a rule is broken, with a sentence that says what to do."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


@dataclass(frozen=True)
class Import:
    """One imported name, in full: `from gatepass.users import flows` imports `gatepass.users.flows`."""

    line: int
    target: str
    is_inside_function: bool


class Source:
    """One Python file."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines, without their ends."""
        return self.text.splitlines()

    @cached_property
    def is_package(self) -> bool:
        """Whether this file is a package's `__init__`."""
        return self.path.endswith("/__init__.py")

    @cached_property
    def module(self) -> str:
        """The dotted name that the file is imported by, `gatepass.users.flows`."""
        parts = list(PurePosixPath(self.path).with_suffix("").parts)
        if parts[0] == "src":
            parts = parts[1:]
        if parts[-1] == "__init__":
            parts = parts[:-1]
        return ".".join(parts)

    @cached_property
    def imports(self) -> list[Import]:
        """Every name that the file imports, at the top and inside functions."""
        return list(self._imports(self.tree, inside=False))

    def finding(self, line: int, sentence: str) -> Finding:
        """Return a finding in this file."""
        return Finding(self.path, line, sentence)

    def _imports(self, node: ast.AST, *, inside: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(child.lineno, alias.name, inside)
            elif isinstance(child, ast.ImportFrom):
                origin = self._origin(child)
                for alias in child.names:
                    yield Import(child.lineno, f"{origin}.{alias.name}", inside)
            else:
                is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from self._imports(child, inside=inside or is_function)

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        climbs = node.level - 1 if self.is_package else node.level
        package = self.module.split(".")
        here = package[: len(package) - climbs]
        return ".".join([*here, node.module] if node.module else here)


@dataclass(frozen=True)
class House:
    """All the Python files that are ours."""

    sources: tuple[Source, ...]

    @classmethod
    def at(cls, root: Path) -> "House":
        """Read the house that stands in a folder."""
        paths = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))
        ours = [path for path in paths if not _FOREIGN.intersection(path.relative_to(root).parts)]
        return cls(tuple(Source(path.relative_to(root).as_posix(), path.read_text()) for path in ours))

    @classmethod
    def of(cls, files: Mapping[str, str]) -> "House":
        """Build a house from texts by path."""
        return cls(tuple(Source(path, text) for path, text in files.items()))

    def under(self, *folders: str) -> list[Source]:
        """Return the files below the named top folders."""
        return [source for source in self.sources if source.path.split("/", 1)[0] in folders]
