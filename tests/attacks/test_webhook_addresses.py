"""Webhooks that shall reach inside (C70): private addresses, names that lead there, redirects, and what tests tell."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from attacks.test_server_side_requests import Canary, inside
from gatepass.kit.db import open_database
from gatepass.kit.fetch import Fetcher
from kit.fetch.web import Names, Web, says, serving
from support.managing import managing
from support.spine import Spine, standing
from webhooks.house import ORIGIN, House, until, working

pytestmark = pytest.mark.anyio

SCOPES = ("webhooks:read", "webhooks:write", "events:read")
PRODUCTION = {"GATEPASS_DEV": "false", "GATEPASS_PUBLIC_URL": "https://id.gatepass.example"}


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


@pytest.fixture
async def house(sqlite_copy: str) -> AsyncIterator[House]:
    db = await open_database(sqlite_copy)
    yield House(db)
    await db.close()


@asynccontextmanager
async def in_production(url: str, folder: Path) -> AsyncIterator[Spine]:
    async with standing(url, folder, PRODUCTION) as spine:
        yield spine


async def test_no_spelling_of_a_place_inside_is_taken_as_a_webhooks_url(
    sqlite_copy: str, tmp_path: Path, canary: Canary
) -> None:
    async with in_production(sqlite_copy, tmp_path) as spine, managing(spine, *SCOPES) as door:
        taken = []
        for url in inside(canary.port):
            answer = await door.post("/api/v1/webhooks", json={"url": url, "events": ["*"]})
            if answer.status_code != 400:
                taken.append((url, answer.json()["id"]))
        # A name says nothing of where it leads until it is asked; then it is judged, and nothing goes there.
        assert {url for url, _ in taken} <= {
            "https://rp.test:6379/keys",
            "https://metadata.google.internal/computeMetadata/v1/",
        }
        for _, webhook_id in taken:
            answer = await door.post(f"/api/v1/webhooks/{webhook_id}/test")
            assert answer.json()["status"] is None
            assert answer.json()["answer"] == ""
    assert canary.calls == 0


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving(says(b"the inside")) as made:
        yield made


async def _told_nothing(house: House, names: Names, url: str, web: Web) -> None:
    house.fetcher = Fetcher(resolver=names)
    webhook = (await house.create(url, "account")).webhook
    await house.queue("ada")
    await house.send()
    [delivery] = await house.deliveries(webhook)
    assert delivery.last_error == "The host's address is not open to the Internet."
    [attempt] = await house.attempts(delivery)
    assert (attempt.status, attempt.answer) == (0, "")
    assert web.connections == 0


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.0.0.1",),
        ("169.254.169.254",),
        ("::1",),
        ("::ffff:127.0.0.1",),
        ("64:ff9b::7f00:1",),
        ("8.8.8.8", "127.0.0.1"),
    ],
    ids=str,
)
async def test_a_name_that_leads_inside_is_told_nothing(house: House, web: Web, addresses: tuple[str, ...]) -> None:
    await _told_nothing(house, Names(addresses), f"https://hook.test:{web.port}/", web)


async def test_a_name_that_changes_its_address_between_two_tries_is_judged_at_each(house: House, web: Web) -> None:
    names = Names(["192.168.1.1"], ["127.0.0.1"])
    await _told_nothing(house, names, f"https://hook.test:{web.port}/", web)
    for _ in range(3):
        house.clock.ahead += house.settings.hold
        await house.send()
    assert len(names.asked) == 4, "asked once at each try, and never again for the connection"
    assert web.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_receiver_that_sends_us_inside_is_not_followed(house: House, web: Web, status: int) -> None:
    places = [f"http://127.0.0.1:{web.port}/", "http://169.254.169.254/latest/meta-data/"]
    for place in places:
        async with serving(says(b"", status=status, headers=[f"Location: {place}"])) as first:
            webhook = (await house.create(first, "account")).webhook
            await house.queue("ada")
            async with working(house.room()):
                await until(lambda first=first: first.connections >= 1)  # type: ignore[misc] # bound now
        [delivery] = await house.deliveries(webhook)
        assert delivery.last_error == "The host redirects, which is not followed."
        await house.db.transact(
            lambda tx, webhook=webhook: house.webhooks.remove(  # type: ignore[misc] # bound now
                tx, webhook, house.clock.now(), ORIGIN
            )
        )
    assert web.connections == 0


async def test_a_password_of_a_url_is_neither_taken_nor_told(spine: Spine) -> None:
    async with managing(spine, *SCOPES) as door:
        body = {"url": "https://user:hunter2@shop.test/", "events": ["*"]}
        answer = await door.post("/api/v1/webhooks", json=body)
    assert answer.status_code == 400
    assert "hunter2" not in answer.text


def _all_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("spine.db*"))


async def test_url_and_secret_stand_nowhere_in_the_database(spine: Spine, tmp_path: Path, web: Web) -> None:
    async with managing(spine, *SCOPES) as door:
        body = {"url": f"http://127.0.0.1:{web.port}/hook/Zq81mNqPl0Rs7TuVwXyZ?key=s3cr3t-0f-a-url", "events": ["*"]}
        created = (await door.post("/api/v1/webhooks", json=body)).json()
        rotated = (await door.post(f"/api/v1/webhooks/{created['id']}/secret/rotate")).json()
    held = _all_of(tmp_path)
    assert created["id"].encode() in held
    for secret in ("Zq81mNqPl0Rs7TuVwXyZ", "s3cr3t-0f-a-url", created["secret"], rotated["secret"]):
        assert secret.encode() not in held
        assert secret.removeprefix("whsec_").encode() not in held
