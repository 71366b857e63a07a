import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    shutil.copy(_ROOT / "tools/setup.sh", tmp_path / "tools")
    shutil.copy(_ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(_ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def _set_up(house: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "tools/setup.sh", "runtime"],
        cwd=house,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _stamp(house: Path) -> str:
    command = "{ cat requirements/runtime.lock pyproject.toml && pwd -P; } | cksum"
    return subprocess.run(["sh", "-c", command], cwd=house, capture_output=True, text=True, check=True).stdout


def _pretend_installed(house: Path) -> None:
    (house / ".venv/bin").mkdir(parents=True)
    (house / ".venv/bin/python").symlink_to(sys.executable)
    (house / ".venv/gatepass-runtime.stamp").write_text(_stamp(house))


def test_an_old_python_is_named_and_the_remedy_given(house: Path) -> None:
    old = house / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\n[ "$1" = --version ]\n')
    old.chmod(0o755)

    done = _set_up(house, PYTHON=str(old))

    assert done.returncode == 1
    assert "needs Python 3.11 or newer and found Python 3.9.2" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr
    assert not (house / ".venv").exists()


def test_no_python_at_all_is_said_too(house: Path) -> None:
    done = _set_up(house, PYTHON="/nowhere/python3")

    assert done.returncode == 1
    assert "found no Python 3" in done.stderr


def test_nothing_is_touched_while_nothing_changed(house: Path) -> None:
    _pretend_installed(house)

    done = _set_up(house, PYTHON="/nowhere/python3")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("change", ["requirements/runtime.lock", "pyproject.toml"])
def test_a_changed_lock_is_noticed(house: Path, change: str) -> None:
    _pretend_installed(house)
    with (house / change).open("a") as file:
        file.write("# changed\n")

    done = _set_up(house, PYTHON="/nowhere/python3")

    assert done.returncode == 1
    assert "found no Python 3" in done.stderr


def test_an_environment_that_was_moved_is_made_anew(house: Path) -> None:
    _pretend_installed(house)
    moved = house.with_name("moved")
    house.rename(moved)

    done = _set_up(moved, PYTHON="/nowhere/python3")

    assert done.returncode == 1
    assert "found no Python 3" in done.stderr


def test_every_command_has_a_sentence() -> None:
    # This test may itself run below a make, which would greet and part in every folder.
    command = ["make", "--no-print-directory", "help"]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=60, check=True)
    lines = done.stdout.splitlines()
    commands = {line.split()[1]: line for line in lines}

    wanted = {"help", "setup", "run", "test", "check", "bench", "bench-scale", "docs", "lock", "format", "clean"}
    assert set(commands) == wanted
    assert all(line.endswith(".") for line in lines)
