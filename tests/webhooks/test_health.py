"""Receivers that fail: how they rest, recover, are stopped, and come back."""

from datetime import timedelta

import pytest

from gatepass.audit.model import Event, EventKind
from gatepass.kit.db import query
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from gatepass.webhooks.model import DeliveryState, StopReason
from gatepass.webhooks.sending.dispatcher import MOST_WAITING
from kit.fetch.web import Web, says, serving, trickles
from webhooks.house import ORIGIN, House, headers_of, told, url_of

pytestmark = pytest.mark.anyio

_STOPS = query(str, "SELECT reason FROM audit_events WHERE kind = 'webhook.endpoint.stopped'")
_REPLAYS = query(Event, "SELECT {columns} FROM audit_events WHERE kind = 'webhook.delivery.replayed' ORDER BY id")
_COUNT = query(int, "SELECT count(*) FROM webhook_deliveries")


async def _pass(house: House, time: timedelta, step: timedelta) -> int:
    """Let time pass in steps and send whatever is due; return how many posts that were."""
    count = 0
    for _ in range(int(time / step)):
        house.clock.ahead += step
        count += await house.send()
    return count


async def test_a_receiver_that_is_dead_for_a_day_is_tried_now_and_then_and_gets_everything_in_order(
    house: House, web: Web
) -> None:
    created = await house.create(web, "account")
    web.answer = says(b"", status=502)
    users = [f"user{number % 5}" for number in range(30)]
    events = await house.queue(*users)
    count = await _pass(house, timedelta(hours=24), timedelta(minutes=10))
    assert count <= 6 * 24 + 3, "four lines at first, and one try at a time while it rests"
    assert (await house.webhook(created.webhook)).is_active

    web.answer = says(b"")
    web.bodies.clear()
    await _pass(house, timedelta(minutes=6), timedelta(minutes=6))
    while await house.send():
        pass
    assert {one.state for one in await house.deliveries(created.webhook)} == {DeliveryState.DELIVERED}
    order = [(message["data"]["user_id"], message["data"]["id"]) for message in told(web)]
    assert {event_id for _, event_id in order} == {event.id for event in events}
    for user in set(users):
        ids = [event_id for user_id, event_id in order if user_id == user]
        assert ids == [event.id for event in events if event.user_id == user], "in the order of the record"


async def test_what_a_dead_receiver_misses_stays_in_the_record_and_fills_no_table(house: House, web: Web) -> None:
    await house.create(web, "account")
    web.answer = says(b"", status=500)
    users = [f"user{number}" for number in range(300)]
    for _ in range(6):
        await house.queue(*users)
    kept = await house.db.read(lambda tx: tx.one(_COUNT)) or 0
    assert MOST_WAITING <= kept < MOST_WAITING + 300


async def test_an_endpoint_that_failed_for_three_days_is_stopped_and_everybody_can_see_why(
    house: House, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without chance, because the steps below add up to what they round the waits to.
    monkeypatch.setattr("gatepass.webhooks.sending.bookkeeper.random.random", lambda: 0.0)
    created = await house.create(web, "account")
    web.answer = says(b"", status=500)
    await house.queue("ada")
    await _pass(house, timedelta(hours=71), timedelta(minutes=30))
    [delivery] = await house.deliveries(created.webhook)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DEAD, 12)
    assert (await house.webhook(created.webhook)).is_active

    house.clock.ahead += timedelta(hours=2)
    await house.queue("bob")
    await house.send()
    webhook = await house.webhook(created.webhook)
    assert (webhook.is_active, webhook.stop_reason) == (False, StopReason.FAILING)
    assert await house.db.read(lambda tx: tx.all(_STOPS)) == ["failing"]

    await house.queue("eve")
    house.clock.ahead += timedelta(hours=1)
    assert await house.send() == 0


async def test_an_endpoint_that_is_gone_is_stopped_at_once(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    web.answer = says(b"", status=410)
    await house.queue("ada", "bob")
    await house.send()
    webhook = await house.webhook(created.webhook)
    assert (webhook.is_active, webhook.stop_reason) == (False, StopReason.GONE)
    assert await house.db.read(lambda tx: tx.all(_STOPS)) == ["gone"]
    assert (await house.deliveries(created.webhook, DeliveryState.DEAD))[0].last_status == 410


async def test_a_resumed_endpoint_gets_what_it_missed(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    web.answer = says(b"", status=410)
    await house.queue("ada")
    await house.send()
    await house.queue("bob")
    assert await house.send() == 0

    web.answer, web.bodies[:] = says(b""), []
    webhook = await house.webhook(created.webhook)
    at = house.clock.now()
    await house.db.transact(lambda tx: house.webhooks.resume(tx, webhook, is_skipping=False, at=at, origin=ORIGIN))
    await house.queue("eve")
    while await house.send():
        pass
    assert [message["data"]["user_id"] for message in told(web)] == ["bob", "eve"]


async def test_a_resumed_endpoint_may_leave_out_what_it_missed(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    web.answer = says(b"", status=410)
    await house.queue("ada")
    await house.send()
    await house.queue("bob")
    web.answer, web.bodies[:] = says(b""), []
    webhook = await house.webhook(created.webhook)
    at = house.clock.now()
    await house.db.transact(lambda tx: house.webhooks.resume(tx, webhook, is_skipping=True, at=at, origin=ORIGIN))
    await house.queue("eve")
    await house.send()
    assert [message["data"]["user_id"] for message in told(web)] == ["eve"]


async def test_a_receiver_that_asks_for_a_pause_gets_it(house: House, web: Web) -> None:
    await house.create(web, "account")
    web.answer = says(b"", status=429, headers=["Retry-After: 600"])
    await house.queue("ada")
    await house.send()
    web.answer = says(b"")
    await house.queue("bob")
    assert await _pass(house, timedelta(minutes=9), timedelta(minutes=1)) == 0
    assert await _pass(house, timedelta(minutes=2), timedelta(minutes=1)) == 2


async def test_one_event_that_is_never_taken_does_not_stop_the_others(house: House, web: Web) -> None:
    created = await house.create(web, "account")

    async def send_as(status: int) -> None:
        web.answer = says(b"", status=status)
        await house.send()

    await house.queue("poison")
    await send_as(400)
    for number in range(6):
        await house.queue(f"user{number}")
        await send_as(200)
    webhook = await house.webhook(created.webhook)
    assert (webhook.failures, webhook.failing_since) == (0, None)
    assert len(await house.deliveries(created.webhook, DeliveryState.DELIVERED)) == 6
    [poison] = await house.deliveries(created.webhook, DeliveryState.WAITING)
    assert (poison.attempts, poison.last_error) == (1, "The receiver answered 400.")


async def test_a_huge_answer_and_one_that_never_ends_are_read_no_further_than_needed(house: House) -> None:
    house.set(timeout=timedelta(seconds=1))
    endless = trickles(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"\x1b[31m.", pause=0.02)
    async with serving(says(b"x" * 3_000_000)) as huge, serving(endless) as slow:
        webhooks = [(await house.create(web, "account")).webhook for web in (huge, slow)]
        await house.queue("ada")
        await house.send()
        [first], [second] = [await house.deliveries(webhook) for webhook in webhooks]
    assert (first.state, second.state) == (DeliveryState.DELIVERED, DeliveryState.DELIVERED)
    [attempt] = await house.attempts(first)
    assert attempt.answer == "x" * 4096
    [attempt] = await house.attempts(second)
    assert "\x1b" not in attempt.answer
    assert attempt.answer.startswith("\N{REPLACEMENT CHARACTER}[31m.")
    assert 900 <= attempt.milliseconds < 3000


async def test_a_secret_that_was_rotated_signs_along_for_a_day(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    at = house.clock.now()
    await house.db.transact(lambda tx: house.webhooks.rotate_secret(tx, created.webhook, None, at, ORIGIN))
    counts = []
    for ahead in (timedelta(0), timedelta(hours=23), timedelta(hours=2)):
        house.clock.ahead += ahead
        await house.queue("ada")
        await house.send()
        counts.append(headers_of(web.requests[-1])["webhook-signature"].count("v1,"))
    assert counts == [2, 2, 1]


async def test_a_leaked_secret_signs_no_more_at_once(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    at = house.clock.now()
    await house.db.transact(lambda tx: house.webhooks.rotate_secret(tx, created.webhook, timedelta(0), at, ORIGIN))
    await house.queue("ada")
    await house.send()
    assert headers_of(web.requests[-1])["webhook-signature"].count("v1,") == 1


async def test_what_was_given_up_and_whole_ranges_are_sent_again_under_the_same_ids(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    begun = house.clock.now() - timedelta(seconds=1)
    await house.queue("ada")
    await house.send()
    web.answer = says(b"", status=410)
    await house.queue("bob")
    await house.send()
    web.answer = says(b"")
    webhook, at = await house.webhook(created.webhook), house.clock.now()
    webhook = await house.db.transact(
        lambda tx: house.webhooks.resume(tx, webhook, is_skipping=True, at=at, origin=ORIGIN)
    )
    assert await house.db.transact(lambda tx: house.webhooks.replay_dead(tx, webhook, begun, at, ORIGIN)) == 1
    assert await house.send() == 1
    assert [message["data"]["user_id"] for message in told(web)] == ["ada", "bob", "bob"]

    webhook = await house.webhook(created.webhook)
    await house.db.transact(lambda tx: house.webhooks.replay_all(tx, webhook, begun, at, ORIGIN))
    while await house.dispatcher.dispatch():
        pass
    while await house.send():
        pass
    assert [message["data"]["user_id"] for message in told(web)][3:] == ["ada", "bob"]
    ids = [headers_of(request)["webhook-id"] for request in web.requests]
    assert len(ids) == 5
    assert len(set(ids)) == 2
    told_of = await house.db.read(lambda tx: tx.all(_REPLAYS))
    assert [event.data["count"] for event in told_of] == ["1", "all"]
    assert {event.network for event in told_of} == {ORIGIN.network}


async def test_a_secret_that_signs_along_is_pushed_out_only_where_one_leaked(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    at = house.clock.now()

    async def rotate(overlap: timedelta | None) -> None:
        webhook = await house.webhook(created.webhook)
        await house.db.transact(lambda tx: house.webhooks.rotate_secret(tx, webhook, overlap, at, ORIGIN))

    await rotate(None)
    with pytest.raises(Problem) as refused:
        await rotate(None)
    assert (refused.value.code, refused.value.status) == ("secret_overlap", 409)
    await rotate(timedelta(0))
    await rotate(None)


async def test_a_test_sends_a_sample_and_tells_what_came_back(house: House, web: Web) -> None:
    created = await house.create(web, "session")
    web.answer = says(b"who are you?", status=401)
    answer = await house.webhooks.test(EVERYWHERE, created.webhook.id, ORIGIN)
    assert (answer.status, answer.error, answer.excerpt) == (401, "The receiver answered 401.", "who are you?")
    assert [message["type"] for message in told(web)] == [EventKind.WEBHOOK_TESTED]
    assert await house.deliveries(created.webhook) == []


async def test_a_receiver_that_redirects_is_not_followed(house: House, web: Web) -> None:
    redirect = says(b"", status=307, headers=[f"Location: {url_of(web)}"])
    async with serving(redirect) as first:
        created = await house.create(first, "account")
        await house.queue("ada")
        await house.send()
    assert web.connections == 0
    [delivery] = await house.deliveries(created.webhook)
    assert delivery.last_error == "The host redirects, which is not followed."
