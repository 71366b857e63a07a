"""What leaves for a receiver, in which order, how often, and whom others delay."""

import asyncio
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from gatepass.audit.flows import RetentionPurge
from gatepass.audit.model import EventKind
from gatepass.audit.queries import list_after
from gatepass.kit.db import command
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.organizations.flows import create
from gatepass.organizations.model import NewOrganization
from gatepass.webhooks.model import DeliveryState
from kit.fetch.web import Web, says, serving
from support.ports import free_port
from support.spine import ORIGIN
from webhooks.house import PATIENCE, House, headers_of, told, until, verify_by_standard, working

pytestmark = pytest.mark.anyio

_FORGET = command("DELETE FROM audit_events")


async def test_an_event_reaches_its_receiver_signed_and_once(house: House, web: Web) -> None:
    created = await house.create(web)
    async with working(house.room()):
        [event] = await house.happen("ada")
        await until(lambda: len(web.bodies) == 2)  # that the webhook was set up is told, too
        await anyio.sleep(0.3)

    assert [message["type"] for message in told(web)] == ["webhook.endpoint.created", "user.account.changed"]
    assert web.requests[1].startswith(b"POST /hook?key=s3cret HTTP/1.1\r\n")
    headers = headers_of(web.requests[1])
    assert headers["webhook-id"] == event.id
    assert headers["content-type"] == "application/json"
    verify_by_standard(created.secret.reveal(), headers, web.bodies[1], now=datetime.now(UTC))
    deliveries = await house.deliveries(created.webhook)
    assert [(one.state, one.attempts, one.last_status) for one in deliveries] == [("delivered", 1, 200)] * 2
    assert [attempt.status for attempt in await house.attempts(deliveries[1])] == [200]


async def test_an_event_can_be_read_in_the_record_before_its_webhook_arrives(house: House) -> None:
    seen: list[list[str]] = []

    async def answer(writer: asyncio.StreamWriter) -> None:
        listed = await house.db.read(lambda tx: list_after(tx, EVERYWHERE, 0, (), 100))
        seen.append([event.id for event in listed])
        await says(b"")(writer)

    async with serving(answer) as web, working(house.room()):
        await house.create(web)
        await house.happen("ada", "bob", "eve")
        await until(lambda: len(web.bodies) == 4)
    assert len(seen) == 4
    for request, ids in zip(web.requests, seen, strict=True):
        assert headers_of(request)["webhook-id"] in ids


async def test_an_endpoint_is_told_what_it_chose_and_nothing_else(house: House, web: Web) -> None:
    await house.create(web, "user.account.changed", "session")
    await house.queue("ada", kind=EventKind.USER_CHANGED)
    await house.queue("ada", kind=EventKind.USER_DELETED)
    await house.queue("ada", kind=EventKind.SESSION_ENDED)
    while await house.send():
        pass
    assert [message["type"] for message in told(web)] == ["user.account.changed", "user.session.ended"]


async def test_an_organizations_endpoint_is_told_of_that_organization_alone(house: House, web: Web) -> None:
    at = house.clock.now()
    made = await house.db.transact(lambda tx: create(tx, NewOrganization("Acme"), at, ORIGIN))
    own = made.organization.id
    while await house.sealer.seal():
        pass  # that the organization came into being is no news to an endpoint that comes after it
    await house.create(web, "account", organization_id=own)
    for organization_id in (own, "orgtwo", None):
        await house.happen(f"of-{organization_id}", organization_id=organization_id)
    await house.queue("nobody's")
    await house.send()
    assert [message["data"]["user_id"] for message in told(web)] == [f"of-{own}"]


async def test_every_try_sends_the_same_id_and_the_same_bytes_under_a_new_moment(house: House, web: Web) -> None:
    web.answer = says(b"not today", status=503)
    created = await house.create(web, "account")
    [event] = await house.queue("ada")
    for ahead in (0, 10, 60):
        house.clock.ahead += timedelta(seconds=ahead)
        assert await house.send() == 1
    assert len(set(web.bodies)) == 1
    headers = [headers_of(request) for request in web.requests]
    assert {one["webhook-id"] for one in headers} == {event.id}
    assert len({one["webhook-timestamp"] for one in headers}) == 3
    verify_by_standard(created.secret.reveal(), headers[2], web.bodies[2], now=house.clock.now())
    [delivery] = await house.deliveries(created.webhook)
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("waiting", 3, "The receiver answered 503.")
    assert [(one.status, one.answer) for one in await house.attempts(delivery)] == [(503, "not today")] * 3


async def test_a_later_event_of_a_user_waits_for_the_retry_of_an_earlier_one(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    web.answer = says(b"", status=500)
    await house.queue("ada")
    await house.send()
    web.answer = says(b"")
    await house.queue("ada", "bob")
    await house.send()
    assert [message["data"]["user_id"] for message in told(web)] == ["ada", "bob"]

    house.clock.ahead += timedelta(seconds=6)
    await house.send()
    await house.send()
    events = [message["data"]["id"] for message in told(web)]
    assert events[2] == events[0], "the retry goes first"
    assert len(set(events)) == 3
    assert {one.state for one in await house.deliveries(created.webhook)} == {DeliveryState.DELIVERED}


async def test_a_retry_that_has_been_held_for_too_long_is_overtaken(house: House, web: Web) -> None:
    house.set(hold=timedelta(minutes=20))
    created = await house.create(web, "account")
    web.answer = says(b"", status=500)
    await house.queue("ada")
    for _ in range(5):
        await house.send()
        house.clock.ahead += timedelta(minutes=11)
    await house.queue("ada")
    web.answer = says(b"")
    await house.send()
    first, second = await house.deliveries(created.webhook)
    assert (first.state, second.state) == (DeliveryState.WAITING, DeliveryState.DELIVERED)


async def test_of_one_subject_no_two_events_are_on_their_way_at_once(house: House) -> None:
    async def slowly(writer: asyncio.StreamWriter) -> None:
        await anyio.sleep(0.05)
        await says(b"")(writer)

    async with serving(slowly) as web:
        await house.create(web, "account")
        await house.happen(*["ada"] * 6)
        async with working(house.room(), house.room()):
            await until(lambda: len(web.bodies) == 6)
        assert web.most_open == 1
        events = [message["data"]["id"] for message in told(web)]
    assert events == sorted(events)


async def test_two_workers_never_send_the_same_delivery(house: House) -> None:
    let = asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        await let.wait()
        await says(b"")(writer)

    users = [f"user{number}" for number in range(60)]
    async with serving(hold) as web:
        created = await house.create(web, "account")
        async with working(house.room(), house.room(), house.room()):
            await house.happen(*users)
            await until(lambda: web.open_now > 4)
            let.set()
            await until(lambda: len(web.bodies) >= 60)
            await anyio.sleep(0.2)
        ids = [headers_of(request)["webhook-id"] for request in web.requests]
        assert len(ids) == len(set(ids)) == 60
        assert web.most_open > 4, "more than one worker was at it"
    assert {one.attempts for one in await house.deliveries(created.webhook)} == {1}


async def test_a_receiver_that_is_slow_or_dead_delays_nobody_else(house: House, web: Web) -> None:
    house.set(timeout=timedelta(seconds=30))
    let = asyncio.Event()

    async def hold(_: asyncio.StreamWriter) -> None:
        await let.wait()

    async with serving(hold) as slow:
        await house.create(slow, "account")
        await house.create(f"http://127.0.0.1:{free_port()}/dead", "account")
        await house.create(web, "account")
        await house.queue(*[f"early{number}" for number in range(40)])
        async with working(house.room()):
            await until(lambda: slow.open_now == 4)
            await house.happen(*[f"late{number}" for number in range(20)])
            await until(lambda: len(web.bodies) == 60)
            assert (slow.connections, slow.open_now) == (4, 4), "before the slow one was given up"
            let.set()


async def test_what_a_killed_worker_had_claimed_is_sent_again_when_its_lease_ends(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    [event] = await house.queue("ada")
    killed = house.sender()
    claimed = await killed._claim()
    await killed._courier.post(claimed[0].claimed.target, event)  # and here it died

    assert await house.send() == 0
    house.clock.ahead += timedelta(seconds=61)
    assert await house.send() == 1
    assert len(web.bodies) == 2
    assert len(set(web.bodies)) == 1
    [delivery] = await house.deliveries(created.webhook)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


async def test_a_claim_that_came_too_late_to_be_sent_is_given_back(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    await house.queue("ada")
    late = house.sender()
    [post] = await late._claim()
    house.clock.ahead += timedelta(seconds=55)
    late._held[created.webhook.id] += 1
    await late._deliver(post)
    assert web.bodies == []
    assert await house.send() == 1
    assert len(web.bodies) == 1


async def test_who_is_alone_takes_back_at_once_what_a_predecessor_held(small_house: House, web: Web) -> None:
    await small_house.create(web, "account")
    await small_house.queue("ada")
    await small_house.sender()._claim()
    async with working(small_house.room(is_alone=True)):
        await until(lambda: len(web.bodies) == 1)
    assert small_house.settings.lease.total_seconds() > PATIENCE, "it did not wait for the lease"


async def test_what_retention_deleted_before_it_was_queued_is_told_once_for_each_endpoint(house: House) -> None:
    endpoints = [(await house.create(f"http://127.0.0.1:{free_port()}/")).webhook for _ in range(2)]
    await house.happen("ada", "bob")
    await house.sealer.checkpoint(is_due=True)
    house.clock.ahead += timedelta(days=401)
    purge, now = RetentionPurge(400), house.clock.now()
    assert await house.db.transact(lambda tx: purge(tx, now)) == 4
    await house.queue("eve")
    await house.queue("eve")
    kinds = (EventKind.STREAM_EVENTS_MISSED,)
    told = await house.db.read(lambda tx: list_after(tx, EVERYWHERE, 0, kinds, 100))
    assert {event.data["webhook"] for event in told} == {endpoint.id for endpoint in endpoints}
    assert sorted((event.data["first"], event.data["last"]) for event in told) == [("1", "4"), ("1", "4")]
    assert {event.actor.kind for event in told} == {"system"}


async def test_an_event_that_the_record_forgot_is_given_up(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    await house.queue("ada")
    await house.db.transact(lambda tx: tx.run(_FORGET))
    await house.send()
    [delivery] = await house.deliveries(created.webhook)
    assert delivery.last_error == "The record does not hold this event any more."
    assert web.bodies == []
