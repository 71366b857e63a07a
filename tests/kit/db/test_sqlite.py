import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from gatepass.kit.db import Database, StorageUnavailable, Tx, command, open_database
from gatepass.kit.db.sqlite import checkpoint
from kit.db.conftest import Opener
from kit.db.samples import ADD, adding, create, ids_in

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gatepass.db"


@pytest.fixture
async def db(path: Path, open_at: Opener) -> Any:
    return await open_at(f"sqlite:///{path}")


def _size(path: Path) -> int:
    return path.stat().st_size


def _names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def _beginnings(path: Path) -> int:
    """Return how often the log began again: its header's checkpoint sequence number."""
    with path.with_name(path.name + "-wal").open("rb") as log:
        return int.from_bytes(log.read(16)[12:], "big")


async def test_the_file_is_its_owners_alone(db: Database, path: Path) -> None:
    await db.transact(adding("a"))
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


async def test_every_commit_is_durable_before_it_is_acknowledged(db: Any) -> None:
    writer = db._writer.connect()
    settings = {name: writer.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert settings == {"journal_mode": "wal", "synchronous": 2}
    assert writer.execute("PRAGMA foreign_keys").fetchone() == (1,)


async def test_a_connection_keeps_32_mebibytes_of_pages_at_most_and_maps_no_file(db: Any) -> None:
    for connection in (db._writer.connect(), db._reader):
        assert connection.execute("PRAGMA cache_size").fetchone() == (-32 * 1024,)
        assert connection.execute("PRAGMA mmap_size").fetchone() == (0,)


async def test_transactions_of_one_turn_share_one_commit(db: Any) -> None:
    statements: list[str] = []
    db._writer.connect().set_trace_callback(statements.append)
    await asyncio.gather(*[db.transact(adding(f"t{number}")) for number in range(31)])
    assert statements.count("COMMIT") == statements.count("BEGIN IMMEDIATE") == 1
    assert statements.count("SAVEPOINT body") == 31
    assert len(await ids_in(db)) == 31


async def test_a_full_disk_fails_the_whole_group_and_the_next_one_works(db: Any) -> None:
    await db.transact(adding("a"))
    writer = db._writer.connect()
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    outcomes = await asyncio.gather(
        db.transact(adding("b")), db.transact(adding("c" * 100_000)), return_exceptions=True
    )
    assert isinstance(outcomes[1], StorageUnavailable)
    # The answer and the truth agree, whether SQLite took back the statement or the whole transaction.
    assert (outcomes[0] == 1) == ("b" in await ids_in(db))
    writer = db._writer.connect()
    writer.execute("PRAGMA max_page_count = 1000000")
    await db.transact(adding("d"))
    assert "d" in await ids_in(db)


async def test_a_transaction_that_sqlite_rolled_back_by_itself_fails_everybody_in_it(db: Any) -> None:
    vanish = command("ROLLBACK")

    async def lose(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await tx.run(vanish)

    outcomes = await asyncio.gather(db.transact(adding("a")), db.transact(lose), return_exceptions=True)
    assert isinstance(outcomes[0], StorageUnavailable)
    assert isinstance(outcomes[1], sqlite3.Error)
    assert await ids_in(db) == []
    await db.transact(adding("b"))
    assert await ids_in(db) == ["b"]


async def test_a_connection_lost_between_body_and_commit_fails_the_group(db: Any) -> None:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        asyncio.get_running_loop().call_soon(writer.close)

    writer = db._writer.connect()
    # The callback above was scheduled after the commit, so it is moved before it.
    group = await db._writer.join()
    _, committed = group.run(body, db._bodies)
    writer.close()
    with pytest.raises(StorageUnavailable):
        await committed
    await db.transact(adding("a"))
    assert await ids_in(db) == ["a"]


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(StorageUnavailable, match="not a database"):
        await open_database(f"sqlite:///{tmp_path}/x.db")


async def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        await open_database(f"sqlite:///{tmp_path}")


async def test_the_log_is_copied_beside_the_requests_and_emptied_at_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "_EVERY_SECONDS", 0.02)
    db = await open_database(f"sqlite:///{path}")
    await db.transact(create)
    await db.transact(adding(*[f"t{number:05}" for number in range(2000)]))
    async with asyncio.timeout(5):
        while _size(path) < 16 * 4096:  # noqa: ASYNC110 - the thread tells nobody
            await asyncio.sleep(0.02)
    await db.close()
    assert _names_in(path.parent) == [path.name]
    assert not any(thread.name == "gatepass-checkpoint" for thread in threading.enumerate())


async def test_a_log_that_grew_too_long_starts_again_while_writes_go_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(checkpoint, "_LONGEST_LOG_PAGES", 50)
    db = await open_database(f"sqlite:///{path}")
    await db.transact(create)
    beginnings = _beginnings(path)
    started, number = time.monotonic(), 0
    while time.monotonic() - started < 1.5:
        await asyncio.gather(*[db.transact(adding(f"{number}-{one}" + "x" * 300)) for one in range(20)])
        number += 1
    assert _beginnings(path) > beginnings
    assert len(await ids_in(db)) == number * 20
    await db.close()


async def test_another_process_may_write_at_the_same_time(db: Database, path: Path) -> None:
    program = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)\n"
        "for number in range(300):\n"
        "    connection.execute('BEGIN IMMEDIATE')\n"
        "    connection.execute('INSERT INTO tickets (id) VALUES (?)', (f'other-{number}',))\n"
        "    connection.execute('COMMIT')\n"
    )
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(path), stderr=subprocess.PIPE)
    ours = 0
    while other.returncode is None:
        await db.transact(adding(f"ours-{ours}"))
        ours += 1
        await asyncio.sleep(0.001)
    assert other.returncode == 0
    assert len(await ids_in(db)) == 300 + ours
