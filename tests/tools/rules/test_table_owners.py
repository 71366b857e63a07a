import pytest

from tools.rules.architecture.table_owners import check
from tools.rules.source import House

_OWNER = {"src/gatepass/users/store.py": 'ADD = command("INSERT INTO users (id) VALUES (:id)")'}


def _sentences(sql: str, path: str = "src/gatepass/sessions/store.py") -> list[str]:
    return [finding.sentence for finding in check(House.of(_OWNER | {path: f"X = query(int, {sql!r})"}))]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT {columns} FROM users WHERE id = :id",
        "UPDATE users SET name = :name",
        "DELETE FROM users",
        "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id",
        "SELECT s.id FROM sessions s, users u",
        "WITH x AS (SELECT id FROM users) SELECT id FROM x",
        "INSERT OR IGNORE INTO sessions SELECT id FROM users",
    ],
)
def test_another_slices_table_is_found(sql: str) -> None:
    assert "table users belongs to users; ask its flows or queries instead" in _sentences(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM sessions WHERE id IS DISTINCT FROM users",
        "SELECT id FROM sessions FOR UPDATE SKIP LOCKED",
        "WITH users AS (SELECT 1) SELECT * FROM users",
        "INSERT INTO sessions (id) VALUES (:id) ON CONFLICT (id) DO UPDATE SET id = :id",
    ],
)
def test_words_that_only_look_like_it_are_left_alone(sql: str) -> None:
    assert _sentences(sql) == []


def test_the_owner_and_migrations_name_it_freely() -> None:
    assert _sentences("SELECT id FROM users", "src/gatepass/users/queries.py") == []
    assert _sentences("SELECT id FROM users", "src/gatepass/migrations/versions/step_0001.py") == []


def test_two_owners_are_one_too_many() -> None:
    found = _sentences("INSERT INTO users (id) VALUES (:id)")

    assert sorted(found) == [
        "table users belongs to sessions; ask its flows or queries instead",
        "table users belongs to users; ask its flows or queries instead",
    ]
