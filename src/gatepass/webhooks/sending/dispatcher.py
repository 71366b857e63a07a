"""The dispatcher: events of the record become deliveries, and each endpoint's position moves on with them."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from gatepass.audit.flows import record_missed
from gatepass.audit.model import Event, Following
from gatepass.audit.queries import follow
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.organizations.queries import list_missing
from gatepass.webhooks.model import Queue, StopReason
from gatepass.webhooks.rules import is_wanted, subject_of
from gatepass.webhooks.store import queue, webhooks

BATCH: Final = 200
"""How many events are read at once."""
MOST_WAITING: Final = 1_000
"""For how many deliveries of an endpoint the record itself is the queue; nothing is lost, and no table grows."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Fills the queues of the endpoints from the record.

    Several may run: a position moves on once, and its deliveries come with it.

    Args:
        database: holds the record and the queues.
        clock: the time.
    """

    database: Database
    clock: Clock

    async def dispatch(self) -> int:
        """Queue what is new in the record for every endpoint, a batch for each; return how many events there were.

        Endpoints that stand at the same place, as nearly all do, share one look into the record.
        """
        await self._stop_orphans()
        queues = await self.database.read(lambda tx: webhooks.list_queues(tx, MOST_WAITING))
        count = 0
        for position, group in groupby(queues, key=lambda one: one.position):
            part = await self._behind(position)
            if part.reached > position:
                await self._enqueue(list(group), part)
                count += len(part.events)
        return count

    async def _stop_orphans(self) -> None:
        """Stop the endpoints of organizations that were deleted, by whatever way, before anything more is queued."""

        async def look(tx: Tx) -> list[str]:
            return await list_missing(tx, await webhooks.list_organizations(tx))

        at = self.clock.now()
        for organization_id in await self.database.read(look):
            stop = partial(webhooks.revoke_of, organization_id=organization_id, reason=StopReason.ORGANIZATION, at=at)
            await self.database.transact(stop)

    async def _behind(self, position: int) -> Following:
        return await self.database.read(lambda tx: follow(tx, EVERYWHERE, position, (), BATCH))

    async def _enqueue(self, group: list[Queue], part: Following) -> None:
        at = self.clock.now()

        async def body(tx: Tx) -> None:
            for one in group:
                # Where another dispatcher was faster, the deliveries are there already.
                if await webhooks.consume_position(tx, one, part.reached):
                    await _add_all(tx, one, part.events, at)
                    named = {"webhook": one.id}
                    await record_missed(tx, part, at=at, organization_id=one.organization_id, receiver=named)

        await self.database.transact(body)


async def _add_all(tx: Tx, one: Queue, events: list[Event], at: datetime) -> None:
    for event in events:
        if is_wanted(event, one.kinds, one.organization_id):
            await queue.add(tx, new_id(), one.id, event, subject=subject_of(event), at=at)
