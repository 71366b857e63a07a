"""Reading endpoints, and the log of what was sent to them."""

from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Reach
from gatepass.webhooks.model import Attempt, Delivery, DeliveryState, Webhook
from gatepass.webhooks.store import log, webhooks


async def find_webhook(tx: Tx, reach: Reach, webhook_id: str) -> Webhook | None:
    """Return an endpoint within a reach; None where there is none."""
    return await webhooks.find(tx, reach, webhook_id)


async def list_webhooks(tx: Tx, reach: Reach, request: PageRequest) -> Page[Webhook]:
    """Return the endpoints within a reach, the oldest first."""
    after = request.after[0] if request.after else ""
    rows = await webhooks.list_within(tx, reach, after, request.limit + 1)
    return page_of(rows, request.limit, lambda row: (row.id,))


async def list_deliveries(
    tx: Tx, webhook: Webhook, state: DeliveryState | None, request: PageRequest
) -> Page[Delivery]:
    """Return what is and was on its way to an endpoint, the newest first.

    Args:
        tx: the read.
        webhook: the endpoint, found within the caller's reach.
        state: the only state that is wanted; None for all.
        request: which part.
    """
    before = request.after[0] if request.after else ""
    rows = await log.list_deliveries(tx, webhook.id, state=state, before=before, limit=request.limit + 1)
    return page_of(rows, request.limit, lambda row: (row.id,))


async def find_delivery(tx: Tx, webhook: Webhook, delivery_id: str) -> Delivery | None:
    """Return a delivery to an endpoint; None where there is none."""
    return await log.find(tx, webhook.id, delivery_id)


async def list_attempts(tx: Tx, delivery: Delivery) -> list[Attempt]:
    """Return every try of a delivery, the oldest first."""
    return await log.list_attempts(tx, delivery.id)
