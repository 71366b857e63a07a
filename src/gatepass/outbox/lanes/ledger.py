"""What every lane asks of the database: claim, write down, give back."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, StorageUnavailable, Tx
from gatepass.kit.ids import new_handle
from gatepass.outbox import store
from gatepass.outbox.model import Envelope, Kind, Outcome
from gatepass.outbox.rules import may_still_be_sent
from gatepass.outbox.settings import OutboxSettings

_log = structlog.get_logger(__name__)

POLL: Final = timedelta(seconds=1)
"""How long a message that another process ordered, or whose retry is due, may lie unnoticed."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Claims messages and writes down what became of them, also while the database is away for a moment.

    Args:
        db: holds the outbox.
        clock: the time.
        settings: the bounds.
        stop: set when the worker is asked to end.
    """

    db: Database
    clock: Clock
    settings: OutboxSettings
    stop: asyncio.Event

    async def claim(self, kind: Kind, most: int, *, is_certain: bool, without: Collection[str] = ()) -> list[Envelope]:
        """Claim what is due.

        Args:
            kind: of the messages.
            most: so many.
            is_certain: whether something is due for sure, so that no look goes before the claim.
            without: recipients whose messages stay where they are.
        """
        now = self.clock.now()
        busy = sorted(without)
        try:
            if not is_certain and not await self.db.read(lambda tx: store.find_due(tx, now, kind=kind, busy=busy)):
                return []
            lease, end = new_handle(), now + self.settings.lease
            return await self.db.transact(
                lambda tx: store.consume(tx, lease=lease, lease_end=end, now=now, most=most, kind=kind, busy=busy)
            )
        except StorageUnavailable as error:
            _log.warning("outbox.claim_failed", error=str(error))
            await self.pause(POLL)
            return []

    def is_in_time(self, envelope: Envelope) -> bool:
        """Tell whether the claim holds for as long as sending may take; otherwise another claim sends it."""
        return may_still_be_sent(envelope, self.clock.now(), self.settings)

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Write down what became of a claimed message."""
        if not await self.persist(
            lambda tx: store.touch_outcome(tx, envelope, outcome, self.clock.now()), until=envelope.due_at
        ):
            _log.warning("outbox.claim_lost", id=envelope.id)

    async def give_back(self, envelope: Envelope) -> None:
        """Give a claimed message back untouched, as far as the database is there; its lease says the same later."""
        await self.tried(partial(store.revoke_lease, envelope=envelope, now=self.clock.now()))

    async def persist(self, body: Callable[[Tx], Coroutine[Any, Any, object]], *, until: datetime) -> object:
        """Run a body in a transaction, again and again while the database is away, until a moment."""
        while True:
            try:
                return await self.db.transact(body)
            except StorageUnavailable as error:
                if self.clock.now() >= until:
                    _log.error("outbox.not_written_down", error=str(error))
                    return False
                await asyncio.sleep(POLL.total_seconds() / 2)

    async def tried(self, body: Callable[[Tx], Coroutine[Any, Any, object]]) -> None:
        """Run a body in a transaction where that is a courtesy: a lease or an old beat says the same later."""
        try:
            await self.db.transact(body)
        except StorageUnavailable as error:
            _log.warning("outbox.database_away", error=str(error))

    async def pause(self, length: timedelta) -> None:
        """Do nothing for a while, or until the worker is asked to end."""
        with_stop = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait([with_stop], timeout=length.total_seconds())
        with_stop.cancel()
