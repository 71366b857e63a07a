"""The endpoints of the log of deliveries, and of sending again."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.webhooks import shapes
from gatepass.api.webhooks.desk import WebhookDesk, refuse_blind
from gatepass.api.webhooks.routes import ONE, row
from gatepass.api.webhooks.shapes import DeliveryAnswer, DeliveryStory, Replayed
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.gate.reading import malformed
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page
from gatepass.webhooks.model import Delivery, DeliveryState, Webhook
from gatepass.webhooks.queries import list_attempts, list_deliveries

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # of which ids know
_LOG = ONE + "/deliveries"
_DELIVERY = _LOG + "/{delivery_id}"


class LogQuery(ListQuery, frozen=True):
    """What the log takes."""

    state: DeliveryState | None = None


class ReplayQuery(msgspec.Struct):
    """Since when something is sent again: what was given up, or everything."""

    since: datetime
    everything: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryRoutes:
    """Parses, calls and renders.

    Args:
        desk: finds endpoints.
    """

    desk: WebhookDesk

    def endpoints(self) -> list[Endpoint]:
        """Return this part's rows of the endpoint table."""
        return [*self._reading(), *self._replaying()]

    def _reading(self) -> list[Endpoint]:
        return [
            row(
                "webhook_deliveries",
                "GET",
                _LOG,
                self.list_all,
                "List what is and was on its way to a webhook, the newest first.",
                query=LogQuery,
                answer=list[DeliveryAnswer],
                errors=("unknown_webhook", *LIST_ERRORS),
            ),
            row(
                "webhook_delivery",
                "GET",
                _DELIVERY,
                self.show,
                "Read a delivery with every try and what came back.",
                answer=DeliveryStory,
                errors=("unknown_webhook", "unknown_delivery"),
            ),
        ]

    def _replaying(self) -> list[Endpoint]:
        return [
            row(
                "replay_webhook_delivery",
                "POST",
                f"{_DELIVERY}/replay",
                self.replay,
                "Send one delivery again, under the id of its event.",
                answer=Replayed,
                errors=("unknown_webhook", "unknown_delivery", "webhook_stopped"),
            ),
            row(
                "replay_webhook",
                "POST",
                f"{ONE}/replay",
                self.replay_since,
                "Send again what was given up since a moment, or everything since then that the webhook wants.",
                query=ReplayQuery,
                answer=Replayed,
                errors=("unknown_webhook", "webhook_stopped"),
            ),
        ]

    async def list_all(self, call: Call[LogQuery, None]) -> Reply:
        """Answer with a page of the log."""
        wanted = call.query.page()

        async def body(tx: Tx) -> tuple[Webhook, Page[Delivery]]:
            webhook = await self.desk.find(tx, call)
            return webhook, await list_deliveries(tx, webhook, call.query.state, wanted)

        webhook, page = await self.desk.database.read(body)
        return listed(call, page.map(shapes.delivery_of), path=_LOG.format(webhook_id=webhook.id))

    async def show(self, call: Call[None, None]) -> DeliveryStory:
        """Answer with a delivery and its tries."""

        async def body(tx: Tx) -> DeliveryStory:
            _, delivery = await self.desk.find_delivery(tx, call)
            return shapes.story_of(delivery, await list_attempts(tx, delivery))

        return await self.desk.database.read(body)

    async def replay(self, call: Call[None, None]) -> Replayed:
        """Send one delivery again."""
        refuse_blind(call.principal)
        at = self.desk.clock.now()

        async def body(tx: Tx) -> bool:
            webhook, delivery = await self.desk.find_delivery(tx, call)
            return await self.desk.webhooks.replay(tx, webhook, delivery, at, call.origin)

        return Replayed(int(await self.desk.database.transact(body)))

    async def replay_since(self, call: Call[ReplayQuery, None]) -> Replayed:
        """Send again what was given up, or everything."""
        refuse_blind(call.principal)
        at, webhooks = self.desk.clock.now(), self.desk.webhooks
        if call.query.since.tzinfo is None or call.query.since > at:
            raise malformed("Send a moment of the past with its zone in since, such as 2026-01-31T12:00:00Z.")
        since = max(call.query.since, _EARLIEST)

        async def body(tx: Tx) -> Replayed:
            webhook = await self.desk.find(tx, call)
            if call.query.everything:
                await webhooks.replay_all(tx, webhook, since, at, call.origin)
                return Replayed(None, since)
            return Replayed(await webhooks.replay_dead(tx, webhook, since, at, call.origin), since)

        return await self.desk.database.transact(body)
