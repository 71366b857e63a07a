"""A backup is made while the server runs and is worth something: it is restored and looked into."""

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.conftest import CommandLine
from gatepass.kit.ids import new_id
from tools.postgres import ensure_programs

_PAIR = ("spent_identifiers", "revoked_tokens")
_NAMES = "SELECT name FROM applications ORDER BY name"


def _database(line: CommandLine) -> Path:
    return next(line.data.glob("*.db"))


def _names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute(_NAMES)]


def _add_session(path: Path) -> str:
    session_id = new_id()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO sessions (id, user_id, application_id, amr, created_at, expires_at, network, user_agent, "
            "authenticated_at, last_seen_at) VALUES (?, 'u', 'a', '[]', 1, 9999999999999999, '', '', 1, 1)",
            (session_id,),
        )
    return session_id


def test_what_was_backed_up_comes_back(ready: CommandLine, tmp_path: Path) -> None:
    ready.well("app", "create", "Before")
    assert "read back whole" in ready.well("backup", str(tmp_path / "copy.db"))
    ready.well("app", "create", "After")
    said = ready.well("restore", str(tmp_path / "copy.db"), "--replace")
    assert _names(_database(ready)) == ["Before"]
    kept = next(ready.data.glob("*.before-restore-1"))
    assert str(kept.name) in said
    assert _names(kept) == ["After", "Before"]
    assert "Before" in ready.well("app", "list")


def test_a_backup_is_for_its_owner_alone_and_never_overwrites(ready: CommandLine, tmp_path: Path) -> None:
    ready.well("backup", str(tmp_path / "copy.db"))
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    ended = ready("backup", str(tmp_path / "copy.db"))
    assert ended.status == 2
    assert "is there already" in ended.err


def test_a_backup_under_writes_is_one_moment(ready: CommandLine, tmp_path: Path) -> None:
    path, stop = _database(ready), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            while not stop.is_set():
                with connection:
                    # Both or neither: a copy that shows one without the other was torn.
                    for table in _PAIR:
                        connection.execute(f"INSERT INTO {table} VALUES (?, 1)", (new_id(),))  # noqa: S608

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ready.well("backup", str(tmp_path / "copy.db"))
    finally:
        stop.set()
        writer.join()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        spent, revoked = (copy.execute(f"SELECT count(*) FROM {table}").fetchone() for table in _PAIR)  # noqa: S608
    assert spent == revoked


def test_sessions_of_a_backup_end_unless_they_are_kept(ready: CommandLine, tmp_path: Path) -> None:
    session_id = _add_session(_database(ready))
    ready.well("backup", str(tmp_path / "copy.db"))

    def revoked_at() -> int | None:
        with closing(sqlite3.connect(_database(ready))) as connection:
            found = connection.execute("SELECT revoked_at FROM sessions WHERE id = ?", (session_id,)).fetchone()
        revoked: int | None = found[0]
        return revoked

    assert "Sessions ended: 1" in ready.well("restore", str(tmp_path / "copy.db"), "--replace")
    assert revoked_at() is not None
    ready.well("restore", str(tmp_path / "copy.db"), "--replace", "--keep-sessions")
    assert revoked_at() is None


def test_a_database_that_is_there_is_not_replaced_unasked(ready: CommandLine, tmp_path: Path) -> None:
    ready.well("backup", str(tmp_path / "copy.db"))
    ended = ready("restore", str(tmp_path / "copy.db"))
    assert ended.status == 2
    assert "--replace" in ended.err


def test_a_database_in_use_is_not_replaced(ready: CommandLine, tmp_path: Path) -> None:
    ready.well("backup", str(tmp_path / "copy.db"))
    ready.well("app", "create", "Living")
    with closing(sqlite3.connect(_database(ready))) as server:
        server.execute("SELECT count(*) FROM users").fetchone()
        ended = ready("restore", str(tmp_path / "copy.db"), "--replace")
    assert ended.status == 2
    assert "stop the server first" in ended.err
    assert _names(_database(ready)) == ["Living"]


@pytest.mark.parametrize("damage", ["cut", "torn", "none"])
def test_a_damaged_backup_changes_nothing(ready: CommandLine, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "copy.db"
    ready.well("backup", str(copy))
    whole = copy.read_bytes()
    torn = whole[:8192] + os.urandom(len(whole) - 8192)
    copy.write_bytes({"cut": whole[: len(whole) // 2], "torn": torn, "none": b"no database at all"}[damage])
    ready.well("app", "create", "Living")
    ended = ready("restore", str(copy), "--replace")
    assert ended.status == 2
    assert _names(_database(ready)) == ["Living"]


@pytest.fixture
def on_postgresql(gatepass: CommandLine, postgres_url: str) -> CommandLine:
    """Give the command line on an empty PostgreSQL database."""
    gatepass.environment |= {"GATEPASS_DATABASE": postgres_url, "PATH": f"{os.environ['PATH']}:{ensure_programs()}"}
    gatepass.well("keys", "init")
    gatepass.well("migrate")
    return gatepass


def test_postgresql_is_dumped_and_restored(on_postgresql: CommandLine, tmp_path: Path) -> None:
    line = on_postgresql
    line.well("app", "create", "Before")
    line.well("backup", str(tmp_path / "copy.dump"))
    line.well("app", "create", "After")
    ended = line("restore", str(tmp_path / "copy.dump"))
    assert ended.status == 2
    assert "--replace" in ended.err
    line.well("restore", str(tmp_path / "copy.dump"), "--replace")
    listed = line.well("app", "list")
    assert "Before" in listed
    assert "After" not in listed


def test_a_dump_that_was_cut_is_refused(on_postgresql: CommandLine, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    on_postgresql.well("backup", str(copy))
    copy.write_bytes(copy.read_bytes()[:-2_000])
    ended = on_postgresql("restore", str(copy), "--replace")
    assert ended.status == 2
    assert "pg_restore did not succeed" in ended.err


def test_the_password_of_a_database_is_not_among_the_arguments(on_postgresql: CommandLine, tmp_path: Path) -> None:
    seen, folder = tmp_path / "seen", tmp_path / "bin"
    folder.mkdir()
    (folder / "pg_dump").write_text(f'#!/bin/sh\necho "$@ $PGPASSWORD" >> {seen}\nexit 1\n')
    (folder / "pg_dump").chmod(0o700)
    url = urlsplit(on_postgresql.environment["GATEPASS_DATABASE"])
    on_postgresql.environment["PATH"] = f"{folder}:{os.environ['PATH']}"
    secret = url._replace(query="&".join(filter(None, (url.query, "password=open-sesame")))).geturl()
    ended = on_postgresql("backup", str(tmp_path / "copy.dump"), database=secret)
    assert ended.status == 2
    arguments, _, environment = seen.read_text().strip().rpartition(" ")
    assert environment == "open-sesame"
    assert "open-sesame" not in arguments + ended.err
