"""The worker: claims what is due, sends it over several lines at once, writes down what became of it."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import structlog

from gatepass.kit.db import Database, StorageUnavailable, Tx
from gatepass.kit.ids import new_id
from gatepass.outbox import store
from gatepass.outbox.delivery import Delivery
from gatepass.outbox.flows import Doorbell
from gatepass.outbox.lanes.breaker import Breaker
from gatepass.outbox.lanes.ledger import POLL, Ledger
from gatepass.outbox.lanes.posts import PostLane
from gatepass.outbox.model import Envelope, Heartbeat, Kind, Outcome, Postponed, Sent, State
from gatepass.outbox.posting import Posting

_log = structlog.get_logger(__name__)

BEAT: Final = timedelta(seconds=10)
_CLEANING: Final = timedelta(minutes=1)
_CLAIMED_PER_LINE: Final = 8
_SWEPT_AT_ONCE: Final = 500
_SWEEPS: Final = 20
_FORGOTTEN_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker works with.

    Args:
        db: holds the outbox.
        delivery: sends mail.
        doorbell: rings when this process commits a mail.
        is_alone: the caller knows that no other worker lives on this database (SQLite), so what a killed predecessor
            had claimed is taken back at once instead of when its lease ends.
        posting: sends posts; None leaves them to other workers.
        post_doorbell: rings when this process commits a post.
    """

    db: Database
    delivery: Delivery
    doorbell: Doorbell
    is_alone: bool = False
    posting: Posting | None = None
    post_doorbell: Doorbell = field(default_factory=Doorbell)


async def run_worker(worker: Worker, stop: asyncio.Event) -> None:
    """Work until `stop` is set; then finish what is being sent, give back the rest and return.

    A cancelled worker leaves its claims to their leases: each message is sent later, under the same Message-ID. A fault
    of our own ends a shift, never the worker: the next shift begins a moment later.
    """
    try:
        while True:
            try:
                return await _Shift(worker, stop).work()
            except Exception as accident:  # noqa: BLE001 - mail goes on leaving, whatever broke
                # Its type alone: the text or a traceback might hold what a mail was to say.
                _log.error("outbox.shift_broke", error=_kinds(accident))
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL.total_seconds()):
                    await stop.wait()
                return None
    finally:
        await worker.delivery.transport.close()


def _kinds(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        return [kind for part in error.exceptions for kind in _kinds(part)]
    return [type(error).__name__]


class _Shift:
    """One worker's life: the lane of mail, the lane of posts beside it, and the housekeeping of both.

    Mail: a claimer that feeds several senders through a queue.
    """

    def __init__(self, worker: Worker, stop: asyncio.Event) -> None:
        self._worker = worker
        self._clock = worker.delivery.clock
        self._settings = worker.delivery.settings
        self._stop = stop
        self._ledger = Ledger(worker.db, self._clock, self._settings, stop)
        self._breaker = Breaker()
        self._lines = self._settings.connections
        self._claimed: asyncio.Queue[Envelope | None] = asyncio.Queue()
        self._has_room = asyncio.Event()

    async def work(self) -> None:
        now = self._clock.now()
        beat = Heartbeat(
            id=new_id(), host=socket.gethostname(), process=os.getpid(), started_at=now, seen_at=now, stopped_at=None
        )
        if self._worker.is_alone:
            await self._ledger.persist(lambda tx: store.revoke_leases(tx, now), until=now + self._settings.lease)
        async with asyncio.TaskGroup() as group:
            chores = [
                group.create_task(self._every(BEAT, lambda: self._beat(beat))),
                group.create_task(self._every(_CLEANING, self._clean)),
            ]
            senders = [group.create_task(self._send()) for _ in range(self._lines)]
            waker = group.create_task(self._ring_at_stop())
            if self._worker.posting is not None:
                posts = PostLane(self._ledger, self._worker.posting, self._worker.post_doorbell)
                group.create_task(posts.work())
            await self._claim()
            for _ in senders:
                self._claimed.put_nowait(None)
            await asyncio.gather(*senders)
            for chore in (*chores, waker):
                chore.cancel()
        await self._ledger.tried(lambda tx: store.touch_heartbeat(tx, self._seen(beat, is_last=True)))

    async def _claim(self) -> None:
        most = self._lines * _CLAIMED_PER_LINE
        is_certain = True  # at the start, and when rung, a claim goes without a look first
        while not self._stop.is_set():
            if pause := self._breaker.remaining():
                await self._ledger.pause(pause)
                continue
            wanted = 1 if self._breaker.is_doubtful else most
            found = await self._ledger.claim(Kind.MAIL, wanted, is_certain=is_certain)
            for envelope in found:
                self._claimed.put_nowait(envelope)
            if found:
                await self._until_room()
                is_certain = True
            else:
                is_certain = await self._worker.doorbell.answer(POLL)

    async def _until_room(self) -> None:
        # As many wait as there are lines, so that no sender idles while the next claim commits.
        while self._claimed.qsize() > self._lines or (self._breaker.is_doubtful and self._claimed.qsize()):
            self._has_room.clear()
            await self._has_room.wait()

    async def _send(self) -> None:
        while (envelope := await self._claimed.get()) is not None:
            self._has_room.set()
            if self._stop.is_set() or self._breaker.remaining():
                await self._ledger.give_back(envelope)
            elif self._ledger.is_in_time(envelope):
                await self._settle(envelope, await self._worker.delivery.deliver(envelope))
            # Otherwise its lease is about to end, and whoever claims it next sends it.

    async def _settle(self, envelope: Envelope, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                self._breaker.close()
            case Postponed(is_counted=False):
                self._breaker.trip()
        await self._ledger.settle(envelope, outcome)

    async def _ring_at_stop(self) -> None:
        await self._stop.wait()
        self._worker.doorbell.ring()
        self._worker.post_doorbell.ring()

    async def _every(self, period: timedelta, chore: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await chore()
            except StorageUnavailable as error:
                _log.warning("outbox.chore_failed", error=str(error))
            await asyncio.sleep(period.total_seconds())

    def _seen(self, beat: Heartbeat, *, is_last: bool = False) -> Heartbeat:
        now = self._clock.now()
        return replace(beat, seen_at=now, stopped_at=now if is_last else None)

    async def _beat(self, beat: Heartbeat) -> None:
        await self._worker.db.transact(lambda tx: store.touch_heartbeat(tx, self._seen(beat)))

    async def _clean(self) -> None:
        now, settings = self._clock.now(), self._settings
        sweeps: list[Callable[[Tx], Coroutine[Any, Any, int]]] = [
            lambda tx: store.purge_expired(tx, now, _SWEPT_AT_ONCE),
            lambda tx: store.purge(tx, State.SENT, now - settings.keep_sent, _SWEPT_AT_ONCE),
            lambda tx: store.purge(tx, State.EXPIRED, now - settings.keep_sent, _SWEPT_AT_ONCE),
            lambda tx: store.purge(tx, State.DEAD, now - settings.keep_dead, _SWEPT_AT_ONCE),
        ]
        for sweep in sweeps:
            for _ in range(_SWEEPS):
                if await self._worker.db.transact(sweep) < _SWEPT_AT_ONCE:
                    break
        await self._worker.db.transact(lambda tx: store.purge_heartbeats(tx, now - _FORGOTTEN_AFTER))
