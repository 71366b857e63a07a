"""One try: open what is sealed, write the message, post it, and say what came back."""

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from gatepass.audit.model import Event
from gatepass.kit.clock import Clock
from gatepass.kit.fetch import Fetcher, FetchRefused
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.webhooks.messages import write_message
from gatepass.webhooks.model import Answer, Target
from gatepass.webhooks.rules import judged, retry_after_of

_log = structlog.get_logger("gatepass.webhooks")
_EXCERPT_BYTES: Final = 4096

Show = Callable[[Event], Any]
"""Returns an event as the API shows it, ready to be written as JSON."""


def url_context(webhook_id: str) -> str:
    """Name the place that an endpoint's sealed address is bound to."""
    return f"webhook_endpoints.url:{webhook_id}"


def secret_context(webhook_id: str) -> str:
    """Name the place that an endpoint's sealed secrets are bound to, the present one and the one before."""
    return f"webhook_endpoints.secret:{webhook_id}"


@dataclass(frozen=True, slots=True)
class Courier:
    """Makes posts.

    Args:
        keys: open addresses and secrets.
        fetcher: the guarded way to addresses that others chose.
        clock: the time, which is signed.
        seconds: how long a try may take.
        show: how the API shows an event.
    """

    keys: KeyRing
    fetcher: Fetcher
    clock: Clock
    seconds: float
    show: Show

    async def post(self, target: Target, event: Event) -> Answer:
        """Send an event to an endpoint and say what came back; never raises but for cancellation."""
        begun = time.monotonic()
        try:
            answer = await self._post(target, event)
        except FetchRefused as refused:
            answer = Answer(0, 0, refused.sentence)
        except SealBroken:
            answer = Answer(0, 0, "What is sealed of this webhook can't be read; give it its url and a new secret.")
        except Exception as accident:  # noqa: BLE001 - one message that breaks the unforeseen must not stop the others
            # Its type alone: the text might hold the address.
            _log.error("webhooks.try_broke", webhook=target.id, event_id=event.id, error=type(accident).__name__)
            answer = Answer(0, 0, f"An accident in this server: {type(accident).__name__}.")
        took = round((time.monotonic() - begun) * 1000)
        return Answer(answer.status, took, answer.error, answer.excerpt, answer.retry_after)

    async def _post(self, target: Target, event: Event) -> Answer:
        now = self.clock.now()
        url = self.keys.open(target.url_sealed, context=url_context(target.id)).decode()
        keys = self._keys_of(target, now)
        shown = self.show(event)
        message = write_message(target.style, event.id, event.kind, event.occurred_at, shown, keys, now)
        answered = await self.fetcher.post_for_answer(
            url, message.body, message.headers, limit_bytes=_EXCERPT_BYTES, seconds=self.seconds
        )
        return Answer(
            answered.status,
            0,
            judged(answered.status),
            _legible(answered.beginning),
            retry_after_of(answered.headers.get("retry-after", "")),
        )

    def _keys_of(self, target: Target, now: datetime) -> list[str]:
        """Return the secrets that sign: the present one, and while it overlaps the one before."""
        sealed = [target.secret_sealed]
        if target.previous_sealed is not None and target.previous_until is not None and now < target.previous_until:
            sealed.append(target.previous_sealed)
        return [self.keys.open(one, context=secret_context(target.id)).decode() for one in sealed]


def _legible(beginning: bytes) -> str:
    """Return the beginning of a body as a text without control characters, which a log or a terminal might obey."""
    text = beginning.decode("utf-8", "replace")
    return "".join(
        letter if letter in "\n\t" or unicodedata.category(letter)[0] != "C" else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )
