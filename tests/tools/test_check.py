import sys

import pytest

from tools import check
from tools.check import Check, checks, main, run


def test_a_program_that_succeeds_has_nothing_to_say() -> None:
    assert run(Check("quiet", [sys.executable, "-c", "print('warming up')"])).words is None


def test_a_program_that_fails_is_quoted() -> None:
    verdict = run(Check("loud", [sys.executable, "-c", "import sys; print('line 3 is wrong'); sys.exit(1)"]))

    assert verdict.words == "line 3 is wrong"


def test_a_program_that_is_not_there_has_failed() -> None:
    assert "could not be run" in (run(Check("absent", ["/nowhere/at-all"])).words or "")


def test_one_failure_fails_all_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = Check("bad", [sys.executable, "-c", "raise SystemExit(3)"])
    good = Check("good", [sys.executable, "-c", ""])
    monkeypatch.setattr(check, "checks", lambda: [bad, good])

    assert main(["bad", "good"]) == 1
    printed = capsys.readouterr().out
    assert "✗ bad" in printed
    assert "✓ good" in printed
    assert "Failed: bad." in printed


def test_an_unknown_check_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spelling"]) == 2
    assert "unknown: spelling" in capsys.readouterr().err


def test_every_promised_check_is_there() -> None:
    promised = {"lint", "format", "rules", "contracts", "dependencies", "documents", "types", "translations"}

    assert {task.name for task in checks()} == promised
