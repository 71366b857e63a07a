"""Posts over real web servers: what is sent, how often, and whom a slow or dead receiver delays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
import structlog

from gatepass.kit.fetch import Fetcher
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.outbox import queries
from gatepass.outbox.lanes import posts
from gatepass.outbox.model import PostOrder
from kit.fetch.web import Web, says, serving
from outbox.house import House, Row, order, working

pytestmark = pytest.mark.anyio

TOKEN = "eyJ.logout.t0ken"


def _post(web: Web, path: str = "/out?key=s3cret", **details: object) -> PostOrder:
    url = f"http://127.0.0.1:{web.port}{path}"
    made = PostOrder.of_form(url, {"logout_token": TOKEN}, reason="session.ended", application_id="app")
    return replace(made, **details)  # type: ignore[arg-type] # whatever a test says


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving(says(b"", headers=())) as made:
        yield made


def _is(state: str) -> Callable[[Row], bool]:
    return lambda row: row.state == state


async def test_a_post_is_delivered_once_and_its_content_is_wiped(house: House, web: Web) -> None:
    async with working(house.posting_worker()):
        await house.enqueue_posts(_post(web, headers={"webhook-id": "one"}))
        row = await house.row_when(_is("sent"))
        await anyio.sleep(0.2)

    assert web.bodies == [b"logout_token=eyJ.logout.t0ken"]
    [request] = web.requests
    assert request.startswith(b"POST /out?key=s3cret HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded\r\n" in request.lower()
    assert b"webhook-id: one\r\n" in request.lower()
    assert (row.payload, row.attempts, row.lease) == (None, 0, None)


async def test_a_post_leaves_at_once_after_its_commit(house: House, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "POLL", timedelta(minutes=5))  # so that nothing but the bell wakes the lane in time
    async with working(house.posting_worker()):
        await anyio.sleep(0.3)  # the lane has looked and found nothing
        await house.enqueue_posts(_post(web))
        with anyio.fail_after(10):
            while not web.bodies:  # noqa: ASYNC110 - only the server knows
                await anyio.sleep(0.01)


async def test_the_row_shows_the_receivers_origin_and_nothing_else(house: House, web: Web) -> None:
    await house.enqueue_posts(_post(web))
    [row] = await house.rows()

    assert row.recipient == f"http://127.0.0.1:{web.port}"
    assert row.payload is not None
    assert not [secret for secret in (b"s3cret", b"t0ken", b"/out") if secret in row.payload]


async def test_a_post_of_a_transaction_that_fails_is_never_sent(house: House, web: Web) -> None:
    async def body(tx: object) -> None:
        await house.outbox.enqueue_post(tx, _post(web))  # type: ignore[arg-type] # the tx
        raise LookupError

    with pytest.raises(LookupError):
        await house.db.transact(body)
    assert await house.rows() == []


@pytest.mark.parametrize(
    "url", ["https://user@client.test/", "https://client.test/#x", "client.test", "https://127.1/"]
)
async def test_a_url_that_nobody_can_read_is_not_taken(house: House, url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        await house.enqueue_posts(PostOrder(url, b"", "text/plain", "session.ended"))


@pytest.mark.parametrize("status", [500, 429, 503])
async def test_a_receiver_that_fails_gets_the_same_body_again(house: House, web: Web, status: int) -> None:
    web.answer = says(b"", status=status)
    async with working(house.posting_worker()):
        await house.enqueue_posts(_post(web))
        failed = await house.row_when(lambda row: row.attempts > 0)
        web.answer = says(b"", status=204)
        row = await house.row_when(_is("sent"))

    assert failed.last_error == f"The receiver answered {status}."
    assert set(web.bodies) == {b"logout_token=eyJ.logout.t0ken"}
    assert row.attempts == len(web.bodies) - 1


async def test_a_receiver_that_always_fails_is_given_up_after_the_orders_attempts(house: House, web: Web) -> None:
    web.answer = says(b"", status=500)
    async with working(house.posting_worker()):
        await house.enqueue_posts(_post(web, attempts=5))
        row = await house.row_when(_is("dead"))
    assert (row.attempts, len(web.bodies)) == (5, 5)
    assert row.payload is not None


@pytest.mark.parametrize("status", [400, 404, 302])
async def test_a_refusal_is_believed_after_three_tries(house: House, web: Web, status: int) -> None:
    web.answer = says(TOKEN.encode(), status=status)
    async with working(house.posting_worker()):
        await house.enqueue_posts(_post(web))
        row = await house.row_when(_is("dead"))
    assert len(web.bodies) == 3
    [letter] = await house.db.read(queries.dead_letters)
    assert (letter.id, letter.attempts, letter.reason) == (row.id, 3, "session.ended")
    assert TOKEN not in str(letter.last_error)


async def test_a_post_that_was_given_up_can_be_sent_again(house: House, web: Web) -> None:
    web.answer = says(b"", status=400)
    async with working(house.posting_worker()):
        [envelope_id] = await house.enqueue_posts(_post(web, attempts=1))
        await house.row_when(_is("dead"))
        web.answer = says(b"")
        assert await house.db.transact(lambda tx: house.outbox.send_again(tx, envelope_id))
        await house.row_when(_is("sent"))


async def test_an_expired_post_is_not_sent(house: House, web: Web) -> None:
    await house.enqueue_posts(_post(web, not_after=house.clock.now() + timedelta(hours=1)))
    house.clock.ahead += timedelta(hours=1)
    async with working(house.posting_worker()):
        row = await house.row_when(_is("expired"))
    assert (row.payload, web.connections) == (None, 0)


async def test_nothing_is_posted_into_the_operators_own_network(house: House, web: Web) -> None:
    plain = _post(web)
    async with working(house.posting_worker(Fetcher())):
        await house.enqueue_posts(plain, replace(plain, url=plain.url.replace("http:", "https:")))
        await house.row_when(lambda row: row.state == "dead" and row.recipient.startswith("http:"))
        await house.row_when(lambda row: row.state == "dead" and row.recipient.startswith("https:"))
    errors = {row.last_error: row.attempts for row in await house.rows()}

    assert errors == {"The URL must begin with https://.": 1, "The host's address is not open to the Internet.": 3}
    assert web.connections == 0


async def test_a_post_that_can_not_be_opened_is_a_dead_letter(house: House, web: Web) -> None:
    await house.enqueue_posts(_post(web))
    house.keys = KeyRing([MasterKey.generate()])
    async with working(house.posting_worker()):
        row = await house.row_when(_is("dead"))
    assert row.last_error == "What the message holds can't be read."


async def test_a_slow_receiver_holds_up_neither_mail_nor_another_receiver(house: House, web: Web) -> None:
    let = asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        await let.wait()
        await says(b"")(writer)

    async with serving(hold) as slow:
        await house.enqueue_posts(*[_post(slow) for _ in range(40)])
        async with working(house.posting_worker()):
            with anyio.fail_after(10):
                while not slow.open_now:  # noqa: ASYNC110 - only the server knows
                    await anyio.sleep(0.01)
                await house.enqueue_posts(*[_post(web) for _ in range(10)])
                await house.enqueue(order())
                while len(web.bodies) < 10:  # noqa: ASYNC110 - only the server knows
                    await anyio.sleep(0.01)
                await house.row_when(lambda row: row.recipient == "ada@example.com" and row.state == "sent")
            assert slow.open_now == 2, "all of this while the slow one had not answered once"
            let.set()
        assert slow.most_open == 2

    waiting = [row for row in await house.rows() if row.state == "waiting"]
    assert len(waiting) >= 36
    assert {(row.lease, row.attempts) for row in waiting} == {(None, 0)}  # given back when the worker was stopped


async def test_many_posts_to_one_receiver_all_arrive(house: House, web: Web) -> None:
    async with working(house.posting_worker()):
        await house.enqueue_posts(*[_post(web) for _ in range(100)])
        with anyio.fail_after(15):
            while len(web.bodies) < 100:  # noqa: ASYNC110 - only the server knows
                await anyio.sleep(0.02)
    assert (len(web.bodies), web.most_open) == (100, 2)


async def test_a_receiver_that_is_gone_is_left_alone_and_found_when_it_is_back(house: House) -> None:
    async with serving(says(b"")) as gone:
        pass
    with structlog.testing.capture_logs() as logs:
        async with working(house.posting_worker()):
            await house.enqueue_posts(*[_post(gone) for _ in range(30)])
            await house.row_when(lambda row: row.attempts > 0)
            await anyio.sleep(0.3)
            tried = sum(row.attempts for row in await house.rows())
            assert 1 <= tried <= 4  # two at once, and the pause has begun
            server = await asyncio.start_server(gone.serve, "127.0.0.1", gone.port)
            with anyio.fail_after(20):
                while len(gone.bodies) < 30:  # noqa: ASYNC110 - only the server knows
                    await anyio.sleep(0.05)
            server.close()
    assert TOKEN not in str(logs)
    assert "s3cret" not in str(logs)


async def test_a_worker_killed_in_the_middle_repeats_the_post_when_its_claim_ends(house: House) -> None:
    async with serving(says(b"")) as other:
        await house.enqueue_posts(_post(other))
        stop = asyncio.Event()

        async def forever(writer: asyncio.StreamWriter) -> None:
            await stop.wait()
            await says(b"")(writer)

        other.answer = forever
        async with working(house.posting_worker()):
            await house.row_when(lambda row: row.lease is not None)
            with anyio.fail_after(5):
                while not other.bodies:  # noqa: ASYNC110 - only the server knows
                    await anyio.sleep(0.01)
            other.answer = says(b"")
            house.clock.ahead += timedelta(hours=1)  # for everybody else the first worker is long dead
            async with working(house.posting_worker()):
                await house.row_when(_is("sent"))
            stop.set()
    assert len(other.bodies) == 2
