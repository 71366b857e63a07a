"""People come in by the command line as an operator brings them, and leave again."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import CommandLine


def _auth0(tmp_path: Path, count: int, **values: Any) -> Path:
    path = tmp_path / "users.json"
    with path.open("w") as file:
        for number in range(count):
            person = {"user_id": f"auth0|{number}", "email": f"p{number}@example.com", "email_verified": True}
            file.write(json.dumps({**person, "passwordHash": "$2b$10$abc", **values}) + "\n")
    return path


def _count(line: CommandLine, table: str = "users") -> int:
    with closing(sqlite3.connect(next(line.data.glob("*.db")))) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return found


def _report(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.with_name(f"{path.name}.report.jsonl").read_text().splitlines()]


def test_people_come_in_and_leave_as_they_came(ready: CommandLine, tmp_path: Path) -> None:
    path = _auth0(tmp_path, 1_200, user_metadata={"colour": "blue"}, given_name="Ann")
    assert "1200 came in, 0 refused, 1200 rows in all" in ready.well("import", "auth0", str(path))
    out = tmp_path / "out.json"
    assert "1200 people" in ready.well("export", "auth0", str(out), "--with-secrets")
    people = {person["user_id"]: person for person in json.loads(out.read_text())}
    assert len(people) == 1_200
    assert people["auth0|7"]["password_hash"] == "$2b$10$abc"
    assert people["auth0|7"]["user_metadata"] == {"colour": "blue"}
    assert out.stat().st_mode & 0o077 == 0


def test_secrets_leave_only_where_that_is_asked_for(ready: CommandLine, tmp_path: Path) -> None:
    ready.well("import", "auth0", str(_auth0(tmp_path, 1)))
    ready.well("export", "auth0", str(tmp_path / "out.json"))
    assert "abc" not in (tmp_path / "out.json").read_text()


def test_a_rehearsal_keeps_nothing_and_finds_the_same_faults(ready: CommandLine, tmp_path: Path) -> None:
    path = _auth0(tmp_path, 3, email="not an address")
    assert "0 would come in, 3 would be refused" in ready.well("import", "auth0", str(path), "--dry-run")
    assert _count(ready) == 0
    good = _auth0(tmp_path, 700)
    assert "700 would come in, 0 would be refused" in ready.well("import", "auth0", str(good), "--dry-run")
    assert _count(ready) == _count(ready, "import_runs") == 0


def test_the_report_names_each_refused_row_and_why(ready: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        "email,phone,roles,organizations\n"
        "ann@example.com,,,\n"
        "ANN@example.com,,,\n"
        "nobody,,,\n"
        "bob@example.com,12,,\n"
        "cat@example.com,,ghost,Nowhere\n"
    )
    assert "2 came in, 3 refused, 5 rows in all" in ready.well("import", "csv", str(path))
    report = _report(path)
    assert [(one["row"], one["who"]) for one in report] == [
        (2, "ANN@example.com"),
        (3, "nobody"),
        (4, "bob@example.com"),
        (5, "cat@example.com"),
        (5, "cat@example.com"),
    ]
    assert "Another user has this" in report[0]["why"]
    assert "without the roles ghost" in report[3]["why"]
    assert "without the organization Nowhere" in report[4]["why"]


def test_the_report_of_a_rehearsal_is_the_real_one_and_says_what_would_be(ready: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("email,roles\nnobody,\ncat@example.com,ghost\n")
    ready.well("import", "csv", str(path), "--dry-run")
    rehearsed = _report(path)
    ready.well("import", "csv", str(path))
    real = _report(path)
    assert [one["why"].split(" ")[:3] for one in rehearsed] == [
        ["Would", "be", "refused:"],
        ["Would", "be", "imported"],
    ]
    assert [list(one) for one in rehearsed] == [list(one) for one in real]
    assert [(one["row"], one["who"]) for one in rehearsed] == [(one["row"], one["who"]) for one in real]
    assert rehearsed[0]["why"] == f"Would be refused: {real[0]['why']}"
    assert rehearsed[1]["why"].lower() == f"would be {real[1]['why']}".lower()


def test_the_same_people_come_back_by_our_own_table(ready: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        "email,external_id,first_name,phone,is_blocked,organizations,public_metadata\n"
        'ann@example.com,x-1,Ann,+4930123456,false,,"{""plan"":""pro""}"\n'
        "bob@example.com,x-2,Bob,,true,,\n"
    )
    ready.well("import", "csv", str(path))
    ready.well("export", "csv", str(tmp_path / "first.csv"))
    assert "x-1" in (tmp_path / "first.csv").read_text()
    other = CommandLine(tmp_path / "other")
    other.well("keys", "init")
    other.well("migrate")
    assert "2 came in, 0 refused" in other.well("import", "csv", str(tmp_path / "first.csv"))
    other.well("export", "csv", str(tmp_path / "second.csv"))
    assert (tmp_path / "second.csv").read_text() == (tmp_path / "first.csv").read_text()


def test_the_same_file_is_not_imported_twice_unasked(ready: CommandLine, tmp_path: Path) -> None:
    path = _auth0(tmp_path, 2)
    ready.well("import", "auth0", str(path))
    ended = ready("import", "auth0", str(path))
    assert ended.status == 2
    assert "--again" in ended.err
    assert "0 came in, 2 refused" in ready.well("import", "auth0", str(path), "--again")


def test_an_import_that_was_killed_goes_on_where_it_was(ready: CommandLine, tmp_path: Path) -> None:
    path = _auth0(tmp_path, 30_000)
    command = [sys.executable, "-m", "gatepass", "import", "auth0", str(path)]
    process = subprocess.Popen(command, env=ready.variables(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while _count(ready) < 1_000 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = _count(ready)
    assert 1_000 <= before < 30_000
    assert before % 500 == 0
    ended = ready("import", "auth0", str(path))
    assert f"Going on after row {before}." in ended.err
    assert "30000 came in, 0 refused, 30000 rows in all" in ended.out
    assert _count(ready) == 30_000


def test_a_file_that_breaks_off_keeps_what_came_before(ready: CommandLine, tmp_path: Path) -> None:
    path = _auth0(tmp_path, 600)
    path.write_text(path.read_text()[:-20])
    ended = ready("import", "auth0", str(path))
    assert ended.status == 2
    assert "breaks off" in ended.err
    assert _count(ready) == 500


@pytest.mark.parametrize("kind", ["auth0", "firebase", "keycloak", "clerk", "cognito", "csv"])
def test_nobody_leaves_in_any_format(ready: CommandLine, tmp_path: Path, kind: str) -> None:
    assert "0 people" in ready.well("export", kind, str(tmp_path / "out"))


def test_postgresql_takes_the_same_file(gatepass: CommandLine, postgres_url: str, tmp_path: Path) -> None:
    gatepass.environment["GATEPASS_DATABASE"] = postgres_url
    gatepass.well("keys", "init")
    gatepass.well("migrate")
    path = _auth0(tmp_path, 700, email_verified="perhaps")
    assert "0 came in, 700 refused" in gatepass.well("import", "auth0", str(path))
    path = _auth0(tmp_path, 700)
    assert "700 came in, 0 refused" in gatepass.well("import", "auth0", str(path))
    gatepass.well("export", "csv", str(tmp_path / "out.csv"))
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 701


def test_every_role_and_organization_leaves_with_its_person(ready: CommandLine, tmp_path: Path) -> None:
    config = tmp_path / "gatepass.yaml"
    names = [f"Team {number:03d}" for number in range(520)]
    config.write_text(
        "gatepass: 1\nroles:\n  editor: {name: Editor}\norganizations:\n" + "".join(f"  {n}: {{}}\n" for n in names)
    )
    ready.well("apply", str(config))
    path = tmp_path / "users.csv"
    path.write_text(f"email,roles,organizations\nann@example.com,editor,{'|'.join(names)}\n")
    assert "1 came in, 0 refused" in ready.well("import", "csv", str(path))
    ready.well("export", "keycloak", str(tmp_path / "out.json"))
    (ann,) = json.loads((tmp_path / "out.json").read_text())["users"]
    assert ann["realmRoles"] == ["editor"]
    assert ann["groups"] == [f"/{name}" for name in names]
