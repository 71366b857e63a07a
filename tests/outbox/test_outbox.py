"""Messages as rows: when they exist, what they hold, and who may claim them."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from gatepass.kit.db import Tx
from gatepass.outbox import queries, store
from gatepass.outbox.model import Dead, Envelope, Postponed, Sent, State
from outbox.house import LINK, House, order

pytestmark = pytest.mark.anyio


class _ChangedMind(Exception):
    pass


async def _claim(house: House, most: int = 10) -> list[Envelope]:
    now = house.clock.now()
    end = now + house.settings.lease
    return await house.db.transact(lambda tx: store.consume(tx, lease="l", lease_end=end, now=now, most=most))


async def test_a_mail_waits_sealed_under_its_own_message_id(house: House) -> None:
    await house.enqueue(order(), order("bob@example.com"))

    rows = await house.rows()
    assert sorted((row.state, row.recipient, row.attempts) for row in rows) == [
        ("waiting", "ada@example.com", 0),
        ("waiting", "bob@example.com", 0),
    ]
    assert len({row.message_id for row in rows}) == 2
    assert all(row.message_id.startswith("<") and row.message_id.endswith("@gatepass.test>") for row in rows)
    stored = repr(rows).encode() + b"".join(row.payload or b"" for row in rows)
    assert LINK.encode() not in stored
    assert b"482917" not in stored


async def test_a_mail_exists_only_when_its_transaction_commits(house: House) -> None:
    async def body(tx: Tx) -> None:
        await house.outbox.enqueue_mail(tx, order())
        raise _ChangedMind

    with pytest.raises(_ChangedMind):
        await house.db.transact(body)

    assert await house.rows() == []
    assert not await house.outbox.doorbell.answer(timedelta(0))


async def test_the_worker_is_rung_after_the_commit(house: House) -> None:
    await house.enqueue(order())

    assert await house.outbox.doorbell.answer(timedelta(0))
    assert not await house.outbox.doorbell.answer(timedelta(0))


async def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(house: House) -> None:
    await house.enqueue(order())

    assert len(await _claim(house)) == 1
    assert await _claim(house) == []
    house.clock.ahead += house.settings.lease + timedelta(seconds=1)
    assert len(await _claim(house)) == 1


async def test_many_claims_at_once_never_share_a_message(house: House) -> None:
    await house.enqueue(*[order(f"p{number}@example.com") for number in range(40)])

    claims = await asyncio.gather(*[_claim(house, most=3) for _ in range(20)])

    claimed = [envelope.id for claim in claims for envelope in claim]
    assert len(claimed) == len(set(claimed)) == 40


async def test_who_lost_the_claim_cannot_settle_it(house: House) -> None:
    await house.enqueue(order())
    [envelope] = await _claim(house)
    await house.db.transact(lambda tx: store.revoke_leases(tx, house.clock.now()))

    for outcome in (Sent(), Dead("x"), Postponed(house.clock.now(), "x")):
        settle = partial(store.touch_outcome, envelope=envelope, outcome=outcome, now=house.clock.now())
        assert not await house.db.transact(settle)

    assert (await house.rows())[0].state == State.WAITING


async def test_a_dead_letter_is_shown_and_can_be_sent_again(house: House) -> None:
    await house.enqueue(order())
    [envelope] = await _claim(house)
    await house.db.transact(lambda tx: store.touch_outcome(tx, envelope, Dead("550 no"), house.clock.now()))

    [dead] = await house.db.read(queries.dead_letters)
    assert (dead.recipient, dead.attempts, dead.last_error) == ("ada@example.com", 1, "550 no")
    assert (await house.db.read(lambda tx: queries.backlog(tx, house.clock.now()))).dead == 1
    assert await _claim(house) == []

    assert await house.db.transact(lambda tx: house.outbox.send_again(tx, dead.id))
    assert len(await _claim(house)) == 1
    assert not await house.db.transact(lambda tx: house.outbox.send_again(tx, dead.id))


async def test_what_waits_is_counted_with_its_age(house: House) -> None:
    await house.enqueue(order(), order())
    house.clock.ahead += timedelta(minutes=5)

    backlog = await house.db.read(lambda tx: queries.backlog(tx, house.clock.now()))

    assert (backlog.waiting, backlog.due, backlog.dead) == (2, 2, 0)
    assert backlog.oldest_due_at is not None
    assert house.clock.now() - backlog.oldest_due_at >= timedelta(minutes=5)


async def test_finished_messages_are_forgotten_after_a_while_and_waiting_ones_never(house: House) -> None:
    await house.enqueue(order(), order())
    [envelope] = await _claim(house, most=1)
    await house.db.transact(lambda tx: store.touch_outcome(tx, envelope, Sent(), house.clock.now()))
    later = house.clock.now() + timedelta(days=8)

    assert await house.db.transact(lambda tx: store.purge(tx, State.SENT, house.clock.now() - timedelta(1), 10)) == 0
    assert await house.db.transact(lambda tx: store.purge(tx, State.SENT, later, 10)) == 1
    assert [row.state for row in await house.rows()] == [State.WAITING]


async def test_messages_whose_time_has_passed_are_wiped_in_bounded_steps(house: House) -> None:
    soon = house.clock.now() + timedelta(minutes=1)
    await house.enqueue(*[order(not_after=soon) for _ in range(3)], order())
    later = soon + timedelta(seconds=1)

    assert await house.db.transact(lambda tx: store.purge_expired(tx, house.clock.now(), 2)) == 0
    assert await house.db.transact(lambda tx: store.purge_expired(tx, later, 2)) == 2
    assert await house.db.transact(lambda tx: store.purge_expired(tx, later, 2)) == 1

    states = sorted((row.state, row.payload is None) for row in await house.rows())
    assert states == [("expired", True)] * 3 + [("waiting", False)]
