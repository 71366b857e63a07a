"""Column types that mean the same on every database and hold what `gatepass.kit.db` puts there.

On SQLite each maps to a type that a STRICT table accepts.
"""

from typing import Any

import sqlalchemy as sa
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
