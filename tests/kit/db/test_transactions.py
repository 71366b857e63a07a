import asyncio
import logging
from functools import partial

import pytest

from gatepass.kit.db import (
    ConstraintViolated,
    Database,
    SerializationFailure,
    StorageUnavailable,
    TransactionOver,
    Tx,
    WriteRefused,
    command,
    query,
    take_turns,
)
from kit.db.samples import ADD, CONSUME, COUNT, FIND, NOW, adding, ids_in

pytestmark = pytest.mark.anyio


async def test_what_a_body_did_is_committed_when_it_returns(database: Database) -> None:
    assert await database.transact(adding("a", "b")) == 2
    assert await ids_in(database) == ["a", "b"]


async def test_a_body_that_raises_rolls_back_its_own_work_and_nobody_elses(database: Database) -> None:
    async def fail(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        raise LookupError("no")

    outcomes = await asyncio.gather(
        database.transact(adding("a")),
        database.transact(fail),
        database.transact(adding("b")),
        return_exceptions=True,
    )
    assert outcomes[0] == outcomes[2] == 1
    assert isinstance(outcomes[1], LookupError)
    assert await ids_in(database) == ["a", "b"]


async def test_a_broken_constraint_is_named_alike_and_breaks_only_its_own_body(database: Database) -> None:
    await database.transact(adding("taken"))
    outcomes = await asyncio.gather(
        database.transact(adding("a")), database.transact(adding("b", "taken")), return_exceptions=True
    )
    assert isinstance(outcomes[1], ConstraintViolated)
    assert await ids_in(database) == ["a", "taken"]


async def test_a_body_that_swallows_a_failed_statement_commits_nothing(database: Database) -> None:
    await database.transact(adding("taken"))

    async def swallow(tx: Tx) -> str:
        await tx.run(ADD, id="half", spent_at=None)
        try:
            await tx.run(ADD, id="taken", spent_at=None)
        except ConstraintViolated:
            return "as if nothing had happened"
        return "added"

    with pytest.raises(ConstraintViolated):
        await database.transact(swallow)
    assert await ids_in(database) == ["taken"]


async def test_a_body_sees_its_own_work_and_others_see_it_after_the_commit(database: Database) -> None:
    seen: list[int | None] = []
    linger = query(int, "SELECT 1", postgres="SELECT 1 FROM pg_sleep(0.3)")

    async def count(tx: Tx) -> int | None:
        return await tx.one(COUNT)

    async def add_and_look(tx: Tx) -> None:
        await tx.run(ADD, id="a", spent_at=None)
        seen.append(await count(tx))
        await tx.one(linger)

    writing = asyncio.create_task(database.transact(add_and_look))
    while not seen:  # noqa: ASYNC110 - an event would wake us after the commit
        await asyncio.sleep(0)
    assert await database.read(count) == 0
    await writing
    assert seen == [1]
    assert await database.read(count) == 1


async def test_a_body_that_collides_runs_again_from_a_clean_start(database: Database) -> None:
    runs = 0

    async def collide_twice(tx: Tx) -> int:
        nonlocal runs
        runs += 1
        await tx.run(ADD, id="a", spent_at=None)
        if runs < 3:
            raise SerializationFailure
        return runs

    assert await database.transact(collide_twice) == 3
    assert await ids_in(database) == ["a"]


async def test_a_body_that_always_collides_is_given_up_after_five_runs(database: Database) -> None:
    runs = 0

    async def collide(_: Tx) -> None:
        nonlocal runs
        runs += 1
        raise SerializationFailure

    with pytest.raises(StorageUnavailable) as caught:
        await database.transact(collide)
    assert runs == 5
    assert (caught.value.status, caught.value.retry_after) == (503, 1)


async def test_callbacks_run_after_the_commit_in_order_and_never_after_a_rollback(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def stumble() -> None:
        raise RuntimeError("a listener stumbled")

    async def succeed(tx: Tx) -> None:
        tx.after_commit(lambda: told.append("first"))
        tx.after_commit(stumble)
        await tx.run(ADD, id="a", spent_at=None)
        tx.after_commit(lambda: told.append("second"))
        assert told == []

    async def fail(tx: Tx) -> None:
        tx.after_commit(lambda: told.append("never"))
        await tx.run(ADD, id="b", spent_at=None)
        raise LookupError

    with caplog.at_level(logging.ERROR):
        outcomes = await asyncio.gather(database.transact(succeed), database.transact(fail), return_exceptions=True)
    assert outcomes[0] is None
    assert told == ["first", "second"]
    assert "a listener stumbled" in caplog.text


async def test_a_read_changes_nothing(database: Database) -> None:
    async def write(tx: Tx) -> None:
        await tx.run(ADD, id="a", spent_at=None)

    async def write_by_query(tx: Tx) -> None:
        await tx.one(CONSUME, id="a", now=NOW)

    async def ask_for_a_commit(tx: Tx) -> None:
        tx.after_commit(lambda: None)

    for body in (write, write_by_query, ask_for_a_commit):
        with pytest.raises(WriteRefused):
            await database.read(body)
    assert await ids_in(database) == []


async def test_a_tx_that_outlives_its_body_is_refused(database: Database) -> None:
    kept: list[Tx] = []

    async def keep(tx: Tx) -> None:
        kept.append(tx)

    await database.transact(keep)
    await database.read(keep)
    for tx in kept:
        with pytest.raises(TransactionOver):
            await tx.one(COUNT)


async def test_a_statement_with_other_parameters_than_its_own_is_refused(database: Database) -> None:
    async def misspell(tx: Tx) -> None:
        await tx.one(FIND, identifier="a")

    with pytest.raises(TypeError, match=r"missing: \['id'\], unknown: \['identifier'\]"):
        await database.read(misspell)


async def test_how_many_rows_changed_is_counted(database: Database) -> None:
    await database.transact(adding("a", "b", "c"))
    drop = command("DELETE FROM tickets WHERE id > :id")
    table = command("CREATE TABLE others (id TEXT PRIMARY KEY)")

    async def body(tx: Tx) -> tuple[int, int, int]:
        return await tx.run(drop, id="a"), await tx.run(drop, id="a"), await tx.run(table)

    assert await database.transact(body) == (2, 0, 0)


async def test_a_programmers_error_is_not_taken_for_an_outage(database: Database) -> None:
    nonsense = query(int, "SELECT missing FROM nowhere")

    async def body(tx: Tx) -> None:
        await tx.one(nonsense)

    for verb in (database.read, database.transact):
        with pytest.raises(Exception, match="nowhere") as caught:
            await verb(body)
        assert not isinstance(caught.value, StorageUnavailable)
    await database.transact(adding("a"))


async def test_a_closed_database_says_that_it_is_unavailable(database: Database) -> None:
    await database.close()
    await database.close()
    with pytest.raises(StorageUnavailable):
        await database.transact(adding("a"))
    with pytest.raises(StorageUnavailable):
        await ids_in(database)


async def test_many_rows_are_written_in_one_go(database: Database) -> None:
    async def body(tx: Tx) -> None:
        await tx.many(ADD, ({"id": f"{number:03d}", "spent_at": NOW} for number in range(300)))
        await tx.many(ADD, [])

    await database.transact(body)
    assert await ids_in(database) == [f"{number:03d}" for number in range(300)]
    last = await database.read(lambda tx: tx.one(FIND, id="299"))
    assert last is not None
    assert last.spent_at == NOW


async def test_one_row_of_many_that_breaks_a_constraint_fails_the_whole(database: Database) -> None:
    rows = [{"id": one, "spent_at": None} for one in ("a", "b", "a")]
    with pytest.raises(ConstraintViolated):
        await database.transact(lambda tx: tx.many(ADD, rows))
    assert await ids_in(database) == []


async def test_many_rows_are_refused_where_a_parameter_is_missing_and_inside_a_read(database: Database) -> None:
    with pytest.raises(TypeError, match="spent_at"):
        await database.transact(lambda tx: tx.many(ADD, [{"id": "a"}]))
    with pytest.raises(WriteRefused):
        await database.read(lambda tx: tx.many(ADD, [{"id": "a", "spent_at": None}]))


async def test_who_takes_many_turns_waits_for_each_of_them(database: Database) -> None:
    begun: list[str] = []

    async def body(tx: Tx, names: list[str]) -> None:
        await take_turns(tx, names)
        begun.append(names[0])
        await tx.run(ADD, id=names[0], spent_at=None)

    # In both orders of asking: no two wait for each other.
    names = [str(number) for number in range(50)]
    await asyncio.gather(*(database.transact(partial(body, names=order)) for order in (names, names[::-1])))
    assert sorted(begun) == await ids_in(database) == ["0", "49"]
