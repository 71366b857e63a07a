import asyncio
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tools import postgres, private_postgres
from tools.debian import CannotInstall
from tools.postgres import NoPostgres

_ROOT = Path(__file__).parent.parent.parent


def _start(folder: Path, owner: int) -> str:
    command = [sys.executable, "-m", "tools.private_postgres", "start", str(folder), str(owner)]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert path.exists()


async def _ask(url: str, question: str) -> str:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return str(await connection.fetchval(question))
    finally:
        await connection.close()


def test_a_server_ends_with_the_process_that_it_was_started_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        url = _start(tmp_path, owner.pid)
        data = Path(asyncio.run(_ask(url, "SHOW data_directory")))
        owner.kill()
        owner.wait(10)
        _wait_for(tmp_path / "stopped")

    assert not data.exists()
    with pytest.raises(OSError, match="Connect call failed"):
        asyncio.run(_ask(url, "SELECT 1"))


def test_a_private_server_wants_its_password_and_writes_durably(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        url = _start(tmp_path, owner.pid)
        try:
            assert asyncio.run(_ask(url, "SHOW fsync")) == "on"
            with pytest.raises(asyncpg.InvalidPasswordError):
                asyncio.run(_ask(url.replace("postgres:", "postgres:x"), "SELECT 1"))
        finally:
            (tmp_path / "stop").touch()
            owner.kill()
        _wait_for(tmp_path / "stopped")


def test_programs_that_make_no_server_are_a_failure_with_a_reason(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("initdb", "postgres"):
        (programs / name).write_text("#!/bin/sh\necho out of order >&2\nexit 1\n")
        (programs / name).chmod(0o755)

    private_postgres.guard(tmp_path, 1, programs)

    assert "initdb failed" in (tmp_path / "failure").read_text()


def test_a_named_server_that_does_not_answer_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.VARIABLE, "postgresql://somebody@127.0.0.1:1/postgres")

    with pytest.raises(NoPostgres, match=f"{postgres.VARIABLE} names cannot be used"):
        postgres.find_server()


def test_no_server_at_all_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*packages: str) -> None:
        raise CannotInstall(f"no {packages[0]} here")

    monkeypatch.setattr(postgres, "install", refuse)
    monkeypatch.setattr(postgres, "root_prefix", lambda: None)
    monkeypatch.setattr(postgres, "find_programs", lambda: None)
    monkeypatch.setattr(postgres, "find_wheel_programs", lambda: None)

    with pytest.raises(NoPostgres, match=r"127\.0\.0\.1:5432 .* wheel is not installed either, and no postgresql here"):
        postgres.ensure_programs()


def test_the_wheel_stands_in_where_nothing_may_be_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*packages: str) -> None:
        raise CannotInstall(packages[0])

    monkeypatch.setattr(postgres, "install", refuse)
    monkeypatch.setattr(postgres, "root_prefix", lambda: None)
    monkeypatch.setattr(postgres, "find_programs", lambda: None)
    monkeypatch.setattr(postgres, "find_wheel_programs", lambda: tmp_path)

    assert postgres.ensure_programs() == tmp_path
