"""The page of the database: the tables as the migrations make them, on both databases."""

import asyncio
import io
import re
import sqlite3
import tempfile
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gatepass.migrations import head as newest
from gatepass.migrations import upgrade
from tools.documents.markdown import code, head, table
from tools.documents.table_meanings import TABLES
from tools.rules.plan import package, place
from tools.rules.source import House

_ROOT = Path(__file__).parent.parent.parent
_MIGRATIONS = Path(str(files("gatepass.migrations")))
_INTRODUCTION = """\
Times are UTC: `TIMESTAMPTZ`, and on SQLite whole microseconds since 1970. Yes and no are `BOOLEAN`, on SQLite 0 and 1.
Durations are whole seconds. Ids are made by the application and sort by time; JSON is text. What ends in `_hash` is a
SHA-256, in `_mac` a keyed hash, in `_sealed` AES-256-GCM under the master key or under a token that only its holder
has. SQLite's tables are `STRICT`.

A table belongs to the slice that its section names: no other one writes it, or names it in a statement."""
_CREATE_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*)\)\s*", re.DOTALL)
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX |DROP INDEX ", re.DOTALL)
_UPDATE = re.compile(r"UPDATE \w+ SET ", re.DOTALL)
_ADD_COLUMN = re.compile(
    r"""ALTER TABLE (\w+) ADD COLUMN (\w+) ([A-Z][A-Z ]*?)"""
    r"""(?: COLLATE "C")?( DEFAULT (?:'.*'|true|false|[0-9]+))?( NOT NULL)?\s*"""
)
_SORT = re.compile(r'ALTER TABLE \w+ ALTER COLUMN \w+ TYPE TEXT COLLATE "C"\s*')
_COLUMN = re.compile(r'\s*(\w+) ([A-Z][A-Z ]*?)(?: COLLATE "C")?( NOT NULL)?,?\s*')
_INSERT = re.compile(r"\bINSERT INTO (\w+)")
_IGNORED = re.compile(r"(?:--.*\s*)*$")


@dataclass
class Table:
    """One table: its columns' types, which of them must have a value, its key and its indexes."""

    types: dict[str, str] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)
    indexes: dict[str, str] = field(default_factory=dict)


class Unreadable(Exception):
    """Raised when the migrations do something that this page can't tell yet, or the two databases differ."""


def page() -> str:
    """Return the page."""
    sqlite, postgresql = on_sqlite(), on_postgresql()
    if {name: list(one.types) for name, one in postgresql.items()} != {
        name: list(one.types) for name, one in sqlite.items()
    }:
        raise Unreadable("The two databases have different columns.")
    if set(TABLES) != set(sqlite):
        raise Unreadable(f"Say in tools/documents/table_meanings.py what these are for: {set(TABLES) ^ set(sqlite)}.")
    slices = _owners()
    parts = [head("Database", f"The schema at revision `{newest()}`.", _INTRODUCTION)]
    for name in sorted(sqlite):
        parts += [f"## {name}", f"{TABLES[name]} Belongs to `{slices.get(name, 'nobody yet')}`."]
        parts += [_columns(sqlite[name], postgresql[name])]
        parts += [_indexes(sqlite[name])] if sqlite[name].indexes else []
    return "\n\n".join(parts)


def on_sqlite() -> dict[str, Table]:
    """Return the tables of a new SQLite database, as it says itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scratch.db"
        asyncio.run(upgrade(f"sqlite:///{path}"))
        connection = sqlite3.connect(path)
        try:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {name: _described(connection, name) for (name,) in rows if name not in _BOOKS}
        finally:
            connection.close()


def on_postgresql() -> dict[str, Table]:
    """Return the tables that the same steps would make on PostgreSQL, from the statements that they would send."""
    tables: dict[str, Table] = {}
    steps = ScriptDirectory(str(_MIGRATIONS)).walk_revisions()
    for step in reversed(list(steps)):
        statements = io.StringIO()
        context = MigrationContext.configure(
            dialect_name="postgresql", opts={"as_sql": True, "output_buffer": statements, "literal_binds": True}
        )
        with Operations.context(context):
            step.module.upgrade()
        for statement in statements.getvalue().split(";"):
            _follow(statement, tables)
    return tables


# What the migrations keep for themselves; see `gatepass.migrations`.
_BOOKS = {"alembic_version", "gatepass_migration_lease"}


def _owners() -> dict[str, str]:
    # Who inserts into a table owns it; that there is only one is a rule of the house (`table_owners`).
    found = {}
    for source in House.at(_ROOT).under("src"):
        here = place(source.module)
        if here is None or here.part:
            owner = package(source.module) if here is None else here.slice
            found.update(dict.fromkeys(_INSERT.findall(source.text), owner))
    return found


def _described(connection: sqlite3.Connection, name: str) -> Table:
    described = Table()
    for _, column, kind, needed, _, key in connection.execute(f"PRAGMA table_info({name})"):
        described.types[column] = kind
        described.needed |= {column} if needed or key else set()
        described.keys += [column] if key else []
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name",
        (name,),
    )
    described.indexes = dict(rows.fetchall())
    return described


def _follow(statement: str, tables: dict[str, Table]) -> None:
    text = statement.strip()
    # None of these changes a column's type.
    if _IGNORED.fullmatch(text) or _INDEX.match(text) or _UPDATE.match(text) or _SORT.fullmatch(text):
        return
    if (added := _ADD_COLUMN.fullmatch(text)) is not None:
        tables[added[1]].types[added[2]] = _postgresql_name(added[3])
        return
    created = _CREATE_TABLE.fullmatch(text)
    if created is None:
        raise Unreadable(f"Teach tools/documents/schema.py to read this statement: {text[:80]}")
    made = tables.setdefault(created[1], Table())
    for line in created[2].splitlines():
        column = _COLUMN.fullmatch(line)
        if column is not None and column[1] != "PRIMARY":
            made.types[column[1]] = _postgresql_name(column[2])


def _postgresql_name(kind: str) -> str:
    return kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")


def _columns(sqlite: Table, postgresql: Table) -> str:
    rows = (
        (
            code(name),
            code(kind),
            code(postgresql.types[name]),
            "key" if name in sqlite.keys else "" if name in sqlite.needed else "may be empty",
        )
        for name, kind in sqlite.types.items()
    )
    return table(("Column", "SQLite", "PostgreSQL", ""), rows)


def _indexes(one: Table) -> str:
    lines = []
    for name, statement in one.indexes.items():
        _, _, what = statement.partition(" ON ")
        unique = "unique, " if "UNIQUE" in statement else ""
        lines.append(f"- `{name}`: {unique}`{what.partition(' ')[2]}`")
    return "Indexes:\n\n" + "\n".join(lines)
