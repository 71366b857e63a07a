"""What a search reads, and how those are found who were there before searches were."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from gatepass.kit.db import Database, Tx, command, open_database
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.migrations import upgrade
from gatepass.users.jobs import make_findable
from gatepass.users.model import PersonFilter
from gatepass.users.queries import search
from gatepass.users.store.search import _BY_NAME
from gatepass.worker import _CHORES
from support.postgres import Server
from support.spine import Spine
from users.people import found, make

pytestmark = pytest.mark.anyio

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ADD_BEFORE = command(
    "INSERT INTO users (id, first_name, last_name, is_active, created_at, modified_at, public_metadata) "
    "VALUES (:id, :first_name, :last_name, TRUE, :at, :at, :public_metadata)"
)
_BEFORE = [
    ("a" * 24, "Ana", "López", {"plan": "pro"}),
    ("b" * 24, "", "Anand", {}),
    ("c" * 24, "   ", "", {"plan": "free", "seats": 4}),
    ("d" * 24, "Zoë", "Abé", {"nested": {"plan": "pro"}}),
]


@pytest.fixture
def crowd(sqlite_template: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A hundred thousand people without a first name, all with one initial."""
    path = tmp_path / "crowd.db"
    shutil.copy(sqlite_template, path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            "INSERT INTO users (id, first_name, last_name, name_key, family_key, is_findable, is_active, created_at, "
            "modified_at) SELECT printf('%024x', i), '', printf('A%06d', i), printf('a%06d', i), "
            "printf('a%06d', i), TRUE, TRUE, 0, 0 FROM n"
        )
        yield db


def test_a_search_by_name_reads_no_more_rows_than_it_answers_however_many_have_no_first_name(
    crowd: sqlite3.Connection,
) -> None:
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    values = {"low": "a", "high": "a\U0010ffff", "key": "a050000", "after": "", "limit": 101}
    crowd.set_progress_handler(count, 1000)
    rows = crowd.execute(_BY_NAME.sqlite.sql, [values[name] for name in _BY_NAME.sqlite.names]).fetchall()
    assert len(rows) == 101
    assert steps < 30, "thousands of the database's own instructions; a walk over the crowd takes half a million"


@pytest.mark.parametrize("limit", [1, 2, 101])
def test_each_index_of_names_gives_no_more_rows_than_are_wanted(crowd: sqlite3.Connection, limit: int) -> None:
    read = 0

    def see(_: str) -> int:
        nonlocal read
        read += 1
        return 1

    crowd.create_function("see", 1, see)
    sql = _BY_NAME.sqlite.sql
    for key in ("name_key", "family_key"):
        assert f"ORDER BY {key}, id LIMIT" in sql
        sql = sql.replace(f"ORDER BY {key}, id LIMIT", f"AND see(id) ORDER BY {key}, id LIMIT")
    values = {"low": "a", "high": "a\U0010ffff", "key": "a", "after": "", "limit": limit}
    assert len(crowd.execute(sql, [values[name] for name in _BY_NAME.sqlite.names]).fetchall()) == limit
    assert limit <= read <= 2 * (limit + 1), "an index may be asked for one row more before its limit holds"


def rows_read(plan: dict[str, Any]) -> list[int]:
    """Return how many rows each scan of a table gave or threw away."""
    below = [count for part in plan.get("Plans", ()) for count in rows_read(part)]
    if "Relation Name" not in plan:
        return below
    return [plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0), *below]


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_on_postgresql_each_index_of_names_gives_no_more_rows_than_are_wanted(
    postgres_server: Server, mode: str
) -> None:
    url = postgres_server.create_database()
    await upgrade(url)
    db = await asyncpg.connect(url)
    try:
        await db.execute(
            "INSERT INTO users (id, first_name, last_name, name_key, family_key, is_findable, is_active, created_at, "
            "modified_at) SELECT lpad(i::text, 24, '0'), '', 'A', 'a' || lpad(i::text, 6, '0'), "
            "'a' || lpad(i::text, 6, '0'), TRUE, TRUE, now(), now() FROM generate_series(1, 20000) i"
        )
        await db.execute("ANALYZE users")
        await db.execute(f"SET plan_cache_mode = {mode}")
        await db.execute(f"PREPARE by_name AS {_BY_NAME.postgresql.sql}")
        values = {"low": "'a'", "high": "'a\U0010ffff'", "key": "'a'", "after": "''", "limit": "101"}
        given = ", ".join(values[name] for name in _BY_NAME.postgresql.names)
        assert len(await db.fetch(f"EXECUTE by_name ({given})")) == 101
        explained = await db.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE by_name ({given})")
        read = rows_read(json.loads(explained)[0]["Plan"])
        assert len(read) == 2
        assert max(read) <= 101
    finally:
        await db.close()
        postgres_server.drop_database(url)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_people_without_a_first_name_are_found_once_whatever_the_pages(spine: Spine, limit: int) -> None:
    names = [("", "Anand"), ("", "Anand"), ("Ana", "Anand"), ("Anand", ""), ("Bo", "Anand"), ("", "Anbar"), ("An", "Z")]
    ids = [
        (await make(spine, f"p{number}@example.com", first_name=first, last_name=last)).id
        for number, (first, last) in enumerate(names)
    ]
    people = await found(spine, limit, name="an")
    assert len(people) == len(set(people))
    assert set(people) == set(ids)


@pytest.fixture(params=["sqlite", "postgresql"])
async def grown(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database that had people before the step that lets them be found."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/old.db"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        url = server.create_database()
    await upgrade(url, "0002")
    db = await open_database(url)

    async def fill(tx: Tx) -> None:
        for user_id, first, last, metadata in _BEFORE:
            await tx.run(_ADD_BEFORE, id=user_id, first_name=first, last_name=last, at=_NOW, public_metadata=metadata)

    await db.transact(fill)
    await db.close()
    await upgrade(url)
    db = await open_database(url)
    yield db
    await db.close()
    if request.param == "postgresql":
        server.drop_database(url)


async def test_who_was_there_before_searches_is_found_by_name_and_metadata(grown: Database) -> None:
    async def found_by(**wanted: object) -> list[str]:
        page = await grown.read(lambda tx: search(tx, EVERYWHERE, PersonFilter(**wanted), PageRequest(10)))  # type: ignore[arg-type]
        return [person.id[0] for person in page.items]

    assert await found_by(name="an") == []
    job = _CHORES["findable_users"]
    assert job is make_findable
    assert await grown.transact(lambda tx: job(tx, _NOW)) == len(_BEFORE)
    assert await grown.transact(lambda tx: job(tx, _NOW)) == 0
    assert await found_by(name="an") == ["a", "b"]
    assert await found_by(name="abé") == ["d"]
    assert await found_by(metadata=("plan", "pro")) == ["a"]
    assert await found_by(metadata=("seats", "4")) == ["c"]


async def test_new_people_are_found_at_once_and_leave_the_job_nothing(spine: Spine) -> None:
    await make(spine, "ana@example.com", first_name="Ana", public_metadata={"plan": "pro"})
    assert await spine.transact(lambda tx: make_findable(tx, _NOW)) == 0
