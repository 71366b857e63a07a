"""From a claimed mail to an outcome: open, render, build, hand over."""

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import structlog

from gatepass.kit.clock import Clock
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.outbox.flows import payload_context
from gatepass.outbox.message import AddressFault, Headers, build_message
from gatepass.outbox.model import (
    DeliveryFailure,
    Envelope,
    Expired,
    Letter,
    Outcome,
    PermanentFailure,
    Sent,
    TemporaryFailure,
    Transport,
    Words,
)
from gatepass.outbox.rendering import TemplateFault
from gatepass.outbox.rules import accident_of, after_failure, is_expired, scrubbed
from gatepass.outbox.settings import OutboxSettings

_log = structlog.get_logger(__name__)
_decode: Final = msgspec.json.Decoder(Letter).decode
_OPEN_WORDS: Final = frozenset({"subject", "app_name", "minutes", "device", "place", "network", "accent", "on_accent"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivers claimed mails over one transport.

    Args:
        keys: open what waited.
        templates: the words.
        transport: the way out.
        sender: the address in From.
        clock: the time.
        settings: the bounds.
    """

    keys: KeyRing
    templates: Words
    transport: Transport
    sender: str
    clock: Clock
    settings: OutboxSettings

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Send one claimed message and say what became of it; never raises but for cancellation."""
        now = self.clock.now()
        if is_expired(envelope, now):
            _log.info("outbox.expired", id=envelope.id, reason=envelope.reason)
            return Expired()
        letter: Letter | None = None
        try:
            letter = self._opened(envelope)
            await self._hand_over(envelope, letter)
        except DeliveryFailure as failure:
            return self._failed(envelope, letter, failure, now)
        except Exception as accident:  # noqa: BLE001 - one message that breaks the unforeseen must not stop the others
            return self._failed(envelope, letter, accident_of(accident), now)
        _log.info("outbox.sent", id=envelope.id, reason=envelope.reason, message_id=envelope.message_id)
        return Sent()

    def _opened(self, envelope: Envelope) -> Letter:
        try:
            return _decode(self.keys.open(envelope.payload, context=payload_context(envelope.id)))
        except (SealBroken, msgspec.DecodeError) as error:
            raise PermanentFailure(f"What the message holds can't be read: {error}") from error

    async def _hand_over(self, envelope: Envelope, letter: Letter) -> None:
        try:
            headers = Headers(
                sender=self.sender,
                sender_name=str(letter.context.get("app_name") or ""),
                recipient=envelope.recipient,
                message_id=envelope.message_id,
                written_at=envelope.created_at,
            )
            message = build_message(await self.templates.written(letter, envelope.application_id), headers)
        except (TemplateFault, AddressFault) as error:
            raise PermanentFailure(str(error)) from error
        try:
            async with asyncio.timeout(self.settings.send_timeout.total_seconds()):
                await self.transport.send(message)
        except TimeoutError as error:
            raise TemporaryFailure("The mail server did not finish in time.") from error

    def _failed(self, envelope: Envelope, letter: Letter | None, failure: DeliveryFailure, now: datetime) -> Outcome:
        # Whatever the mail was to say stays out of the log and the row, even when the server quotes it back.
        secrets = [value for name, value in letter.context.items() if name not in _OPEN_WORDS] if letter else []
        said = type(failure)(scrubbed(str(failure), secrets))
        outcome = after_failure(envelope, said, now, self.settings, random.random())  # noqa: S311 - jitter, no secret
        _log.warning(
            "outbox.failed",
            id=envelope.id,
            reason=envelope.reason,
            attempts=envelope.attempts + 1,
            outcome=type(outcome).__name__.lower(),
            error=str(said),
        )
        return outcome
