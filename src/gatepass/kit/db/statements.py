"""Statements, written once with `:name` parameters and translated at import for each dialect."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeVar

from gatepass.kit.db.rows import Shape, shape_of

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# What may hold a colon without being a parameter comes first: strings, quoted names, comments, casts.
_TOKENS = re.compile(
    r"""
    (?P<opaque> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
              | --[^\n]* | /\*.*?\*/ | :: )
    | :(?P<name>[A-Za-z_]\w*)
    | (?P<numbered>\$\d+|\?)
    | (?P<writes>\b(?:INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE)\b)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_COLUMNS = re.compile(r"\{columns(?::(\w+))?\}")


class Text:
    """One statement in one dialect: its SQL with numbered parameters, and the name of each."""

    __slots__ = ("is_writing", "names", "sql")

    def __init__(self, source: str, mark: str) -> None:
        names: list[str] = []
        self.is_writing = False

        def translate(token: re.Match[str]) -> str:
            if token["numbered"]:
                raise ValueError(f"Write parameters as :name, not {token['numbered']}: {source}")
            if token["writes"]:
                self.is_writing = True
            name = token["name"]
            if not name:
                return token[0]
            if name not in names:
                names.append(name)
            return f"{mark}{names.index(name) + 1}"

        self.sql = _TOKENS.sub(translate, source)
        self.names = tuple(names)


class _Statement:
    """A statement with its translations and the names of all parameters."""

    __slots__ = ("names", "postgresql", "sqlite")

    def __init__(self, source: str, sqlite: str | None, postgres: str | None) -> None:
        self.sqlite = Text(source if sqlite is None else sqlite, "?")
        self.postgresql = Text(source if postgres is None else postgres, "$")
        self.names = frozenset(self.sqlite.names + self.postgresql.names)

    def refuse(self, parameters: Mapping[str, Any]) -> TypeError:
        """Say which parameters are missing or unknown."""
        missing = sorted(self.names - parameters.keys())
        unknown = sorted(parameters.keys() - self.names)
        return TypeError(f"Parameters missing: {missing}, unknown: {unknown} in: {self.sqlite.sql}")


class Query(_Statement, Generic[T_co]):
    """A statement that answers rows of one type."""

    __slots__ = ("shapes",)

    def __init__(self, row: type[T_co], source: str, *, sqlite: str | None = None, postgres: str | None = None) -> None:
        self.shapes: dict[Literal["sqlite", "postgresql"], Shape[T_co]] = {
            "sqlite": shape_of(row, "sqlite"),
            "postgresql": shape_of(row, "postgresql"),
        }
        fill = _columns_of(self.shapes["sqlite"])
        super().__init__(fill(source), None if sqlite is None else fill(sqlite), postgres and fill(postgres))


class Command(_Statement):
    """A statement that answers only how many rows it changed."""

    __slots__ = ()


def query(row: type[T], source: str, *, sqlite: str | None = None, postgres: str | None = None) -> Query[T]:
    """Prepare a statement that answers rows.

    Args:
        row: a dataclass or Struct whose fields are the columns in order, or a scalar type for one column.
        source: the SQL; `{columns}` stands for the row's fields, `{columns:l}` for the same prefixed with `l.`.
        sqlite: the variant for SQLite, where it must differ.
        postgres: the variant for PostgreSQL, where it must differ.
    """
    return Query(row, source, sqlite=sqlite, postgres=postgres)


def command(source: str, *, sqlite: str | None = None, postgres: str | None = None) -> Command:
    """Prepare a statement that answers no rows; the variants are those of `query`."""
    return Command(source, sqlite, postgres)


def _columns_of(shape: Shape[Any]) -> Callable[[str], str]:
    def columns(place: re.Match[str]) -> str:
        if not shape.columns:
            raise ValueError("{columns} needs a row type with fields")
        prefix = f"{place[1]}." if place[1] else ""
        return ", ".join(prefix + name for name in shape.columns)

    return lambda source: _COLUMNS.sub(columns, source)
