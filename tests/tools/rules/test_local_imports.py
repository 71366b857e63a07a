from tools.rules.architecture.local_imports import check
from tools.rules.source import House


def _count(text: str) -> int:
    return len(list(check(House.of({"src/gatepass/cli/migrate.py": text}))))


def test_an_unexplained_import_inside_a_function_is_found() -> None:
    assert _count("def migrate():\n    import alembic\n") == 1
    assert _count("class Steps:\n    def run(self):\n        from alembic import command, config\n") == 1


def test_a_comment_explains_it() -> None:
    assert _count("def migrate():\n    import alembic  # heavy, and only this command needs it\n") == 0
    assert _count("def migrate():\n    # Heavy, and only this command needs it.\n    import alembic\n") == 0


def test_silencing_a_linter_explains_nothing() -> None:
    assert _count("def migrate():\n    import alembic  # noqa: PLC0415\n") == 1


def test_imports_at_the_top_need_no_word() -> None:
    assert _count("import alembic\nif True:\n    import typing\n") == 0
