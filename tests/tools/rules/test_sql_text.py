import pytest

from tools.rules.code.sql_text import check
from tools.rules.source import House


def _count(text: str) -> int:
    return len(list(check(House.of({"src/gatepass/users/store.py": text}))))


@pytest.mark.parametrize(
    "text",
    [
        'find = query(User, f"SELECT {{columns}} FROM {table}")',
        'find = query(User, "SELECT {columns} FROM %s" % table)',
        'find = query(User, "SELECT {columns} FROM " + table)',
        'find = command("DELETE FROM {}".format(table))',
        'find = query(User, "SELECT 1", postgres=f"SELECT 1 FROM {table}")',
        'sql = f"SELECT {name}"\nfind = query(User, sql)',
        'TABLE = "users"\nTABLE = given()\nfind = query(User, f"SELECT 1 FROM {TABLE}")',
        'def make(table):\n    return command(f"DELETE FROM {table}")',
    ],
)
def test_a_statement_that_holds_more_than_literals_is_found(text: str) -> None:
    assert _count(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        'find = query(User, "SELECT {columns} FROM users WHERE id = :id")',
        'find = query(int, "SELECT count(*) " "FROM users")',
        'LIVE = "ended_at IS NULL"\nfind = query(User, f"SELECT {{columns}} FROM users WHERE {LIVE}")',
        'SELECT = "SELECT 1 "\nfind = query(int, SELECT + "FROM users")',
    ],
)
def test_literals_and_literals_joined_are_fine(text: str) -> None:
    assert _count(text) == 0
