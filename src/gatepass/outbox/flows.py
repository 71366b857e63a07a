"""Putting messages into the outbox."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from gatepass.kit.clock import Clock
from gatepass.kit.db import Tx
from gatepass.kit.fetch import FetchRefused, parse_target
from gatepass.kit.ids import new_id
from gatepass.kit.secrets import KeyRing
from gatepass.outbox import store
from gatepass.outbox.model import Kind, Letter, MailOrder, Parcel, PostOrder

_encode = msgspec.json.Encoder().encode


class Doorbell:
    """Wakes the worker of this process as soon as a message has been committed."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Say that there is work."""
        self._rung.set()

    async def answer(self, patience: timedelta) -> bool:
        """Wait until somebody rings, at most for `patience`, and tell whether somebody did."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


def payload_context(envelope_id: str) -> str:
    """Name the place that a message's sealed content is bound to."""
    return f"outbox.payload:{envelope_id}"


async def forget_recipients(tx: Tx, recipients: Sequence[str]) -> int:
    """Forget every message to some addresses, as they are stored, and return how many there were."""
    return await store.purge_of(tx, recipients) if recipients else 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """The door through which slices send.

    Args:
        keys: seal what waits.
        clock: the time.
        host: the host of the public URL, which Message-IDs end in.
        doorbell: the one that this process's worker listens to for mail.
        post_doorbell: the same for posts.
    """

    keys: KeyRing
    clock: Clock
    host: str
    doorbell: Doorbell = field(default_factory=Doorbell)
    post_doorbell: Doorbell = field(default_factory=Doorbell)

    async def enqueue_mail(self, tx: Tx, mail: MailOrder) -> str:
        """Let a mail wait in the caller's transaction, to be sent after its commit; return the message's id.

        Nothing is rendered here. The Message-ID (RFC 5322 §3.6.4) is fixed now, so that a repeat carries the same.

        Raises:
            ValueError: the recipient is not one printable word, so no transport could be trusted with it.
        """
        if not mail.recipient.isprintable() or not mail.recipient:
            raise ValueError("A mail's recipient must be an address without control characters.")
        envelope_id = new_id()
        letter = _encode(Letter(mail.template, dict(mail.context), mail.language))
        await store.add(
            tx,
            envelope_id=envelope_id,
            application_id=mail.application_id,
            reason=mail.reason,
            recipient=mail.recipient,
            message_id=f"<{secrets.token_hex(16)}@{self.host}>",
            payload=self.keys.seal(letter, context=payload_context(envelope_id)),
            now=self.clock.now(),
            not_after=mail.not_after,
        )
        tx.after_commit(self.doorbell.ring)
        return envelope_id

    async def enqueue_post(self, tx: Tx, order: PostOrder) -> str:
        """Let an HTTP POST wait in the caller's transaction, to be sent after its commit; return the message's id.

        The row shows the receiver's origin; the rest of the URL and the body are sealed.

        Raises:
            ValueError: the URL can't be read; whoever registered it should have been told so.
        """
        try:
            target = parse_target(order.url, allow_loopback=True)
        except FetchRefused as refused:
            raise ValueError(refused.sentence) from refused
        envelope_id = new_id()
        parcel = Parcel(order.url, order.body, order.content_type, dict(order.headers), order.attempts)
        await store.add(
            tx,
            envelope_id=envelope_id,
            kind=Kind.POST,
            application_id=order.application_id,
            reason=order.reason,
            recipient=target.origin,
            message_id=envelope_id,
            payload=self.keys.seal(_encode(parcel), context=payload_context(envelope_id)),
            now=self.clock.now(),
            not_after=order.not_after,
        )
        tx.after_commit(self.post_doorbell.ring)
        return envelope_id

    async def send_again(self, tx: Tx, envelope_id: str) -> bool:
        """Let a message that was given up wait once more; False where there is none or its content is gone."""
        is_revived = await store.touch_dead(tx, envelope_id, self.clock.now())
        if is_revived:
            tx.after_commit(self.doorbell.ring)
            tx.after_commit(self.post_doorbell.ring)
        return is_revived
