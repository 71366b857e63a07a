"""The worker over a real mail server: what is sent, how often, and what becomes of what can't be."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import pytest
import structlog

from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.outbox import jobs, queries, store
from gatepass.outbox.delivery import Delivery
from gatepass.outbox.jobs import Worker, run_worker
from gatepass.outbox.model import Envelope, Message, TemporaryFailure
from gatepass.outbox.transports.dev_mailbox import DevMailbox
from outbox.house import CONTEXT, LINK, House, order, working
from support.smtp import SmtpSink

pytestmark = pytest.mark.anyio


async def test_a_mail_is_delivered_once_and_its_content_is_wiped(house: House, smtp_sink: SmtpSink) -> None:
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(order())
        [mail] = await smtp_sink.arrived()
        row = await house.row_when(lambda row: row.state == "sent")
        await anyio.sleep(0.2)

    assert len(smtp_sink.mails) == 1
    assert (mail.to, mail.subject, mail.link, mail.code) == (["ada@example.com"], CONTEXT["subject"], LINK, "482917")
    assert mail.message_id == row.message_id
    assert mail.headers["From"] == "Example <door@gatepass.test>"
    assert (row.payload, row.attempts, row.lease) == (None, 0, None)


async def test_a_mail_leaves_at_once_after_its_commit(
    house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "POLL", timedelta(minutes=5))  # so that nothing but the bell wakes the worker in time
    async with working(house.worker(house.smtp(smtp_sink))):
        await asyncio.sleep(0.3)  # the worker has looked and found nothing
        await house.enqueue(order())
        await smtp_sink.arrived()


async def test_what_another_process_ordered_is_noticed_by_looking(house: House, smtp_sink: SmtpSink) -> None:
    async with working(house.worker(house.smtp(smtp_sink))):
        await asyncio.sleep(0.2)
        house.outbox.doorbell.ring = lambda: None  # type: ignore[method-assign] # nobody rings here for another process
        await house.enqueue(order())
        await smtp_sink.arrived(seconds=3)
        del house.outbox.doorbell.ring


async def test_a_failed_mail_is_tried_again_under_the_same_message_id(house: House, smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse("451 4.7.1 greylisted, see https://mail.test/why", times=2)
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(order())
        [mail] = await smtp_sink.arrived()
        row = await house.row_when(lambda row: row.state == "sent")

    assert mail.message_id == row.message_id
    assert (row.attempts, row.last_error) == (2, "The mail server answered 451 4.7.1 greylisted, see [link]")


async def test_a_server_that_took_the_mail_but_did_not_say_so_gets_it_again_under_the_same_id(
    house: House, smtp_sink: SmtpSink
) -> None:
    smtp_sink.drop(after_taking=True)
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(order())
        mails = await smtp_sink.arrived(2)

    assert len({mail.message_id for mail in mails}) == 1


async def test_a_worker_killed_before_it_wrote_down_repeats_the_mail_under_the_same_id(
    house: House, smtp_sink: SmtpSink
) -> None:
    await house.enqueue(order())
    now = house.clock.now()
    [envelope] = await house.db.transact(
        lambda tx: store.consume(tx, lease="dead", lease_end=now + timedelta(hours=1), now=now, most=9)
    )
    await house.delivery(house.smtp(smtp_sink)).deliver(envelope)  # and then its process is gone

    async with working(house.worker(house.smtp(smtp_sink))):
        await asyncio.sleep(0.3)
        assert len(smtp_sink.mails) == 1
        house.clock.ahead += timedelta(hours=1)
        mails = await smtp_sink.arrived(2)

    assert len({mail.message_id for mail in mails}) == 1


async def test_the_only_worker_takes_over_at_once_what_its_predecessor_had_claimed(
    house: House, smtp_sink: SmtpSink
) -> None:
    await house.enqueue(order())
    now = house.clock.now()
    await house.db.transact(
        lambda tx: store.consume(tx, lease="dead", lease_end=now + timedelta(hours=1), now=now, most=9)
    )

    async with working(house.worker(house.smtp(smtp_sink), is_alone=True)):
        await smtp_sink.arrived(seconds=3)


async def test_an_expired_mail_is_not_sent(house: House, smtp_sink: SmtpSink) -> None:
    await house.enqueue(order(not_after=house.clock.now() + timedelta(minutes=15)))
    house.clock.ahead += timedelta(minutes=15)
    async with working(house.worker(house.smtp(smtp_sink))):
        row = await house.row_when(lambda row: row.state != "waiting")

    assert (row.state, row.payload) == ("expired", None)
    assert smtp_sink.mails == []


async def test_a_mail_that_expires_between_two_tries_is_not_sent(house: House, smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse("451 later", times=1000)
    await house.enqueue(order(not_after=house.clock.now() + timedelta(minutes=15)))
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.row_when(lambda row: row.attempts > 1)
        house.clock.ahead += timedelta(minutes=16)
        await house.row_when(lambda row: row.state == "expired")

    assert smtp_sink.mails == []


async def test_a_permanent_refusal_is_a_dead_letter(house: House, smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse(f"550 rejected: {LINK} 482917")
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(order())
        row = await house.row_when(lambda row: row.state == "dead")

    assert row.last_error == "The mail server answered 550 rejected: [hidden] [hidden]"
    assert row.finished_at is not None
    assert row.payload is not None


async def test_a_mail_that_always_fails_is_given_up_after_its_attempts(house: House, smtp_sink: SmtpSink) -> None:
    house.set(attempts=3)
    smtp_sink.refuse("451 later", times=100)
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(order())
        row = await house.row_when(lambda row: row.state == "dead")

    assert row.attempts == 3


@pytest.mark.parametrize("broken", [{"accent": "red;}"}, {"link": "javascript:x"}, {"code": None, "subject": ""}])
async def test_a_mail_that_cannot_be_made_is_a_dead_letter_and_others_go_on(
    house: House, smtp_sink: SmtpSink, broken: dict[str, str | None]
) -> None:
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(replace(order("bad@example.com"), context=CONTEXT | broken), order("good@example.com"))
        await smtp_sink.arrived(to="good@example.com")
        dead = await house.row_when(lambda row: row.state == "dead")

    assert dead.recipient == "bad@example.com"
    assert len(smtp_sink.mails) == 1


async def test_a_mail_sealed_under_a_lost_key_is_a_dead_letter(house: House, smtp_sink: SmtpSink) -> None:
    await house.enqueue(order())
    house.keys = KeyRing([MasterKey.generate()])
    async with working(house.worker(house.smtp(smtp_sink))):
        row = await house.row_when(lambda row: row.state == "dead")

    assert "No master key" in str(row.last_error)


async def test_an_outage_costs_no_mail_and_no_attempt_and_ends_by_itself(house: House, smtp_sink: SmtpSink) -> None:
    house.set(attempts=2)
    smtp_sink.hang_up()
    async with working(house.worker(house.smtp(smtp_sink))):
        await house.enqueue(*[order(f"p{number}@example.com") for number in range(100)])
        await house.row_when(lambda row: row.last_error is not None)
        await anyio.sleep(2)
        assert [row.state for row in await house.rows()] == ["waiting"] * 100
        smtp_sink.start(smtp_sink.port)
        await smtp_sink.arrived(100)
        await house.row_when(lambda row: row.state == "sent")

    assert len({mail.message_id for mail in smtp_sink.mails}) == len(smtp_sink.mails) == 100
    assert {row.attempts for row in await house.rows()} == {0}


async def test_two_workers_never_send_a_mail_twice(house: House, smtp_sink: SmtpSink) -> None:
    await house.enqueue(*[order(f"p{number}@example.com") for number in range(200)])

    async with working(house.worker(house.smtp(smtp_sink)), house.worker(house.smtp(smtp_sink))):
        await smtp_sink.arrived(200, seconds=30)
        await anyio.sleep(0.3)

    assert len({mail.message_id for mail in smtp_sink.mails}) == len(smtp_sink.mails) == 200
    assert {row.state for row in await house.rows()} == {"sent"}


async def test_no_more_connections_are_open_at_once_than_the_settings_say(house: House, smtp_sink: SmtpSink) -> None:
    house.set(connections=3)
    smtp_sink.delay(0.01)
    await house.enqueue(*[order() for _ in range(60)])

    async with working(house.worker(house.smtp(smtp_sink))):
        await smtp_sink.arrived(60)

    assert smtp_sink.most_at_once == smtp_sink.connections == 3


async def test_a_stopped_worker_finishes_what_it_sends_and_gives_back_the_rest(
    house: House, smtp_sink: SmtpSink
) -> None:
    smtp_sink.delay(0.3)
    await house.enqueue(*[order() for _ in range(10)])

    async with working(house.worker(house.smtp(smtp_sink))):
        await smtp_sink.arrived(1)

    rows = await house.rows()
    assert [row.state for row in rows].count("sent") == len(smtp_sink.mails) < 10
    assert {row.lease for row in rows} == {None}
    assert all(row.due_at <= house.clock.now() for row in rows if row.state == "waiting")


async def test_a_worker_tells_that_it_lives_and_that_it_stopped(house: House, smtp_sink: SmtpSink) -> None:
    async with working(house.worker(house.smtp(smtp_sink))):
        with anyio.fail_after(5):
            while not await house.db.read(lambda tx: queries.living_workers(tx, house.clock.now())):  # noqa: ASYNC110
                await anyio.sleep(0.02)
        house.clock.ahead += timedelta(seconds=31)
        assert await house.db.read(lambda tx: queries.living_workers(tx, house.clock.now())) == []
        house.clock.ahead = timedelta(0)

    last = await house.db.read(queries.last_heartbeat)
    assert last is not None
    assert last.stopped_at is not None


async def test_in_development_mail_lands_in_the_mailbox_of_the_pages(house: House) -> None:
    async with working(house.worker(DevMailbox(house.db, house.clock))):
        await house.enqueue(order())
        await house.row_when(lambda row: row.state == "sent")

    [mail] = await house.db.read(queries.dev_mailbox)
    assert (mail.recipient, mail.subject, mail.links, mail.code) == (
        "ada@example.com",
        CONTEXT["subject"],
        [LINK],
        "482917",
    )
    assert "<html" in mail.html
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert await house.db.read(lambda tx: queries.dev_mail(tx, mail.id)) == mail
    assert await house.db.read(lambda tx: queries.dev_mailbox(tx, recipient="bob@example.com")) == []


async def test_the_development_mailbox_keeps_the_last_mails_alone(house: House) -> None:
    mailbox = DevMailbox(house.db, house.clock)
    for number in range(503):
        await mailbox.send(Message("", "a@gatepass.test", "ada@example.com", f"number {number}", {}, "text", "html"))

    mails = await house.db.read(lambda tx: queries.dev_mailbox(tx, most=1000))
    assert [len(mails), mails[0].subject, mails[-1].subject] == [500, "number 502", "number 3"]


async def test_a_cancelled_worker_leaves_its_mail_to_the_lease(house: House, smtp_sink: SmtpSink) -> None:
    smtp_sink.delay(60)
    await house.enqueue(order())
    task = asyncio.create_task(run_worker(house.worker(house.smtp(smtp_sink)), asyncio.Event()))
    await house.row_when(lambda row: row.lease is not None)
    await anyio.sleep(0.2)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert (await house.rows())[0].state == "waiting"

    smtp_sink.delay(0)
    house.clock.ahead += house.settings.lease
    async with working(house.worker(house.smtp(smtp_sink))):
        await smtp_sink.arrived()


async def test_a_fault_of_our_own_ends_a_shift_and_not_the_worker(
    house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, broken = store.consume, [RuntimeError(LINK)]

    async def break_once(*arguments: Any, **named: Any) -> list[Envelope]:
        if broken:
            raise broken.pop()
        return await claim(*arguments, **named)

    monkeypatch.setattr(store, "consume", break_once)
    with structlog.testing.capture_logs() as log:
        async with working(house.worker(house.smtp(smtp_sink))):
            await house.enqueue(order())
            await smtp_sink.arrived()

    assert [line["error"] for line in log if line["event"] == "outbox.shift_broke"] == [["RuntimeError"]]
    assert LINK not in repr(log)


class _Exploding:
    """A transport with a fault of our own making."""

    async def send(self, message: Message) -> None:
        raise ZeroDivisionError(f"with {message.recipient} and {LINK}")

    async def handshake(self) -> str:
        raise TemporaryFailure("never")

    async def close(self) -> None:
        pass


async def test_an_accident_is_a_failure_like_any_other_and_nothing_secret_is_logged(house: House) -> None:
    with structlog.testing.capture_logs() as log:
        async with working(Worker(house.db, _delivery(house), house.outbox.doorbell)):
            await house.enqueue(order())
            row = await house.row_when(lambda row: row.attempts > 0)

    assert row.state == "waiting"
    assert "ZeroDivisionError" in str(row.last_error)
    for secret in (LINK, "482917", "ada@example.com"):
        assert secret not in repr(log) + str(row.last_error)


def _delivery(house: House) -> Delivery:
    return house.delivery(_Exploding())
