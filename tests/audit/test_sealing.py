import asyncio
import random
import time
from datetime import timedelta
from typing import Any

import pytest

from audit.record import NOBODY, Ledger
from gatepass.audit.flows import SEALED, Sealer, record
from gatepass.audit.jobs import run_sealer
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem

pytestmark = pytest.mark.anyio


async def test_every_event_gets_a_place_without_a_gap(ledger: Ledger) -> None:
    await ledger.happen(7)
    assert await ledger.seal_all() == 7
    await ledger.happen(3)
    assert await ledger.seal_all() == 3
    assert [link.sequence for link in await ledger.links()] == list(range(1, 11))
    assert await ledger.sealer.seal() == 0
    verdict = await ledger.verdict()
    assert (verdict.holds, verdict.events, verdict.covered, verdict.checkpoints) == (True, 10, 10, 2)


async def test_the_events_of_one_transaction_keep_their_order(ledger: Ledger) -> None:
    async def body(tx: Tx) -> None:
        for number in range(40):
            await record(tx, EventKind.USER_CHANGED, at=ledger.clock.at, user_id="ana", data={"n": str(number)})

    await ledger.database.transact(body)
    await ledger.seal_all()
    assert [link.data for link in await ledger.links()] == [f'{{"n":"{number}"}}' for number in range(40)]


async def test_an_event_that_commits_late_is_sealed_behind_the_others_and_never_missed(ledger: Ledger) -> None:
    await ledger.happen(2)
    await ledger.seal_all()
    # As a transaction that took its id long ago and commits now.
    late = "INSERT INTO audit_events (id, kind, occurred_at, network, user_agent, data) "
    late += "VALUES ('000000000000000000000001', 'user.login.succeeded', :at, '', '', '{}')"
    await ledger.tamper(late, at=ledger.clock.at)
    await ledger.seal_all()
    links = await ledger.links()
    assert [(link.sequence, link.id[-1] == "1" and link.id.startswith("0000")) for link in links][-1] == (3, True)
    assert (await ledger.verdict()).holds


async def test_sealers_that_run_at_once_seal_each_event_once(ledger: Ledger) -> None:
    sealers = [ledger.another_sealer() for _ in range(3)]
    await ledger.happen(30)
    counts = await asyncio.gather(*(sealer.seal() for sealer in sealers for _ in range(3)))
    assert sum(counts) == 30
    made = await asyncio.gather(*(sealer.checkpoint(is_due=True) for sealer in sealers))
    assert sum(checkpoint is not None for checkpoint in made) == 1
    assert (await ledger.verdict()).events == 30


async def write(ledger: Ledger, writer: int) -> None:
    """Record events in many transactions, a few at a time."""
    chance = random.Random(writer)  # noqa: S311 - no secret

    async def body(tx: Tx) -> None:
        for number in range(chance.randint(1, 3)):
            await record(tx, EventKind.TOKENS_GRANTED, at=ledger.clock.at, origin=NOBODY, data={"n": str(number)})

    for _ in range(25):
        await ledger.database.transact(body)
        await asyncio.sleep(chance.random() / 200)


async def follow(ledger: Ledger, stop: asyncio.Event) -> None:
    """Read the record again and again: nothing appears below what was seen, and what was seen stays."""
    seen: list[int] = []
    while not stop.is_set():
        found = [link.sequence for link in await ledger.links()]
        assert found[: len(seen)] == seen
        seen = found
        await asyncio.sleep(0.02)


async def look(ledger: Ledger, stop: asyncio.Event) -> None:
    """Look at the record again and again: it holds at every moment, while checkpoints are made all the time."""
    while not stop.is_set():
        ledger.move(timedelta(minutes=6))
        assert (await ledger.verdict()).broken is None
        await asyncio.sleep(0.01)


async def test_events_that_many_writers_record_while_they_are_sealed_are_all_there_and_in_no_place_twice(
    ledger: Ledger,
) -> None:
    stop = asyncio.Event()
    beside = asyncio.gather(
        *(run_sealer(ledger.another_sealer(), stop) for _ in range(2)), follow(ledger, stop), look(ledger, stop)
    )
    await asyncio.gather(*(write(ledger, writer) for writer in range(8)))
    for _ in range(500):
        if len(await ledger.links()) == await ledger.count():
            break
        await asyncio.sleep(0.02)
    stop.set()
    await beside
    total = await ledger.count()
    assert [link.sequence for link in await ledger.links()] == list(range(1, total + 1))
    assert (await ledger.verdict()).holds


async def test_new_events_are_announced_well_within_a_second(ledger: Ledger) -> None:
    stop = asyncio.Event()
    waited: list[float] = []
    with ledger.signals.listen(SEALED) as bell:
        running = asyncio.ensure_future(run_sealer(ledger.sealer, stop))
        await asyncio.sleep(0.05)
        # A machine that has much else to do delays one of them, not all.
        while len(waited) < 5 and not (waited and waited[-1] < 0.9):
            begin = time.monotonic()
            await ledger.happen()
            await bell.wait(5)
            waited.append(time.monotonic() - begin)
    stop.set()
    await running
    assert min(waited) < 0.9
    assert len(await ledger.links()) == len(waited)


async def test_events_are_sealed_although_no_key_can_sign(ledger: Ledger) -> None:
    async def refuse(claims: dict[str, Any]) -> str:
        raise Problem("signing_key_unreadable", 503, f"No key for {len(claims)} claims.")

    stop, sealer = asyncio.Event(), Sealer(ledger.database, ledger.clock, refuse, ledger.locate, ledger.signals)
    await ledger.sow(sealer.batch * 2 + 1)
    running = asyncio.ensure_future(run_sealer(sealer, stop))
    for _ in range(200):
        if len(await ledger.links()) == await ledger.count():
            break
        await asyncio.sleep(0.02)
    stop.set()
    await running
    assert len(await ledger.links()) == sealer.batch * 2 + 1
    assert await ledger.sealer.checkpoint() is not None
    assert (await ledger.verdict()).covered == sealer.batch * 2 + 1


async def test_a_checkpoint_is_signed_each_thousand_events_or_five_minutes(ledger: Ledger) -> None:
    await ledger.happen(1)
    await ledger.seal_all(checkpoint=False)
    assert await ledger.count_checkpoints() == 1
    await ledger.happen(1)
    await ledger.seal_all(checkpoint=False)
    assert await ledger.sealer.checkpoint() is None
    ledger.move(timedelta(minutes=5))
    assert await ledger.sealer.checkpoint() is not None
    await ledger.sow(1000)
    await ledger.seal_all(checkpoint=False)
    assert await ledger.count_checkpoints() == 3
    assert (await ledger.verdict()).covered == 1002
    ledger.move(timedelta(days=1))
    assert await ledger.sealer.checkpoint() is None, "nothing is new"


async def test_the_place_of_an_address_is_filled_in_when_the_event_is_sealed(ledger: Ledger) -> None:
    await ledger.happen(origin=Origin("192.0.2.99", "Agent/1.0"))
    await ledger.happen()
    await ledger.seal_all()
    assert [(link.country, link.city) for link in await ledger.links()] == [("Portugal", "Lisbon"), ("", "")]
    assert (await ledger.verdict()).holds


async def test_a_sequence_is_never_used_twice_after_the_end_of_the_record_was_cut_off(ledger: Ledger) -> None:
    await ledger.happen(5)
    await ledger.seal_all(checkpoint=False)
    await ledger.tamper("DELETE FROM audit_events WHERE sequence > 3")
    await ledger.happen(1)
    await ledger.seal_all()
    assert [link.sequence for link in await ledger.links()] == [1, 2, 3, 6]
    broken = (await ledger.verdict()).broken
    assert broken is not None
    assert (broken.fault, broken.sequence) == ("row_missing", 4)


async def test_fifty_thousand_events_are_sealed_in_bounded_time(ledger: Ledger) -> None:
    await ledger.sow(50_000)
    begin = time.monotonic()
    assert await ledger.seal_all() == 50_000
    assert time.monotonic() - begin < 60
    verdict = await ledger.verdict()
    assert (verdict.events, verdict.covered, verdict.holds) == (50_000, 50_000, True)
