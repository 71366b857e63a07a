"""One job that has much to do, or breaks, keeps no other waiting."""

from datetime import datetime

import pytest
from structlog.testing import CapturedCall, CapturingLogger

from gatepass import worker
from gatepass.kit.clock import SystemClock
from gatepass.worker import do

pytestmark = pytest.mark.anyio
_CLOCK = SystemClock()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """What the worker says, whatever level another test has set for the process."""
    log = CapturingLogger()
    monkeypatch.setattr(worker, "_log", log)
    return log


async def test_a_job_goes_on_until_it_has_no_more_to_do(log: CapturingLogger) -> None:
    left = [3, 2, 1, 0, 7]

    async def step(_now: datetime) -> int:
        return left.pop(0)

    assert await do("some", step, _CLOCK)
    assert left == [7]
    assert log.calls == [CapturedCall("info", ("job.done",), {"job": "some", "count": 6})]


async def test_a_job_that_never_ends_gives_way_and_says_that_it_has_more_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_SECONDS_PER_CHORE", 0.05)

    async def step(_now: datetime) -> int:
        return 1

    assert not await do("endless", step, _CLOCK)


async def test_a_job_that_breaks_is_logged_and_rests(log: CapturingLogger) -> None:
    async def step(_now: datetime) -> int:
        raise RuntimeError("broken")

    assert await do("broken", step, _CLOCK)
    assert log.calls == [CapturedCall("exception", ("job.failed",), {"job": "broken"})]
