"""The file of breached passwords: built from lists of any order, looked up where it lies, replaced at once."""

import hashlib
from pathlib import Path

import pytest

from gatepass.methods.password.breaches import file as breaches
from gatepass.methods.password.breaches.file import BreachFile, UnreadableList, build


def line_of(password: str) -> str:
    return f"{hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()}:3\n"


def list_of(path: Path, *passwords: str) -> Path:
    path.write_text("".join(line_of(password) for password in passwords))
    return path


def test_what_stands_in_a_list_is_found_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaches, "_HELD", 100)
    words = [f"word {number}" for number in range(1000)]
    made = tmp_path / "breaches"
    assert build(made, [list_of(tmp_path / "a", *words[:600]), list_of(tmp_path / "b", *words[400:])]) == 1000
    known = BreachFile(made)
    assert len(known) == 1000
    assert all(word in known for word in words)
    assert not any(f"other {number}" in known for number in range(1000))


def test_an_update_keeps_what_was_known_and_whoever_reads_the_old_one_goes_on(tmp_path: Path) -> None:
    made = tmp_path / "breaches"
    build(made, [list_of(tmp_path / "a", "first")])
    old = BreachFile(made)
    assert build(made, [list_of(tmp_path / "b", "second")], old) == 2
    assert "first" in old
    assert "second" not in old
    new = BreachFile(made)
    assert "first" in new
    assert "second" in new


def test_an_empty_list_makes_a_file_that_knows_nothing(tmp_path: Path) -> None:
    build(tmp_path / "breaches", [list_of(tmp_path / "a")])
    assert "anything" not in BreachFile(tmp_path / "breaches")


@pytest.mark.parametrize("text", ["password\n", "a" * 39 + "\n", "g" * 40 + "\n"], ids=["a word", "short", "no digits"])
def test_a_line_that_is_no_hash_is_named_and_nothing_is_replaced(tmp_path: Path, text: str) -> None:
    made = tmp_path / "breaches"
    build(made, [list_of(tmp_path / "a", "first")])
    (tmp_path / "b").write_text(line_of("good") + text)
    with pytest.raises(UnreadableList, match="Line 2"):
        build(made, [tmp_path / "b"])
    assert "first" in BreachFile(made)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "breaches"]


def test_a_file_that_was_cut_short_is_none(tmp_path: Path) -> None:
    made = tmp_path / "breaches"
    build(made, [list_of(tmp_path / "a", "first", "second")])
    made.write_bytes(made.read_bytes()[:-1])
    with pytest.raises(UnreadableList, match="gatepass breach build"):
        BreachFile(made)
