import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from gatepass import migrations
from gatepass.kit.db import Tx, command, open_database, query
from gatepass.migrations import LeaseLost, current, downgrade, head, lease, upgrade

pytestmark = pytest.mark.anyio

_STEP = '''"""A step."""
import os, sqlite3, time
import sqlalchemy as sa
from alembic import op
from gatepass.migrations import columns
revision = {revision!r}
down_revision = {before!r}

def upgrade() -> None:
    {upgrade}

def downgrade() -> None:
    op.drop_table({table!r})
'''
_TABLE = (
    "op.create_table({table!r}, sa.Column('id', columns.identifier(), primary_key=True),"
    " sa.Column('at', columns.moment()), sa.Column('life', columns.duration()),"
    " sa.Column('is_on', columns.truth()), sa.Column('bytes', columns.octets()),"
    " sa.Column('facts', columns.json_text()), sa.Column('words', columns.words()))"
)
_COUNT = {
    name: query(
        int,
        f"SELECT count(*) FROM sqlite_master WHERE name = '{name}'",  # noqa: S608 - a name of this file
        postgres=f"SELECT count(*) FROM pg_tables WHERE tablename = '{name}'",  # noqa: S608 - the same
    )
    for name in ("first", "second")
}


@pytest.fixture
def steps(tmp_path: Path) -> Callable[..., Path]:
    """Write a history of two steps, the second one with work of the test's own at its end."""

    def write(then: str = "pass") -> Path:
        folder = tmp_path / "versions"
        folder.mkdir(exist_ok=True)
        first = _TABLE.format(table="first")
        second = _TABLE.format(table="second") + f"; {then}"
        (folder / "0001.py").write_text(_STEP.format(revision="0001", before=None, upgrade=first, table="first"))
        (folder / "0002.py").write_text(_STEP.format(revision="0002", before="0001", upgrade=second, table="second"))
        return folder

    return write


async def _has_table(url: str, name: str) -> bool:
    async def body(tx: Tx) -> bool:
        return await tx.one(_COUNT[name]) == 1

    db = await open_database(url)
    try:
        return await db.read(body)
    finally:
        await db.close()


async def test_a_database_goes_up_and_down(database_url: str, steps: Callable[..., Path]) -> None:
    folder = steps()
    assert await current(database_url) is None
    await upgrade(database_url, versions=folder)
    assert await current(database_url) == "0002" == head(versions=folder)
    await upgrade(database_url, versions=folder)
    await downgrade(database_url, "0001", versions=folder)
    assert await current(database_url) == "0001"
    assert await _has_table(database_url, "first")
    assert not await _has_table(database_url, "second")
    await downgrade(database_url, "base", versions=folder)
    assert await current(database_url) is None
    assert not await _has_table(database_url, "first")


async def test_the_products_own_history_goes_up_and_down_and_up_again(database_url: str) -> None:
    for _ in range(2):
        await upgrade(database_url)
        assert await current(database_url) == head()
        await downgrade(database_url, "base")
        assert await current(database_url) is None


def test_asking_for_the_revision_creates_no_file(tmp_path: Path) -> None:
    assert asyncio.run(current(f"sqlite:///{tmp_path}/none.db")) is None
    assert list(tmp_path.iterdir()) == []


async def test_what_a_failing_step_did_is_undone_and_what_came_before_stays(
    database_url: str, steps: Callable[..., Path]
) -> None:
    with pytest.raises(ZeroDivisionError):
        await upgrade(database_url, versions=steps("1 / 0"))
    assert await current(database_url) == "0001"
    assert not await _has_table(database_url, "second")
    await upgrade(database_url, versions=steps())
    assert await _has_table(database_url, "second")


async def test_servers_that_start_at_once_migrate_once(database_url: str, steps: Callable[..., Path]) -> None:
    folder = steps("time.sleep(0.3)")
    program = (
        "import asyncio, sys; from pathlib import Path; from gatepass.migrations import upgrade;"
        "asyncio.run(upgrade(sys.argv[1], versions=Path(sys.argv[2])))"
    )
    command_line = [sys.executable, "-c", program, database_url, str(folder)]
    servers = [await asyncio.create_subprocess_exec(*command_line) for _ in range(3)]
    assert [await server.wait() for server in servers] == [0, 0, 0]
    assert await current(database_url) == "0002"


async def test_a_step_that_lost_its_lease_is_undone(database_url: str, steps: Callable[..., Path]) -> None:
    with pytest.raises(LeaseLost):
        await upgrade(
            database_url, versions=steps("op.execute(\"UPDATE gatepass_migration_lease SET holder = 'other'\")")
        )
    assert await current(database_url) == "0001"
    assert not await _has_table(database_url, "second")


async def test_a_lease_whose_holder_died_is_taken_over_when_its_time_is_up(
    database_url: str, steps: Callable[..., Path]
) -> None:
    add = command("UPDATE gatepass_migration_lease SET holder = 'dead', expires_at = :expires_at")
    seed = command("INSERT INTO gatepass_migration_lease VALUES ('migration', 'x', :expires_at)")
    db = await open_database(database_url)
    async with lease.held(db):
        pass

    async def die(tx: Tx) -> None:
        await tx.run(seed, expires_at=datetime.now(UTC))
        await tx.run(add, expires_at=datetime.now(UTC) + timedelta(seconds=1))

    await db.transact(die)
    await db.close()
    started = time.monotonic()
    await upgrade(database_url, versions=steps())
    assert time.monotonic() - started > 0.9
    assert await current(database_url) == "0002"


def test_a_kill_in_the_middle_of_a_step_leaves_nothing_half_applied(tmp_path: Path, steps: Callable[..., Path]) -> None:
    url = f"sqlite:///{tmp_path}/killed.db"
    folder = steps("print('inside', flush=True); time.sleep(60)")
    program = (
        "import asyncio, sys; from pathlib import Path; from gatepass.migrations import upgrade;"
        "asyncio.run(upgrade(sys.argv[1], versions=Path(sys.argv[2])))"
    )
    with subprocess.Popen([sys.executable, "-c", program, url, str(folder)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"inside\n"
        os.kill(server.pid, signal.SIGKILL)
    with sqlite3.connect(tmp_path / "killed.db") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert "first" in names
    assert "second" not in names
    assert asyncio.run(current(url)) == "0001"


def test_the_newest_revision_is_the_one_that_alembic_sees(steps: Callable[..., Path]) -> None:
    folder = steps()
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "newline")
    assert ScriptDirectory.from_config(config).get_current_head() == head(versions=folder)


def test_a_history_with_two_ends_is_refused(steps: Callable[..., Path]) -> None:
    folder = steps()
    (folder / "0003.py").write_text('revision = "0003"\ndown_revision = "0001"\n')
    with pytest.raises(RuntimeError, match="2 ends"):
        head(versions=folder)


def test_the_running_server_does_not_import_alembic(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from gatepass.migrations import current, head;"
        f"asyncio.run(current('sqlite:///{tmp_path}/x.db'));"
        "print('alembic' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert answer.stdout == "False False\n"
