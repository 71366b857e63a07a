"""The sender: claims what may go out, a few of each endpoint at a time, and has it posted."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from gatepass.audit.model import Event
from gatepass.audit.queries import list_after
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_handle
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.signals import Signals
from gatepass.webhooks.model import QUEUED, Answer, Claim, Due, Target
from gatepass.webhooks.rules import DOUBTFUL
from gatepass.webhooks.sending.bookkeeper import Bookkeeper
from gatepass.webhooks.sending.courier import Courier
from gatepass.webhooks.settings import WebhookSettings
from gatepass.webhooks.store import queue, webhooks

_log = structlog.get_logger("gatepass.webhooks")
_LINES: Final = 64
_LINES_OF_ONE: Final = 4
# Kept free for endpoints that hold no line: however many are slow, the next one begins at once.
_LINES_KEPT: Final = 16
_MARGIN: Final = timedelta(seconds=2)
_FORGOTTEN: Final = Answer(0, 0, "The record does not hold this event any more.", is_final=True)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed delivery and where it goes; `retry_at` is when it would have been tried, where this is before that."""

    claim: Claim
    target: Target
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A claimed delivery with its event; without one where the record has forgotten it."""

    claimed: Claimed
    event: Event | None


class Sender:
    """Sends what is due.

    An endpoint is sent four messages at a time, and one that keeps failing a single one, when its rest is over: so a
    receiver that is slow or gone holds few lines. Lines go to those that hold the fewest, and of these to who was asked
    longest ago; the last of them are kept for endpoints that hold none. So others go on as if it were not there.

    Args:
        database: holds the queues.
        clock: the time.
        courier: makes the posts.
        settings: the bounds.
        signals: hear when a line is free again.
    """

    def __init__(
        self, database: Database, clock: Clock, courier: Courier, settings: WebhookSettings, signals: Signals
    ) -> None:
        self._database = database
        self._clock = clock
        self._courier = courier
        self._settings = settings
        self._signals = signals
        self._bookkeeper = Bookkeeper(database, clock)
        self._held: Counter[str] = Counter()
        self._asked: dict[str, int] = {}
        self._look = 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def send(self) -> int:
        """Claim what is due and begin to send it; return how many posts were begun."""
        posts = await self._claim()
        for post in posts:
            self._held[post.claimed.claim.endpoint_id] += 1
            task = asyncio.create_task(self._deliver(post))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(posts)

    async def finish(self) -> None:
        """Wait until what is being sent has been sent and noted."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def take_back(self) -> int:
        """Let go of what a worker held that is known to be dead; only where no other lives on this database."""
        now = self._clock.now()
        return await self._database.transact(lambda tx: queue.revoke_leases(tx, now))

    async def _claim(self) -> list[Post]:
        now = self._clock.now()
        # A look before the claim: nearly always there is nothing, and a look writes nothing.
        due = await self._database.read(lambda tx: webhooks.list_due(tx, now))
        shares = self._share_out(due)
        if not shares:
            return []
        claimed = await self._database.transact(lambda tx: self._claim_all(tx, shares))
        events = await self._database.read(lambda tx: _events_of(tx, [one.claim for one in claimed]))
        return [Post(one, events.get(one.claim.event_id)) for one in claimed]

    def _share_out(self, due: list[Due]) -> list[tuple[Due, int]]:
        """Return how many lines each endpoint gets: a first one before anybody gets a second, and so on."""
        self._look += 1
        self._asked = {one.id: self._asked.get(one.id, 0) for one in due}
        free = _LINES - len(self._under_way)
        shares: Counter[str] = Counter()
        waiting = sorted(due, key=lambda one: self._asked[one.id])
        for level in range(_LINES_OF_ONE):
            for one in waiting:
                has_room = self._room_of(one) > shares[one.id]
                if has_room and self._held[one.id] + shares[one.id] == level and free > (_LINES_KEPT if level else 0):
                    shares[one.id] += 1
                    free -= 1
        self._asked |= dict.fromkeys(shares.keys(), self._look)
        return [(one, shares[one.id]) for one in waiting if shares[one.id]]

    async def _claim_all(self, tx: Tx, shares: list[tuple[Due, int]]) -> list[Claimed]:
        found: list[Claimed] = []
        for one, most in shares:
            target = await webhooks.find_target(tx, one.id)
            if target is not None:
                found += await self._claim_of(tx, one, target, most)
        return found

    async def _claim_of(self, tx: Tx, one: Due, target: Target, most: int) -> list[Claimed]:
        now = self._clock.now()
        lease, lease_end = new_handle(), now + self._settings.lease
        is_doubtful = one.failures >= DOUBTFUL
        if is_doubtful and not await webhooks.consume_turn(tx, one.id, now=now, until=lease_end):
            return []  # another worker has the one try that a failing endpoint gets
        held_since = now - self._settings.hold
        claims = await queue.consume(
            tx, one.id, lease=lease, lease_end=lease_end, now=now, held_since=held_since, most=most
        )
        if is_doubtful and not claims:
            # All that is due is held back: whether its receiver is back is asked with what holds it back.
            head = await queue.consume_head(tx, one.id, lease=lease, lease_end=lease_end)
            return [] if head is None else [Claimed(head[0], target, head[1])]
        return [Claimed(claim, target) for claim in claims]

    def _room_of(self, one: Due) -> int:
        most = 1 if one.failures >= DOUBTFUL else _LINES_OF_ONE
        return most - self._held[one.id]

    async def _deliver(self, post: Post) -> None:
        claim, target = post.claimed.claim, post.claimed.target
        try:
            if self._clock.now() + self._settings.timeout + _MARGIN > claim.due_at:
                # Its lease is about to end: whoever claims it next has the time to send it.
                await self._database.transact(lambda tx: queue.revoke_lease(tx, claim, self._clock.now()))
                return
            answer = _FORGOTTEN if post.event is None else await self._courier.post(target, post.event)
            _tell(claim, answer)
            await self._bookkeeper.note(claim, answer, post.claimed.retry_at)
        finally:
            self._held[claim.endpoint_id] -= 1
            if not self._held[claim.endpoint_id]:
                del self._held[claim.endpoint_id]
            self._signals.announce(QUEUED)


async def _events_of(tx: Tx, claims: list[Claim]) -> dict[str, Event]:
    """Return the events of deliveries from the record, by their ids; those that it has forgotten are missing."""
    found: dict[str, Event] = {}
    for claim in claims:
        if claim.event_id not in found:
            for event in await list_after(tx, EVERYWHERE, claim.sequence - 1, (), 1):
                found[event.id] = event
    return found


def _tell(claim: Claim, answer: Answer) -> None:
    told = {"webhook": claim.endpoint_id, "delivery": claim.id, "event_id": claim.event_id, "status": answer.status}
    if answer.is_success:
        _log.info("webhooks.delivered", milliseconds=answer.milliseconds, **told)
    else:
        _log.warning("webhooks.failed", attempts=claim.attempts + 1, error=answer.error, **told)
