"""What the slice of domains does all the time: it looks at the DNS when a look is due."""

import asyncio
from contextlib import suppress

import structlog

from gatepass.domains.flows import DomainFlows
from gatepass.kit.problems import Problem

_log = structlog.get_logger("gatepass.domains")
_SECONDS_BETWEEN_ROUNDS = 20.0


async def run_checks(flows: DomainFlows, stop: asyncio.Event) -> None:
    """Look at every domain when its time has come, until asked to stop."""
    while not stop.is_set():
        if not await _checked(flows):
            with suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_BETWEEN_ROUNDS):
                    await stop.wait()


async def _checked(flows: DomainFlows) -> int:
    try:
        return await flows.check_due()
    except Problem as problem:
        _log.warning("domains.checks_postponed", detail=problem.detail)
    except Exception:  # noqa: BLE001 - the next round may succeed, and a host that is served stays so until then
        _log.exception("domains.checks_failed")
    return 0
