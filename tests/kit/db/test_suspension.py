import asyncio
from collections.abc import Callable

import pytest

from gatepass.kit.db import Body, Database, SuspensionRefused, Tx
from kit.db.samples import ADD, COUNT, adding, ids_in

pytestmark = pytest.mark.anyio


def _sleeping(_: Database) -> Body[None]:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await asyncio.sleep(0.01)

    return body


def _giving_way(_: Database) -> Body[None]:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await asyncio.sleep(0)

    return body


def _nesting(db: Database) -> Body[None]:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await db.transact(adding("inner"))

    return body


def _reading_beside(db: Database) -> Body[None]:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await ids_in(db)

    return body


def _insisting(_: Database) -> Body[None]:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        try:
            await asyncio.sleep(0.01)
        finally:
            await asyncio.sleep(0.01)

    return body


def _waiting_for_a_task(_: Database) -> Body[None]:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, id="lost", spent_at=None)
        await asyncio.gather(asyncio.sleep(0.01))

    return body


@pytest.mark.parametrize(
    "suspend", [_sleeping, _giving_way, _nesting, _reading_beside, _insisting, _waiting_for_a_task]
)
async def test_a_body_that_awaits_anything_but_its_tx_is_refused_and_rolled_back_alone(
    database: Database, suspend: Callable[[Database], Body[None]]
) -> None:
    outcomes = await asyncio.gather(
        database.transact(adding("a")),
        database.transact(suspend(database)),
        database.transact(adding("b")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], SuspensionRefused)
    assert await ids_in(database) == ["a", "b"]
    await database.transact(adding("c"))


async def test_a_body_that_only_reads_is_refused_alike(database: Database) -> None:
    async def body(tx: Tx) -> None:
        await tx.one(COUNT)
        await asyncio.sleep(0)

    with pytest.raises(SuspensionRefused, match="may await nothing but its tx"):
        await database.read(body)
    assert await ids_in(database) == []
