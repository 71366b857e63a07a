"""What the doors of webhooks share: the endpoint that a path names, within what the caller may see and do."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from gatepass.access.model import Principal, Scope
from gatepass.gate.management.versions import refuse_stale
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.problems import Problem
from gatepass.webhooks.flows import Webhooks, unknown_webhook
from gatepass.webhooks.model import Delivery, Webhook
from gatepass.webhooks.queries import find_delivery, find_webhook

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WebhookDesk:
    """Finds endpoints and changes them for callers of the management API.

    Args:
        database: where they stand.
        clock: the time.
        webhooks: the verbs.
    """

    database: Database
    clock: Clock
    webhooks: Webhooks

    async def find(self, tx: Tx, call: Call[Any, Any]) -> Webhook:
        """Return the endpoint that the path names.

        Raises:
            Problem: there is none for this caller (`unknown_webhook`, 404).
        """
        found = await find_webhook(tx, call.principal.reach, call.path["webhook_id"])
        if found is None:
            raise unknown_webhook()
        return found

    async def find_delivery(self, tx: Tx, call: Call[Any, Any]) -> tuple[Webhook, Delivery]:
        """Return the endpoint and the delivery that the path names.

        Raises:
            Problem: there is none for this caller (`unknown_webhook`, `unknown_delivery`, 404).
        """
        webhook = await self.find(tx, call)
        delivery = await find_delivery(tx, webhook, call.path["delivery_id"])
        if delivery is None:
            raise Problem("unknown_delivery", 404, "This webhook has no such delivery; check its id.", number=1005)
        return webhook, delivery

    async def changed(self, call: Call[Any, Any], change: Callable[[Tx, Webhook], Coroutine[Any, Any, T]]) -> T:
        """Change the endpoint that the path names, where the caller has seen it as it is.

        Raises:
            Problem: there is none for this caller (`unknown_webhook`, 404), or somebody changed it meanwhile
                (`stale_version`, 412).
        """

        async def body(tx: Tx) -> T:
            # Whoever changes one waits for whoever does so already, and then sees what they made of it.
            await take_turn(tx, f"webhook:{call.path['webhook_id']}")
            webhook = await self.find(tx, call)
            refuse_stale(call, webhook.id, webhook.modified_at)
            return await change(tx, webhook)

        return await self.database.transact(body)


def refuse_blind(principal: Principal) -> None:
    """Let a caller pass who may read events: an endpoint of theirs would tell them all the same.

    Raises:
        Problem: the caller may not (`insufficient_scope`, 403).
    """
    if not principal.may(Scope.EVENTS_READ):
        sentence = f"A webhook tells of events, so this call needs the scope {Scope.EVENTS_READ.value}, too."
        raise Problem("insufficient_scope", 403, sentence, number=1003)
