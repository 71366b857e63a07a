from pathlib import Path

import pytest

from tools.documents import schema
from tools.documents.table_meanings import TABLES


def test_the_two_databases_have_the_same_tables_and_columns() -> None:
    sqlite, postgresql = schema.on_sqlite(), schema.on_postgresql()

    assert {name: list(table.types) for name, table in sqlite.items()} == {
        name: list(table.types) for name, table in postgresql.items()
    }
    assert set(sqlite) == set(TABLES)


def test_each_database_has_its_own_types() -> None:
    moments = [tables["users"].types["created_at"] for tables in (schema.on_sqlite(), schema.on_postgresql())]

    assert moments == ["INTEGER", "TIMESTAMPTZ"]


def test_a_step_that_the_page_cannot_tell_yet_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    lines = (
        "from alembic import op",
        'revision = "0001"',
        "down_revision = None",
        "def upgrade(): op.execute('VACUUM')",
    )
    (versions / "0001_step.py").write_text("\n".join(lines))
    monkeypatch.setattr(schema, "_MIGRATIONS", tmp_path)

    with pytest.raises(schema.Unreadable, match="VACUUM"):
        schema.on_postgresql()
