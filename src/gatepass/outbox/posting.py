"""From a claimed post to an outcome: open, send, judge the answer."""

import random
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from gatepass.kit.clock import Clock
from gatepass.kit.fetch import Fetcher, FetchRefused, RefusalReason
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.outbox.flows import payload_context
from gatepass.outbox.model import (
    Declined,
    DeliveryFailure,
    Envelope,
    Expired,
    Outcome,
    Parcel,
    PermanentFailure,
    Sent,
    Unreachable,
)
from gatepass.outbox.rules import accident_of, after_post_failure, is_expired, judged_status
from gatepass.outbox.settings import OutboxSettings

_log = structlog.get_logger(__name__)
_decode: Final = msgspec.json.Decoder(Parcel).decode
_SECONDS: Final = 5.0
_FEWEST_ATTEMPTS: Final = 1
# The host was not there, or there was no sense in what it said; the rest of the reasons speak of its set-up.
_GONE: Final = frozenset(
    {
        RefusalReason.UNRESOLVED,
        RefusalReason.UNREACHABLE,
        RefusalReason.BROKEN_ANSWER,
        RefusalReason.TOO_SLOW,
    }
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a post, and whether its receiver should be left alone for a while."""

    outcome: Outcome
    is_receiver_gone: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """Sends claimed posts.

    Args:
        keys: open what waited.
        fetcher: the guarded way to addresses that others chose.
        clock: the time.
        settings: the bounds.
    """

    keys: KeyRing
    fetcher: Fetcher
    clock: Clock
    settings: OutboxSettings

    async def deliver(self, envelope: Envelope) -> Posted:
        """Send one claimed post and say what became of it; never raises but for cancellation."""
        if is_expired(envelope, self.clock.now()):
            _log.info("outbox.expired", id=envelope.id, reason=envelope.reason)
            return Posted(Expired())
        attempts = _FEWEST_ATTEMPTS
        try:
            parcel = self._opened(envelope)
            attempts = parcel.attempts
            await self._send(parcel)
        except DeliveryFailure as failure:
            return self._failed(envelope, failure, attempts)
        except Exception as accident:  # noqa: BLE001 - one message that breaks the unforeseen must not stop the others
            return self._failed(envelope, accident_of(accident), attempts)
        _log.info("outbox.sent", id=envelope.id, reason=envelope.reason, receiver=envelope.recipient)
        return Posted(Sent())

    def _opened(self, envelope: Envelope) -> Parcel:
        try:
            return _decode(self.keys.open(envelope.payload, context=payload_context(envelope.id)))
        except (SealBroken, msgspec.DecodeError) as error:
            raise PermanentFailure("What the message holds can't be read.") from error

    async def _send(self, parcel: Parcel) -> None:
        headers = {**parcel.headers, "content-type": parcel.content_type}
        try:
            status = await self.fetcher.post(parcel.url, parcel.body, headers, seconds=_SECONDS)
        except FetchRefused as refused:
            if refused.is_lasting:
                raise PermanentFailure(refused.sentence) from refused
            raise (Unreachable if refused.reason in _GONE else Declined)(refused.sentence) from refused
        if failure := judged_status(status):
            raise failure

    def _failed(self, envelope: Envelope, failure: DeliveryFailure, attempts: int) -> Posted:
        chance = random.random()  # noqa: S311 - jitter, no secret
        outcome = after_post_failure(envelope, failure, self.clock.now(), self.settings, attempts, chance)
        _log.warning(
            "outbox.failed",
            id=envelope.id,
            reason=envelope.reason,
            receiver=envelope.recipient,
            attempts=envelope.attempts + 1,
            outcome=type(outcome).__name__.lower(),
            error=str(failure),
        )
        return Posted(outcome, is_receiver_gone=isinstance(failure, Unreachable))
