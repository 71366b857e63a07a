"""What webhooks do all the time, and what from time to time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from gatepass.audit.flows import SEALED
from gatepass.kit.db import Tx
from gatepass.kit.ids import first_id_of
from gatepass.kit.problems import Problem
from gatepass.kit.signals import Signals
from gatepass.webhooks.model import QUEUED
from gatepass.webhooks.sending.dispatcher import Dispatcher
from gatepass.webhooks.sending.sender import Sender
from gatepass.webhooks.store import log

_log = structlog.get_logger("gatepass.webhooks")
_SECONDS_BETWEEN_LOOKS: Final = 1.0
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What a worker of webhooks works with.

    Args:
        dispatcher: fills the queues.
        sender: empties them.
        signals: tell of new events, and of deliveries that may go out.
        is_alone: whether it is known that no other worker lives on this database.
    """

    dispatcher: Dispatcher
    sender: Sender
    signals: Signals
    is_alone: bool = False


async def run_webhooks(room: PostRoom, stop: asyncio.Event) -> None:
    """Tell receivers of events until asked to stop; then finish what is being sent."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        if room.is_alone:
            await _tried(room.sender.take_back)
        await asyncio.gather(
            _keep_on(room.dispatcher.dispatch, room.signals, SEALED, stopped, then=QUEUED),
            _keep_on(room.sender.send, room.signals, QUEUED, stopped),
        )
    finally:
        stopped.cancel()
        await room.sender.finish()


@dataclass(frozen=True, slots=True)
class LogPurge:
    """Forgets what of the log is older than it is kept.

    Args:
        keep: how long it is kept.
    """

    keep: timedelta

    async def __call__(self, tx: Tx, now: datetime) -> int:
        """Forget a part and return how much; called by the worker until nothing is left."""
        before = now - self.keep
        return await log.purge(tx, before_id=first_id_of(before), before=before, limit=_AT_ONCE)


async def _keep_on(
    step: Callable[[], Awaitable[int]], signals: Signals, topic: str, stopped: "asyncio.Future[Any]", then: str = ""
) -> None:
    """Take a step whenever a topic is announced, and every second because other processes ring no bell here."""
    with signals.listen(topic) as bell:
        while not stopped.done():
            if not await _tried(step):
                await bell.wait(_SECONDS_BETWEEN_LOOKS, unless=stopped)
            elif then:
                signals.announce(then)


async def _tried(step: Callable[[], Awaitable[int]]) -> int:
    try:
        return await step()
    except Problem as problem:
        _log.warning("webhooks.postponed", detail=problem.detail)
    except Exception:  # noqa: BLE001 - the next look may succeed, and nothing is lost until then
        _log.exception("webhooks.failed_to_look")
    return 0
