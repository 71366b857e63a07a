"""What a person is told when an example cannot be built or run here."""

from pathlib import Path

import pytest

from tools import examples
from tools.examples import EXAMPLES, Example, NotPrepared, main, prepare, ready


def _invent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *build: tuple[str, ...], programs: dict[str, str]) -> None:
    """Let there be one example, `shop`, in folders of the test."""
    monkeypatch.setattr(examples, "SOURCES", tmp_path / "examples")
    monkeypatch.setattr(examples, "_CACHE", tmp_path / "cache")
    (tmp_path / "examples" / "shop").mkdir(parents=True)
    (tmp_path / "examples" / "shop" / "app.txt").write_text("one")
    monkeypatch.setitem(EXAMPLES, "shop", Example("shop", programs, build, ("true",)))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("node-openid-client", "Node.js 20 or later, npm, which comes with Node.js"),
        ("go-oidc", "Go 1.26 or later"),
        ("java-spring-security", "a Java runtime, 17 or later, a JDK, 17 or later, Apache Maven 3.8 or later"),
    ],
)
def test_a_missing_program_is_named(name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for attempt in (prepare, ready):
        with pytest.raises(NotPrepared, match=f"examples/{name} needs {words}; install it"):
            attempt(name)


def test_one_that_fails_says_its_command_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _invent(monkeypatch, tmp_path, ("sh", "-c", "echo no such package >&2; exit 3"), programs={})
    (tmp_path / "examples" / "other").mkdir()
    monkeypatch.setitem(EXAMPLES, "other", Example("other", {}, (), ("true",)))
    assert main(["shop", "other"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("gatepass: examples/shop: `sh -c ")
    assert "no such package" in told
    assert ready("other").name == "other"
    with pytest.raises(NotPrepared, match="examples/shop is not prepared; run"):
        ready("shop")


def test_what_has_not_changed_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _invent(monkeypatch, tmp_path, ("sh", "-c", f"echo built >>{tmp_path}/log"), programs={})
    for _ in range(2):
        prepare("shop")
    assert (tmp_path / "log").read_text() == "built\n"
    (tmp_path / "examples" / "shop" / "app.txt").write_text("two")
    with pytest.raises(NotPrepared, match="is not prepared"):
        ready("shop")
    prepare("shop")
    assert (ready("shop").folder / "app.txt").read_text() == "two"
    assert (tmp_path / "log").read_text() == "built\nbuilt\n"
