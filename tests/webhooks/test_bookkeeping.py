"""What becomes of outcomes that can't be written down."""

import asyncio

import pytest

from gatepass.webhooks.model import Answer, DeliveryState
from gatepass.webhooks.sending.bookkeeper import Bookkeeper
from kit.fetch.web import Web
from webhooks.house import House

pytestmark = pytest.mark.anyio


async def test_an_outcome_that_no_database_takes_loses_no_other(house: House, web: Web) -> None:
    created = await house.create(web, "account")
    await house.queue("ada", "bob", "eve")
    claims = [post.claimed.claim for post in await house.sender()._claim()]
    assert len(claims) == 3
    bookkeeper = Bookkeeper(house.db, house.clock)
    statuses = (200, 10**30, 200)
    await asyncio.gather(
        *(bookkeeper.note(claim, Answer(status, 1)) for claim, status in zip(claims, statuses, strict=True))
    )
    states = {one.id: one.state for one in await house.deliveries(created.webhook)}
    assert [states[claim.id] for claim in claims] == [
        DeliveryState.DELIVERED,
        DeliveryState.WAITING,
        DeliveryState.DELIVERED,
    ]
