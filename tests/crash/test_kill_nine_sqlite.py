"""kill -9 under load, again and again, with everything in one SQLite file."""

import sqlite3

import pytest

from crash.mayhem import Mayhem


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("rounds", [18] * 4)
@pytest.mark.timeout(240)
def test_what_was_acknowledged_holds_after_every_kill(mayhem: Mayhem, rounds: int) -> None:
    mayhem.run(rounds)
    mayhem.server.kill()
    with sqlite3.connect(mayhem.server.database.removeprefix("sqlite:///")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
