from dataclasses import dataclass

import pytest

from gatepass.kit.db import command, query


@dataclass(frozen=True)
class Pair:
    left: str
    right: int


def test_a_parameter_is_numbered_once_however_often_it_is_named() -> None:
    statement = command("UPDATE t SET a = :a, b = :b WHERE a <> :a")
    assert statement.sqlite.sql == "UPDATE t SET a = ?1, b = ?2 WHERE a <> ?1"
    assert statement.postgresql.sql == "UPDATE t SET a = $1, b = $2 WHERE a <> $1"
    assert statement.sqlite.names == ("a", "b")


@pytest.mark.parametrize(
    "opaque",
    [
        "':no'",
        "'it''s :no'",
        '":no"',
        "a::text",
        "E'\\' :no'",
        "$$ :no $$",
        "$tag$ :no $tag$",
        "/* :no\n :no */",
        "-- :no\n",
        "'?'",
    ],
)
def test_a_colon_that_names_no_parameter_is_left_alone(opaque: str) -> None:
    statement = query(int, f"SELECT {opaque} + :yes")
    assert statement.sqlite.names == ("yes",)
    assert statement.postgresql.sql == f"SELECT {opaque} + $1"


def test_the_columns_are_the_fields_in_their_order() -> None:
    assert query(Pair, "SELECT {columns} FROM t").sqlite.sql == "SELECT left, right FROM t"
    assert query(Pair, "SELECT {columns:l} FROM t l").sqlite.sql == "SELECT l.left, l.right FROM t l"


def test_a_variant_stands_in_for_one_dialect_alone() -> None:
    statement = query(Pair, "SELECT {columns} FROM t WHERE a = :a", postgres="SELECT {columns} FROM u WHERE b = :b")
    assert statement.sqlite.sql == "SELECT left, right FROM t WHERE a = ?1"
    assert statement.postgresql.sql == "SELECT left, right FROM u WHERE b = $1"
    assert statement.names == {"a", "b"}


@pytest.mark.parametrize("source", ["SELECT $1", "SELECT ?"])
def test_a_parameter_without_a_name_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=":name"):
        query(int, source)


def test_columns_without_a_row_type_are_refused() -> None:
    with pytest.raises(ValueError, match="row type"):
        query(int, "SELECT {columns} FROM t")


def test_a_row_type_with_a_field_that_no_column_holds_is_refused_at_once() -> None:
    @dataclass(frozen=True)
    class Odd:
        what: complex

    with pytest.raises(TypeError, match="No column holds"):
        query(Odd, "SELECT {columns} FROM t")


@pytest.mark.parametrize(
    ("source", "is_writing"),
    [
        ("SELECT deleted_at FROM t WHERE why = 'UPDATE'", False),
        ("WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x", True),
        ("insert into t values (1)", True),
    ],
)
def test_a_statement_that_writes_is_known_by_its_words(source: str, *, is_writing: bool) -> None:
    assert query(int, source).sqlite.is_writing is is_writing
