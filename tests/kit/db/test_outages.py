import asyncio
import time
from datetime import timedelta

import pytest

from gatepass.kit.db import ConstraintViolated, Database, Limits, StorageUnavailable, Tx, open_database
from kit.db.conftest import Opener
from kit.db.samples import ADD, ADD_CHILD, adding, break_connections, create, exhausted, ids_in

pytestmark = pytest.mark.anyio

_IMPATIENT = Limits(connections=2, acquire=timedelta(seconds=0.3))


async def _worst_lag(during: asyncio.Future[None]) -> float:
    worst = 0.0
    while not during.done():
        before = time.monotonic()
        await asyncio.sleep(0)
        worst = max(worst, time.monotonic() - before)
    return worst


async def test_who_gets_no_turn_in_time_is_told_so_and_the_loop_goes_on(database_url: str, open_at: Opener) -> None:
    db = await open_at(database_url, _IMPATIENT)
    async with exhausted(db, database_url):
        refused = [asyncio.create_task(db.transact(adding(f"x{number}"))) for number in range(20)]
        everybody: asyncio.Future[None] = asyncio.ensure_future(_settle(refused))
        started = time.monotonic()
        worst = await _worst_lag(everybody)
        assert 0.2 < time.monotonic() - started < 1.5
        assert worst < 0.2
        faults = [task.exception() for task in refused]
        assert all(isinstance(fault, StorageUnavailable) for fault in faults)
    await db.transact(adding("a"))
    assert await ids_in(db) == ["a"]


async def _settle(tasks: list[asyncio.Task[int]]) -> None:
    await asyncio.wait(tasks)


async def test_who_waits_is_served_when_the_turn_comes(database: Database, database_url: str) -> None:
    async with exhausted(database, database_url):
        waiting = [asyncio.create_task(database.transact(adding(f"t{number}"))) for number in range(20)]
        await asyncio.sleep(0.1)
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    assert len(await ids_in(database)) == 20


async def test_who_is_cancelled_while_waiting_leaves_nothing_behind(database: Database, database_url: str) -> None:
    async with exhausted(database, database_url):
        waiting = [asyncio.create_task(database.transact(adding(f"t{number}"))) for number in range(20)]
        await asyncio.sleep(0.05)
        for task in waiting[:15]:
            task.cancel()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes[:15]] == [asyncio.CancelledError] * 15
    assert outcomes[15:] == [1] * 5
    assert len(await ids_in(database)) == 5


async def test_work_goes_on_after_every_connection_was_lost(database: Database, database_url: str) -> None:
    for turn in range(3):
        await asyncio.gather(*[database.transact(adding(f"{turn}-{number}")) for number in range(20)])
        await break_connections(database, database_url)
        assert len(await ids_in(database)) == 20 * (turn + 1)
        await break_connections(database, database_url)
    await database.transact(adding("last"))


async def test_a_caller_who_is_cancelled_during_the_commit_does_not_stop_it(database: Database) -> None:
    told: list[str] = []
    committed = asyncio.Event()

    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="a", spent_at=None)
        tx.after_commit(lambda: told.append("committed"))
        tx.after_commit(committed.set)
        asyncio.get_running_loop().call_soon(caller.cancel)

    caller = asyncio.create_task(database.transact(body))
    with pytest.raises(asyncio.CancelledError):
        await caller
    async with asyncio.timeout(5):
        await committed.wait()
    assert told == ["committed"]
    assert await ids_in(database) == ["a"]


async def test_a_failed_commit_answers_nobody_as_if_it_had_worked(database: Database) -> None:
    told: list[str] = []

    async def orphan(tx: Tx) -> None:
        await tx.run(ADD_CHILD, parent="nobody")
        tx.after_commit(lambda: told.append("never"))

    outcomes = await asyncio.gather(
        database.transact(adding("a")),
        database.transact(orphan),
        database.transact(adding("b")),
        return_exceptions=True,
    )
    assert told == []
    if database.is_shared:
        assert isinstance(outcomes[1], ConstraintViolated)
        assert await ids_in(database) == ["a", "b"]
    else:
        assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 3
        assert await ids_in(database) == []
    await database.transact(adding("c"))


async def test_what_was_acknowledged_is_there_after_closing_and_opening(database_url: str) -> None:
    db = await open_database(database_url)
    await db.transact(create)
    under_way = asyncio.create_task(db.transact(adding("a")))
    await asyncio.sleep(0)
    await db.close()
    acknowledged = await asyncio.gather(under_way, return_exceptions=True)
    db = await open_database(database_url)
    found = await ids_in(db)
    await db.close()
    assert found == (["a"] if acknowledged[0] == 1 else [])


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a?mode=ro"])
async def test_an_address_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        await open_database(url)
