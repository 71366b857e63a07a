import json
import sqlite3

import pytest

from cli.conftest import CommandLine, gatepass, ready

__all__ = ["gatepass", "ready"]


@pytest.fixture
def kept(ready: CommandLine) -> CommandLine:
    """The command line on a record of a few events."""
    for name in ("One", "Two"):
        ready.well("app", "create", name, "--type", "m2m")
    return ready


def test_the_record_is_exported_and_looked_at_without_the_database(kept: CommandLine) -> None:
    file = kept.data / "record.jsonl"
    assert "Wrote" in kept.well("audit", "export", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    said = kept.well("audit", "verify", "--file", str(file))
    assert "events hold, from 1 to" in said
    assert "with --jwks" in said
    keys = kept.data / "keys.json"
    keys.write_text(json.dumps({"keys": json.loads(file.read_text().splitlines()[0])["keys"]}))
    assert "--jwks" not in kept.well("audit", "verify", "--file", str(file), "--jwks", str(keys))
    file.write_text(file.read_text().replace("application.registration.created", "application.registration.removed"))
    ended = kept("audit", "verify", "--file", str(file), "--json")
    assert ended.status == 1
    assert json.loads(ended.out)["broken"]["fault"] == "row_changed"
    again = kept("audit", "export", str(file))
    assert again.status == 2
    assert "never overwrites" in again.err


def test_tampering_with_the_database_is_named(kept: CommandLine) -> None:
    kept.well("audit", "export", str(kept.data / "record.csv"))
    assert "events hold" in kept.well("audit", "verify")
    verdict = json.loads(kept.well("audit", "verify", "--json"))
    assert (verdict["holds"], verdict["covered"]) == (True, verdict["last"])
    with sqlite3.connect(kept.data / "gatepass.db") as connection:
        connection.execute("DELETE FROM audit_events WHERE sequence = 2")
    ended = kept("audit", "verify")
    assert (ended.status, "Event 2 is missing" in ended.out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "record.txt"), ".jsonl"),
        (("export", "record.csv", "--since", "yesterday"), "2026-01-31"),
        (("verify", "--file", "/nowhere/at/all"), "can't be read"),
        (("verify", "--file", "x", "--jwks", "/nowhere/at/all"), "key set"),
    ],
    ids=["ending", "since", "file", "keys"],
)
def test_what_can_not_be_is_explained(ready: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    ended = ready("audit", *arguments)
    assert ended.status == 2
    assert words in ended.err
