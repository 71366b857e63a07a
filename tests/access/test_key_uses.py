"""When keys were used: remembered, written down in batches, kept where the database can't be reached; and old keys."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gate.management.callers import a_key
from gatepass.access.flows import KeyUses, revoke_key
from gatepass.access.jobs import purge, run_key_uses
from gatepass.access.model import ApiKey
from gatepass.access.queries import find_key
from gatepass.kit.db import StorageUnavailable
from gatepass.kit.lookups.reach import EVERYWHERE
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


async def read(spine: Spine, key_id: str) -> ApiKey:
    found = await spine.read(lambda tx: find_key(tx, EVERYWHERE, key_id))
    assert found is not None
    return found


class Unreachable:
    """A database that can't be reached until told otherwise."""

    def __init__(self, spine: Spine) -> None:
        self._spine = spine
        self.is_up = False

    async def transact(self, body: Any) -> Any:
        if not self.is_up:
            raise StorageUnavailable("down")
        return await self._spine.transact(body)


async def test_the_newest_use_of_each_key_is_written_down(each_spine: Spine) -> None:
    one, other = (await a_key(each_spine)).key.id, (await a_key(each_spine)).key.id
    uses, at = KeyUses(each_spine.database), each_spine.clock.now()
    uses.note(one, at, "192.0.2.1")
    uses.note(one, at + timedelta(seconds=9), "192.0.2.2")
    uses.note(other, at, "2001:db8::1")
    assert await uses.flush() == 2
    noted = await read(each_spine, one)
    assert (noted.last_used_at, noted.last_used_from) == (at + timedelta(seconds=9), "192.0.2.2")
    uses.note(one, at, "192.0.2.3")
    await uses.flush()
    assert (await read(each_spine, one)).last_used_from == "192.0.2.2", "another process saw a newer one"


async def test_what_can_not_be_written_down_is_kept_for_the_next_time(spine: Spine) -> None:
    key_id, database = (await a_key(spine)).key.id, Unreachable(spine)
    uses, at = KeyUses(database), spine.clock.now()  # type: ignore[arg-type]
    uses.note(key_id, at, "192.0.2.1")
    with pytest.raises(StorageUnavailable):
        await uses.flush()
    database.is_up = True
    assert await uses.flush() == 1
    assert (await read(spine, key_id)).last_used_at == at


@pytest.mark.parametrize("is_up", [True, False])
async def test_the_job_ends_when_it_is_asked_to_and_writes_once_more(spine: Spine, *, is_up: bool) -> None:
    key_id, database, stop = (await a_key(spine)).key.id, Unreachable(spine), asyncio.Event()
    database.is_up = is_up
    uses = KeyUses(database)  # type: ignore[arg-type]
    uses.note(key_id, spine.clock.now(), "192.0.2.1")
    job = asyncio.ensure_future(run_key_uses(uses, stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(10):
        await job
    assert ((await read(spine, key_id)).last_used_at is not None) is is_up


async def test_a_key_is_forgotten_ninety_days_after_it_was_revoked(each_spine: Spine) -> None:
    old, young, live = [(await a_key(each_spine)).key for _ in range(3)]
    for key in (old, young):
        at = each_spine.clock.now()
        await each_spine.transact(lambda tx, one=key, when=at: revoke_key(tx, one, when, ORIGIN))  # type: ignore[misc]
        each_spine.clock.move(timedelta(days=60))
    each_spine.clock.move(timedelta(days=-30))
    assert await each_spine.transact(lambda tx: purge(tx, each_spine.clock.now())) == 1
    assert await each_spine.read(lambda tx: find_key(tx, EVERYWHERE, old.id)) is None
    assert {(await read(each_spine, key.id)).id for key in (young, live)} == {young.id, live.id}
