"""The lane of HTTP posts: many receivers, none of which may delay another."""

import asyncio
from typing import Final

from gatepass.outbox.flows import Doorbell
from gatepass.outbox.lanes.ledger import POLL, Ledger
from gatepass.outbox.lanes.receivers import AT_ONCE, Receiver, Receivers
from gatepass.outbox.model import Envelope, Kind
from gatepass.outbox.posting import Posting

_LINES: Final = 16
_CLAIMED_AT_ONCE: Final = 8
_MOST_HELD: Final = 64


class PostLane:
    """Claims posts and sends them over several lines at once.

    A receiver that has as many messages in hand as it may is left out of the next claim, and so is one that was found
    gone, until its pause is over; what is left out costs nothing but its place in the table.

    Args:
        ledger: claims and writes down.
        posting: sends.
        doorbell: rings when this process commits a post.
    """

    def __init__(self, ledger: Ledger, posting: Posting, doorbell: Doorbell) -> None:
        self._ledger = ledger
        self._posting = posting
        self._doorbell = doorbell
        self._receivers = Receivers()
        self._lines = asyncio.Semaphore(_LINES)

    async def work(self) -> None:
        """Work until the worker is asked to end; then finish what is being sent and give back the rest."""
        is_certain = True
        async with asyncio.TaskGroup() as group:
            while not self._ledger.stop.is_set():
                room = _MOST_HELD - self._receivers.held
                found = await self._claimed(min(room, _CLAIMED_AT_ONCE), is_certain=is_certain) if room > 0 else []
                for envelope in found:
                    group.create_task(self._send(envelope, self._receivers.enter(envelope.recipient)))
                is_certain = bool(found) or await self._doorbell.answer(POLL)

    async def _claimed(self, most: int, *, is_certain: bool) -> list[Envelope]:
        return await self._ledger.claim(Kind.POST, most, is_certain=is_certain, without=self._receivers.busy())

    async def _send(self, envelope: Envelope, receiver: Receiver) -> None:
        try:
            # The receiver's own gate first, so that whoever waits at it keeps no line from others.
            async with receiver.gate, self._lines:
                if self._ledger.stop.is_set() or receiver.breaker.remaining():
                    await self._ledger.give_back(envelope)
                elif self._ledger.is_in_time(envelope):
                    await self._deliver(envelope, receiver)
                # Otherwise its lease is about to end, and whoever claims it next sends it.
        finally:
            was_full = self._receivers.held >= _MOST_HELD
            self._receivers.leave(receiver)
            if was_full or receiver.held == AT_ONCE - 1:
                self._doorbell.ring()

    async def _deliver(self, envelope: Envelope, receiver: Receiver) -> None:
        posted = await self._posting.deliver(envelope)
        if posted.is_receiver_gone:
            receiver.breaker.trip()
        else:
            receiver.breaker.close()
        await self._ledger.settle(envelope, posted.outcome)
