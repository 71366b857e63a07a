"""The bookkeeper: what became of each try, written down with everything that follows from it."""

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, StorageUnavailable, Tx
from gatepass.kit.ids import new_id
from gatepass.webhooks.model import Answer, Claim, DeliveryState, StopReason
from gatepass.webhooks.rules import DOUBTFUL, is_gone, must_stop, next_try, rest_until
from gatepass.webhooks.store import log, queue, webhooks

_log = structlog.get_logger("gatepass.webhooks")
_AT_ONCE: Final = 32
_SECONDS_BETWEEN_TRIES: Final = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """A try that was made, and when it ended; `retry_at` is when its time would have come, where it came before."""

    claim: Claim
    answer: Answer
    at: datetime
    retry_at: datetime | None


class Bookkeeper:
    """Writes outcomes down; those that come in while one transaction runs share the next.

    Args:
        database: holds the queues and the log.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, claim: Claim, answer: Answer, retry_at: datetime | None = None) -> None:
        """Write an outcome down and return when it stands, or when the claim is over without that."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Outcome(claim, answer, self._clock.now(), retry_at), noted))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await noted

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            try:
                await self._persist([outcome for outcome, _ in batch])
            finally:
                for _, noted in batch:
                    if not noted.done():
                        noted.set_result(None)

    async def _persist(self, outcomes: list[Outcome]) -> None:
        # While the database is away nothing is lost: at the end of the leases the same messages are sent again.
        until = min(outcome.claim.due_at for outcome in outcomes)
        while True:
            try:
                await self._database.transact(lambda tx: _note_all(tx, outcomes))
            except StorageUnavailable as error:
                if self._clock.now() >= until:
                    _log.error("webhooks.not_written_down", count=len(outcomes), error=str(error))
                    return
                await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
            except Exception:  # noqa: BLE001 - one outcome that breaks the unforeseen must not lose the others
                if len(outcomes) == 1:
                    # Its message is sent again at the end of its lease.
                    _log.exception("webhooks.not_written_down", delivery=outcomes[0].claim.id)
                    return
                for outcome in outcomes:
                    await self._persist([outcome])
                return
            else:
                return


async def _note_all(tx: Tx, outcomes: list[Outcome]) -> None:
    # Endpoints in one order everywhere, so that two workers never wait for each other; of each, successes first.
    for outcome in sorted(outcomes, key=lambda one: (one.claim.endpoint_id, not one.answer.is_success)):
        await log.add(tx, new_id(), outcome.claim.id, outcome.answer, outcome.at)
        if outcome.answer.is_success:
            await _succeed(tx, outcome)
        else:
            await _fail(tx, outcome)


async def _succeed(tx: Tx, outcome: Outcome) -> None:
    """Note a success; where the endpoint had rested, what waits for its next try is due now, in its order."""
    endpoint_id, at = outcome.claim.endpoint_id, outcome.at
    await queue.touch_finished(tx, outcome.claim, DeliveryState.DELIVERED, outcome.answer, at)
    if await webhooks.touch_success(tx, endpoint_id, at) >= DOUBTFUL:
        await queue.touch_waiting(tx, endpoint_id, at)


async def _fail(tx: Tx, outcome: Outcome) -> None:
    claim, answer, at = outcome.claim, outcome.answer, outcome.at
    chance = random.random()  # noqa: S311 - jitter, no secret
    await _postpone(tx, outcome, chance)
    failing = None if answer.is_final else await webhooks.touch_failure(tx, claim.endpoint_id, at)
    if failing is None:
        return
    if is_gone(answer) or must_stop(failing.failing_since, at):
        await _stop(tx, failing, claim.endpoint_id, StopReason.GONE if is_gone(answer) else StopReason.FAILING, at)
        return
    rest = rest_until(failing.failures, answer, at, chance)
    if rest > at:
        await webhooks.touch_rest(tx, claim.endpoint_id, rest)


async def _postpone(tx: Tx, outcome: Outcome, chance: float) -> None:
    """Let a failed delivery wait for its next try, or give it up; a try before its time does not count."""
    claim, answer, at = outcome.claim, outcome.answer, outcome.at
    is_over = answer.is_final or is_gone(answer)
    if outcome.retry_at is not None and not is_over:
        await queue.touch_postponed(tx, claim, answer, outcome.retry_at, is_counted=False)
        return
    due_at = None if is_over else next_try(claim.attempts + 1, claim.queued_at, answer, at, chance)
    if due_at is None:
        await queue.touch_finished(tx, claim, DeliveryState.DEAD, answer, at)
    else:
        await queue.touch_postponed(tx, claim, answer, due_at)


async def _stop(tx: Tx, failing: webhooks.Failing, endpoint_id: str, reason: StopReason, at: datetime) -> None:
    if await webhooks.revoke(tx, endpoint_id, reason, at):
        organization_id = failing.organization_id or None
        data = {"webhook_id": endpoint_id}
        await record(
            tx, EventKind.WEBHOOK_STOPPED, at=at, organization_id=organization_id, data=data, reason=reason.value
        )
