import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gatepass.kit.db import Database, Tx
from kit.db.samples import CONSUME, FIND, NOW, SPEND, adding

pytestmark = pytest.mark.anyio

_RIVALS = 64
Spend = Callable[[Database, str], Awaitable[bool]]


async def _consume(db: Database, ticket: str) -> bool:
    async def body(tx: Tx) -> bool:
        return await tx.one(CONSUME, id=ticket, now=NOW) is not None

    return await db.transact(body)


async def _check_then_set(db: Database, ticket: str) -> bool:
    async def is_unspent(tx: Tx) -> bool:
        found = await tx.one(FIND, id=ticket)
        return found is not None and found.spent_at is None

    async def spend(tx: Tx) -> bool:
        return await tx.run(SPEND, id=ticket, now=NOW) == 1

    return await db.read(is_unspent) and await db.transact(spend)


async def _winners(db: Database, ticket: str, spend: Spend) -> int:
    await db.transact(adding(ticket))
    return sum(await asyncio.gather(*[spend(db, ticket) for _ in range(_RIVALS)]))


async def test_of_64_who_consume_one_row_exactly_one_wins_in_each_of_100_rounds(database: Database) -> None:
    assert {await _winners(database, f"t{turn}", _consume) for turn in range(100)} == {1}


async def test_the_same_race_catches_a_check_that_is_followed_by_a_write(database: Database) -> None:
    assert max([await _winners(database, f"t{turn}", _check_then_set) for turn in range(20)]) > 1
