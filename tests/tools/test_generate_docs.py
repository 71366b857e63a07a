from pathlib import Path

from tools.generate_docs import Document, drift, write

_PAGE = Document("docs/reference/errors.md", lambda: "# Errors\n\nnone")


def test_a_missing_page_is_drift_until_it_is_written(tmp_path: Path) -> None:
    assert drift([_PAGE], tmp_path) == ["docs/reference/errors.md: missing"]
    assert write([_PAGE], tmp_path) == ["docs/reference/errors.md"]
    assert drift([_PAGE], tmp_path) == []


def test_a_page_that_is_true_is_not_touched(tmp_path: Path) -> None:
    write([_PAGE], tmp_path)

    assert write([_PAGE], tmp_path) == []


def test_a_page_changed_by_hand_is_shown_with_its_difference(tmp_path: Path) -> None:
    write([_PAGE], tmp_path)
    (tmp_path / _PAGE.path).write_text("# Errors\n\nmany\n")

    (found,) = drift([_PAGE], tmp_path)

    assert "-many" in found
    assert "+none" in found


def test_a_page_that_nothing_generates_is_drift(tmp_path: Path) -> None:
    write([_PAGE], tmp_path)
    (tmp_path / "docs/reference/old.md").write_text("left behind")

    assert drift([_PAGE], tmp_path) == ["docs/reference/old.md: nothing generates it"]
