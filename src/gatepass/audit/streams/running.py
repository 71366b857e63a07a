"""Moving every stream on: each by itself, in the order of the record, at least once."""

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from gatepass.audit.chain.sealing import SEALED
from gatepass.audit.lookup.following import follow, last_sequence
from gatepass.audit.model import FAMILY_OF, EventKind, Following
from gatepass.audit.recording import record_missed
from gatepass.audit.streams import store
from gatepass.audit.streams.model import NotTaken, Stream
from gatepass.audit.streams.sending import Ways
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.reach import EVERYWHERE, Reach, Within
from gatepass.kit.problems import Problem
from gatepass.kit.signals import Signals

_log = structlog.get_logger("gatepass.audit.streams")
_BATCH: Final = 100
_BATCHES_A_TURN: Final = 50
_SECONDS_BETWEEN_LOOKS: Final = 1.0
# Longer than any way takes over a batch.
_CLAIM: Final = timedelta(seconds=60)
_LONGEST_PAUSE_SECONDS: Final = 300.0
_DOUBLINGS: Final = 9
_LEAST_SHARE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Runner:
    """Sends what is new to every receiver; several may run, and each stream is one's at a time.

    Args:
        database: holds the record and the streams.
        clock: the time.
        ways: send batches.
        signals: where new sealed events are announced.
    """

    database: Database
    clock: Clock
    ways: Ways
    signals: Signals
    _turns: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Move the streams on until asked to stop; then finish the batches that are under way."""
        stopped = asyncio.ensure_future(stop.wait())
        try:
            with self.signals.listen(SEALED) as bell:
                while not stop.is_set():
                    await self._begin_turns(stop)
                    await bell.wait(_SECONDS_BETWEEN_LOOKS, unless=stopped)
        finally:
            stopped.cancel()
            await asyncio.gather(*self._turns.values())

    async def _begin_turns(self, stop: asyncio.Event) -> None:
        try:
            last = await self.database.read(last_sequence)
            due = await self.database.read(lambda tx: store.list_due(tx, last, self.clock.now()))
        except Problem as problem:
            _log.warning("audit.streams_postponed", detail=problem.detail)
            return
        for stream in due:
            if stream.id not in self._turns:
                turn = asyncio.ensure_future(self._tried(stream.id, stop))
                self._turns[stream.id] = turn
                turn.add_done_callback(partial(self._end_turn, stream.id))

    def _end_turn(self, stream_id: str, _: "asyncio.Task[None]") -> None:
        self._turns.pop(stream_id, None)

    async def _tried(self, stream_id: str, stop: asyncio.Event) -> None:
        try:
            await self.advance(stream_id, stop)
        except Problem as problem:
            _log.warning("audit.stream_postponed", stream=stream_id, detail=problem.detail)
        except Exception:  # noqa: BLE001 - one stream that breaks must not stop the others; its claim ends by itself
            _log.exception("audit.stream_broke", stream=stream_id)

    async def advance(self, stream_id: str, stop: asyncio.Event | None = None) -> None:
        """Send a stream's next events, batch by batch, until there are none or its receiver does not take one."""
        now = self.clock.now()
        claim = now + _CLAIM
        stream = await self.database.transact(lambda tx: store.consume_turn(tx, stream_id, now, claim))
        for _ in range(_BATCHES_A_TURN):
            if stream is None or (stop is not None and stop.is_set()):
                break
            moved = await self._send_batch(stream, claim)
            if moved is None:
                return
            if moved.position == stream.position:
                break
            stream, claim = moved, moved.next_at or claim
        if stream is not None:
            held = stream
            await self.database.transact(
                lambda tx: store.touch_taken(tx, held, held.position, sent_at=held.sent_at, claim=claim, next_at=None)
            )

    async def _send_batch(self, stream: Stream, claim: datetime) -> Stream | None:
        """Send one batch and return the stream behind it; None where it was not taken or the stream was changed."""
        part = await self.database.read(lambda tx: follow(tx, _reach(stream), stream.position, _kinds(stream), _BATCH))
        if part.reached == stream.position:
            return stream
        try:
            if part.events:
                await self.ways.send(stream, part.events)
        except NotTaken as fault:
            await self._note(stream, fault, claim)
            return None
        return await self._move(stream, part, claim)

    async def _move(self, stream: Stream, part: Following, claim: datetime) -> Stream | None:
        """Return the stream behind what was taken; None where it was changed since. What it missed is recorded."""
        now = self.clock.now()
        sent_at = now if part.events else stream.sent_at
        moved = replace(stream, position=part.reached, sent_at=sent_at, next_at=now + _CLAIM)

        async def body(tx: Tx) -> bool:
            is_ours = await store.touch_taken(
                tx, stream, moved.position, sent_at=sent_at, claim=claim, next_at=moved.next_at
            )
            if is_ours:
                named = {"stream": stream.id, "name": stream.name}
                await record_missed(tx, part, at=now, organization_id=stream.organization_id, receiver=named)
            return is_ours

        return moved if await self.database.transact(body) else None

    async def _note(self, stream: Stream, fault: NotTaken, claim: datetime) -> None:
        next_at = self.clock.now() + pause_after(stream.failures + 1)
        _log.warning("audit.stream_failed", stream=stream.id, failures=stream.failures + 1, error=fault.sentence)
        await self.database.transact(
            lambda tx: store.touch_failure(tx, stream.id, fault.sentence, claim=claim, next_at=next_at)
        )


def pause_after(failures: int) -> timedelta:
    """Return how long a receiver is left alone: twice as long after each failure, at most five minutes."""
    share = random.uniform(_LEAST_SHARE, 1.0)  # noqa: S311 - jitter, not a secret
    return timedelta(seconds=min(2.0 ** min(failures, _DOUBLINGS), _LONGEST_PAUSE_SECONDS) * share)


def _reach(stream: Stream) -> Reach:
    return Within(stream.organization_id) if stream.organization_id else EVERYWHERE


def _kinds(stream: Stream) -> tuple[EventKind, ...]:
    return tuple(kind for kind, family in FAMILY_OF.items() if family in stream.families)
