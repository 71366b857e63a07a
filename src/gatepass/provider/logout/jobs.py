"""What the slice of signing out does all the time: it looks for sessions of whose end nobody has been told."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from gatepass.kit.problems import Problem
from gatepass.outbox.flows import Doorbell
from gatepass.provider.logout.flows import Notices

_log = structlog.get_logger("gatepass.provider.logout")
# A session that another process ended rings no bell here.
_PATIENCE: Final = timedelta(seconds=1)


async def run_notices(notices: Notices, doorbell: Doorbell, stop: asyncio.Event) -> None:
    """Tell the applications of every session that ends, until asked to stop."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            if await _told(notices):
                continue
            rung = asyncio.ensure_future(doorbell.answer(_PATIENCE))
            await asyncio.wait({stopped, rung}, return_when=asyncio.FIRST_COMPLETED)
            rung.cancel()
    finally:
        stopped.cancel()


async def _told(notices: Notices) -> int:
    try:
        return await notices.tell()
    except Problem as problem:
        _log.warning("logout.notices_postponed", detail=problem.detail)
    except Exception:  # noqa: BLE001 - the next look may succeed, and nothing is lost until then
        _log.exception("logout.notices_failed")
    return 0
