"""The log: how long it is kept, and that outcomes outlast a database that is away for a moment."""

from datetime import timedelta
from typing import Any

import anyio
import pytest

from gatepass.kit.db import StorageUnavailable, query
from gatepass.webhooks.jobs import LogPurge
from gatepass.webhooks.model import DeliveryState
from gatepass.webhooks.settings import WebhookSettings
from kit.fetch.web import Web, says
from webhooks.house import House

pytestmark = pytest.mark.anyio

_ATTEMPTS = query(int, "SELECT count(*) FROM webhook_attempts")


async def _purge(house: House) -> int:
    purge, count = LogPurge(house.settings.keep), 0
    now = house.clock.now()
    while done := await house.db.transact(lambda tx: purge(tx, now)):
        count += done
    return count


async def test_the_log_is_forgotten_after_thirty_days_and_no_earlier(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    await house.queue("ada", "bob")
    await house.send()
    house.clock.ahead += timedelta(days=29)
    assert await _purge(house) == 0
    house.clock.ahead += timedelta(days=2)
    assert await _purge(house) == 4, "two deliveries and a try of each"
    assert await house.deliveries(created.webhook) == []
    assert await house.db.read(lambda tx: tx.one(_ATTEMPTS)) == 0


async def test_what_waits_for_a_webhook_that_nobody_resumes_is_forgotten_in_the_end(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    web.answer = says(b"", status=410)
    await house.queue(*[f"user{number}" for number in range(6)])
    await house.send()
    assert len(await house.deliveries(created.webhook, DeliveryState.WAITING)) == 2
    house.clock.ahead += timedelta(days=31)
    await _purge(house)
    assert await house.deliveries(created.webhook) == []


async def test_an_outcome_is_written_down_when_the_database_is_back(
    house: House, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = await house.create(web, "account")
    await house.queue("ada")
    sender = house.sender()
    assert await sender.send() == 1
    transact, away = house.db.transact, [True, True]

    async def flickering(body: Any) -> Any:
        if away:
            away.pop()
            raise StorageUnavailable("away")
        return await transact(body)

    monkeypatch.setattr(house.db, "transact", flickering)
    with anyio.fail_after(10):
        await sender.finish()
    assert not away
    [delivery] = await house.deliveries(created.webhook)
    assert (delivery.state, delivery.attempts, len(web.bodies)) == (DeliveryState.DELIVERED, 1, 1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (WebhookSettings(most=0), "between 1 and 1000"),
        (WebhookSettings(timeout=timedelta(seconds=50)), "between 1 and 30 seconds"),
        (WebhookSettings(lease=timedelta(seconds=14)), "at least 5 seconds longer"),
        (WebhookSettings(hold=timedelta(days=4)), "at most three days"),
        (WebhookSettings(overlap=timedelta(days=31)), "at most 30 days"),
        (WebhookSettings(keep=timedelta(days=3)), "at least four days"),
    ],
    ids=["most", "timeout", "lease", "hold", "overlap", "keep"],
)
def test_settings_that_contradict_themselves_are_named(settings: WebhookSettings, words: str) -> None:
    assert any(words in fault for fault in settings.faults())


def test_the_usual_settings_are_sound() -> None:
    assert WebhookSettings().faults() == []
