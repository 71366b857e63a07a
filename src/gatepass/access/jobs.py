"""Timed work: which keys were used is written down, and keys that were revoked long ago are forgotten."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from gatepass.access.flows import KeyUses
from gatepass.access.store import keys
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.access")
_SECONDS_BETWEEN: Final = 60.0
_REVOKED_FOR: Final = timedelta(days=90)
_ROUND: Final = 1_000


async def run_key_uses(uses: KeyUses, stop: asyncio.Event) -> None:
    """Write down once a minute, and once more at the end, which API keys this process saw.

    Args:
        uses: what this process's gate notes.
        stop: set to ask for an end.
    """
    while not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_BETWEEN):
                await stop.wait()
        try:
            await uses.flush()
        except Problem as problem:
            _log.warning("api_keys.uses_postponed", detail=problem.detail)


async def purge(tx: Tx, now: datetime) -> int:
    """Forget keys that were revoked ninety days ago and return how many; called until none is left."""
    return await keys.purge(tx, now - _REVOKED_FOR, _ROUND)
