"""Columns, and tables of them, that mean the same on every database and hold what `gatepass.kit.db` puts there.

On SQLite each type maps to one that a STRICT table accepts.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine


def identifier() -> TypeEngine[Any]:
    """Hold an id made by the application."""
    return sa.Text()


def words() -> TypeEngine[Any]:
    """Hold a text of any length."""
    return sa.Text()


def moment() -> TypeEngine[Any]:
    """Hold a point in time: TIMESTAMPTZ, or microseconds since 1970 in UTC on SQLite."""
    return sa.Integer().with_variant(sa.DateTime(timezone=True), "postgresql")


def duration() -> TypeEngine[Any]:
    """Hold a length of time in whole seconds."""
    return whole_number()


def whole_number() -> TypeEngine[Any]:
    """Hold a number of 64 bits."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def truth() -> TypeEngine[Any]:
    """Hold true or false."""
    return sa.Boolean().with_variant(sa.Integer(), "sqlite")


def octets() -> TypeEngine[Any]:
    """Hold bytes: BYTEA, or BLOB on SQLite."""
    return sa.LargeBinary()


def json_text() -> TypeEngine[Any]:
    """Hold JSON as text."""
    return sa.Text()


def sorted_words() -> TypeEngine[Any]:
    """Hold a text that is found by how it begins: both databases order it by its bytes."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def needed(name: str, kind: TypeEngine[Any], default: str | None = None) -> sa.Column[Any]:
    """Return a column that always has a value.

    Args:
        name: its name.
        kind: what it holds.
        default: the SQL of the value that rows have which are there already; None where the table is new.
    """
    return sa.Column(name, kind, nullable=False, server_default=None if default is None else sa.text(default))


def optional(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    """Return a column that may be NULL."""
    return sa.Column(name, kind, nullable=True)


def key(name: str = "id") -> sa.Column[Any]:
    """Return the column of a primary key, or a part of one."""
    return sa.Column(name, identifier(), primary_key=True, nullable=False)


def table(name: str, *parts: sa.Column[Any], is_kept_by_key: bool = False) -> None:
    """Create a table, a STRICT one on SQLite.

    Args:
        name: its name.
        parts: its columns.
        is_kept_by_key: whether SQLite keeps the rows in the key's own tree (WITHOUT ROWID): one tree less to go down
            for each row that is looked up, which counts where there are more of them than fit into memory.
    """
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=not is_kept_by_key)


def index(name: str, of: str, names: list[str], *, where: str | None = None, is_unique: bool = False) -> None:
    """Create an index.

    Args:
        name: its name, `ix_…`, or `ux_…` where it is unique.
        of: the table.
        names: the columns, in order.
        where: the SQL of the rows that it covers; None for all.
        is_unique: whether two rows may not be alike in them.
    """
    covered = None if where is None else sa.text(where)
    op.create_index(name, of, names, unique=is_unique, sqlite_where=covered, postgresql_where=covered)


def sort_by_bytes(of: str, name: str) -> None:
    """Let a column of text that is there already be found by how it begins; SQLite orders by bytes anyway."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(of, name, type_=sa.Text(collation="C"))


def sort_by_language(of: str, name: str) -> None:
    """Take that back."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(of, name, type_=sa.Text(collation="default"))
