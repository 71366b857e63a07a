"""What the record does all the time: events are sealed moments after they happened."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

import structlog

from gatepass.audit.chain.sealing import Sealer
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.audit")
T = TypeVar("T")
# A look costs one row of a partial index; recording an event rings no bell, so that it costs nothing but its row.
_SECONDS_BETWEEN_LOOKS: Final = 0.2
_SECONDS_AFTER_A_FAULT: Final = 2.0
# What was sealed before a quiet time is vouched for, too.
_LOOKS_BETWEEN_CHECKPOINTS: Final = 50


async def run_sealer(sealer: Sealer, stop: asyncio.Event) -> None:
    """Seal whatever is recorded, in any process, until asked to stop."""
    looks = 0
    while not stop.is_set():
        looks += 1
        count = await _tried(sealer.seal)
        # Without a key that signs, events are sealed all the same; the next checkpoint vouches for them.
        if count or looks % _LOOKS_BETWEEN_CHECKPOINTS == 0:
            await _tried(sealer.checkpoint)
        with suppress(TimeoutError):
            async with asyncio.timeout(_pause_after(count, sealer.batch)):
                await stop.wait()


def _pause_after(count: int | None, batch: int) -> float:
    if count is None:
        return _SECONDS_AFTER_A_FAULT
    # Requests come in between two batches of a long backlog.
    return 0.0 if count >= batch else _SECONDS_BETWEEN_LOOKS


async def _tried(work: Callable[[], Awaitable[T]]) -> T | None:
    """Do something and return what came of it; None where it failed, which the log says."""
    try:
        return await work()
    except Problem as problem:
        _log.warning("audit.sealing_postponed", detail=problem.detail or problem.title)
    except Exception:  # noqa: BLE001 - the next look may succeed, and until then the events wait in their table
        _log.exception("audit.sealing_failed")
    return None
