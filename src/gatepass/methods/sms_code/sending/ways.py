"""The ways on which a message leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.methods.sms_code.model import DevMessage, Message
from gatepass.methods.sms_code.sending import store
from gatepass.methods.sms_code.sending.providers import Carrier, CarrierSettings, posted
from gatepass.outbox.flows import Outbox
from gatepass.outbox.model import PostOrder

# A provider that did not answer may have sent it all the same, and each message costs.
_ATTEMPTS: Final = 3


class Way(Protocol):
    """Takes a message over in the transaction that caused it."""

    async def send(self, tx: Tx, message: Message, at: datetime) -> None:
        """Let a message leave after the commit."""
        ...


@dataclass(frozen=True, slots=True)
class CarriedWay:
    """By the outbox to a provider, sealed until it leaves.

    Args:
        outbox: where it waits.
        carrier: the provider.
        settings: the account there.
    """

    outbox: Outbox
    carrier: Carrier
    settings: CarrierSettings

    async def send(self, tx: Tx, message: Message, at: datetime) -> None:  # noqa: ARG002 - the outbox has its clock
        """Queue the post; once the code has expired it does not leave any more."""
        post = posted(self.carrier, self.settings, message.number, message.text)
        order = PostOrder(
            post.url,
            post.body,
            post.content_type,
            reason="sms_code",
            application_id=message.application_id,
            not_after=message.expires_at,
            headers=post.headers,
            attempts=_ATTEMPTS,
        )
        await self.outbox.enqueue_post(tx, order)


@dataclass(frozen=True, slots=True)
class DevelopmentWay:
    """Nowhere: the message is shown at /dev/sms."""

    async def send(self, tx: Tx, message: Message, at: datetime) -> None:
        """Keep the message where a developer reads it."""
        await store.add_dev(tx, DevMessage(new_id(), message.number, message.text, message.code, at))
