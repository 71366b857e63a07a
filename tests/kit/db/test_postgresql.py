import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from gatepass.kit.db import Body, Command, Database, Limits, StorageUnavailable, Tx, command, open_database, query
from kit.db.conftest import Opener
from kit.db.samples import ADD, CONSUME, COUNT, NOW, SPEND, Proxy, Ticket, adding, break_connections, ids_in

pytestmark = pytest.mark.anyio

SERIALIZABLE = command("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
DOZE = query(int, "SELECT 1", postgres="SELECT 1 FROM pg_sleep(0.2)")
HOW_PLANNED = query(str, "SELECT 'once'", postgres="SELECT current_setting('plan_cache_mode')")
SLEEP = query(int, "SELECT 1", postgres="SELECT 1 FROM pg_sleep(30)")
_QUICK = Limits(connections=3, connect=timedelta(seconds=1), statement=timedelta(seconds=1))


@pytest.fixture
async def db(postgres_url: str, open_at: Opener) -> Any:
    return await open_at(postgres_url)


@pytest.fixture
async def proxy(postgres_url: str) -> AsyncIterator[Proxy]:
    target = urlsplit(postgres_url)
    relay = Proxy(target.hostname or "127.0.0.1", target.port or 5432)
    await relay.start()
    yield relay
    await relay.cut()


@pytest.fixture
async def behind(proxy: Proxy, postgres_url: str, open_at: Opener) -> Any:
    """Give a database that is reached through the proxy."""
    parts = urlsplit(postgres_url)
    user = parts.netloc.rpartition("@")[0]
    address = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{proxy.port}"))
    return await open_at(address, _QUICK)


def _running(statement: Command) -> Body[int]:
    return lambda tx: tx.run(statement)


def _consuming(ticket: str) -> Body[Ticket | None]:
    return lambda tx: tx.one(CONSUME, id=ticket, now=NOW)


async def _when_back(db: Database) -> list[str]:
    while True:
        try:
            return await ids_in(db)
        except StorageUnavailable:
            await asyncio.sleep(0.05)


async def test_a_statement_is_planned_once_however_large_its_tables_are(db: Database) -> None:
    assert await db.read(lambda tx: tx.one(HOW_PLANNED)) == "force_generic_plan"


async def test_a_real_serialization_failure_is_tried_again(db: Database) -> None:
    runs = 0

    async def number_myself(tx: Tx) -> int:
        nonlocal runs
        runs += 1
        await tx.run(SERIALIZABLE)
        count = await tx.one(COUNT) or 0
        await tx.one(DOZE)
        await tx.run(ADD, id=f"t{count}", spent_at=None)
        return count

    assert sorted(await asyncio.gather(*[db.transact(number_myself) for _ in range(3)])) == [0, 1, 2]
    assert runs > 3


async def test_a_real_deadlock_is_tried_again(db: Database) -> None:
    await db.transact(adding("a", "b"))
    runs = 0

    def spending(first: str, second: str) -> Any:
        async def body(tx: Tx) -> None:
            nonlocal runs
            runs += 1
            await tx.run(SPEND, id=first, now=NOW)
            await tx.one(DOZE)
            await tx.run(SPEND, id=second, now=NOW)

        return body

    await asyncio.gather(db.transact(spending("a", "b")), db.transact(spending("b", "a")))
    assert runs > 2


async def test_a_freed_connection_goes_to_the_oldest_waiter(postgres_url: str, open_at: Opener) -> None:
    db = await open_at(postgres_url, Limits(connections=1))
    order: list[int] = []

    async def visit(number: int) -> None:
        async def body(tx: Tx) -> None:
            await tx.one(COUNT)
            order.append(number)

        await db.read(body)

    await asyncio.gather(*[visit(number) for number in range(50)])
    assert order == list(range(50))


async def test_no_more_connections_are_opened_than_allowed(postgres_url: str, open_at: Opener) -> None:
    db: Any = await open_at(postgres_url, Limits(connections=4))
    mine = query(int, "SELECT 1", postgres="SELECT pg_backend_pid() FROM pg_sleep(0.01)")

    async def body(tx: Tx) -> int | None:
        return await tx.one(mine)

    assert len(set(await asyncio.gather(*[db.read(body) for _ in range(60)]))) == 4


async def test_statements_stay_prepared_from_one_borrower_to_the_next(postgres_url: str, open_at: Opener) -> None:
    db = await open_at(postgres_url, Limits(connections=1))
    prepared = query(
        int, "SELECT 0", postgres="SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%tickets%'"
    )

    async def body(tx: Tx) -> int | None:
        return await tx.one(prepared)

    before = await db.read(body)
    for _ in range(5):
        await ids_in(db)
    assert await db.read(body) == (before or 0) + 1


async def test_a_statement_cancelled_halfway_never_leaves_a_dirty_connection(
    postgres_url: str, open_at: Opener
) -> None:
    db = await open_at(postgres_url, Limits(connections=1))

    async def sleep_inside(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await tx.one(SLEEP)

    for verb, body in ((db.transact, sleep_inside), (db.read, lambda tx: tx.one(SLEEP))):
        task = asyncio.create_task(verb(body))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        started = time.monotonic()
        assert await ids_in(db) == []
        await db.transact(adding("x"))
        await db.transact(_running(command("DELETE FROM tickets")))
        assert time.monotonic() - started < 2


async def test_cancelling_at_any_moment_leaves_every_connection_usable(db: Any) -> None:
    for pause in range(60):
        tasks = [asyncio.create_task(db.transact(adding(f"{pause}-{number}"))) for number in range(12)]
        await asyncio.sleep(pause / 10_000)
        for task in tasks[::2]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert set(outcomes[1::2]) == {1}
    found = await ids_in(db)
    assert all(f"{pause}-{number}" in found for pause in range(60) for number in range(1, 12, 2))


async def test_a_slow_statement_is_ended_and_its_caller_told(postgres_url: str, open_at: Opener) -> None:
    db = await open_at(postgres_url, Limits(connections=1, statement=timedelta(seconds=0.3)))
    with pytest.raises(StorageUnavailable, match="statement timeout"):
        await db.read(lambda tx: tx.one(SLEEP))
    assert await ids_in(db) == []


async def test_a_statement_prepared_before_a_migration_is_prepared_anew(postgres_url: str, open_at: Opener) -> None:
    db = await open_at(postgres_url, Limits(connections=1))
    await db.transact(adding("1", "2"))
    ids = query(str, "SELECT id FROM tickets ORDER BY 1")
    widen = "ALTER TABLE tickets ALTER COLUMN id TYPE VARCHAR(%d)"
    for verb, width in ((db.read, 50), (db.transact, 60)):
        assert await verb(lambda tx: tx.all(ids)) == ["1", "2"]
        other = await open_database(postgres_url)
        await other.transact(_running(command(widen % width)))
        await other.close()
        assert await verb(lambda tx: tx.all(ids)) == ["1", "2"]


async def test_a_transaction_whose_connection_is_lost_before_the_commit_runs_again(db: Any, postgres_url: str) -> None:
    runs = 0

    async def body(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await tx.run(ADD, id="a", spent_at=None)
        if runs == 1:
            await tx.one(SLEEP)

    task = asyncio.create_task(db.transact(body))
    await asyncio.sleep(0.2)
    await break_connections(db, postgres_url)
    await task
    assert runs == 2
    assert await ids_in(db) == ["a"]


async def test_a_commit_whose_answer_never_came_is_not_repeated(behind: Any, proxy: Proxy) -> None:
    runs = 0

    async def body(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await tx.run(ADD, id="a", spent_at=None)
        proxy.is_silent = True
        asyncio.get_running_loop().call_later(0.1, lambda: cuts.append(asyncio.ensure_future(proxy.cut())))

    cuts: list[asyncio.Future[None]] = []
    with pytest.raises(StorageUnavailable, match="answer did not come"):
        await behind.transact(body)
    await asyncio.gather(*cuts)
    assert runs == 1


async def test_an_outage_is_told_within_two_seconds_and_ends_by_itself(behind: Any, proxy: Proxy) -> None:
    await behind.transact(adding("a"))
    await proxy.cut()
    for _ in range(3):
        started = time.monotonic()
        outcomes = await asyncio.gather(
            *[ids_in(behind) for _ in range(10)],
            *[behind.transact(adding("never")) for _ in range(10)],
            return_exceptions=True,
        )
        assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
        assert time.monotonic() - started < 2.5
        await asyncio.sleep(0.3)
    await proxy.start()
    returned = time.monotonic()
    found = await _when_back(behind)
    assert time.monotonic() - returned < 5
    assert found == ["a"]
    await asyncio.gather(*[behind.transact(adding(f"t{number}")) for number in range(20)])


async def test_a_server_that_falls_silent_is_given_up_and_found_again(behind: Any, proxy: Proxy) -> None:
    await asyncio.gather(*[behind.transact(adding(f"t{number}")) for number in range(6)])
    proxy.is_silent = True
    started = time.monotonic()
    outcomes = await asyncio.gather(*[ids_in(behind) for _ in range(6)], return_exceptions=True)
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
    assert time.monotonic() - started < 5
    proxy.is_silent = False
    async with asyncio.timeout(5):
        assert len(await _when_back(behind)) == 6


async def test_two_servers_race_for_one_row_and_one_wins(db: Database, postgres_url: str) -> None:
    other = await open_database(postgres_url)
    for turn in range(20):
        ticket = f"t{turn}"
        await db.transact(adding(ticket))
        rivals = [rival.transact(_consuming(ticket)) for rival in (db, other) * 16]
        assert sum(won is not None for won in await asyncio.gather(*rivals)) == 1
    await other.close()


async def test_a_server_that_is_not_there_is_told_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(StorageUnavailable):
        await open_database("postgresql://nobody@127.0.0.1:1/nothing", _QUICK)
    assert time.monotonic() - started < 2
