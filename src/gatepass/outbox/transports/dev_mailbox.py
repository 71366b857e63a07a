"""The development mailbox: mail that a developer reads in the browser instead of an inbox."""

from dataclasses import dataclass
from typing import Final

from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_id
from gatepass.outbox import store
from gatepass.outbox.message import code_in, links_in
from gatepass.outbox.model import DevMail, Message

_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class DevMailbox:
    """Keeps the last 500 mails as rows; never used in production."""

    db: Database
    clock: Clock

    async def send(self, message: Message) -> None:
        """Put the mail into the mailbox."""
        mail = DevMail(
            id=new_id(),
            recipient=message.recipient,
            subject=message.subject,
            text=message.text,
            html=message.html,
            headers={
                "From": f"{message.sender_name} <{message.sender}>" if message.sender_name else message.sender,
                "To": message.recipient,
                "Subject": message.subject,
                **message.headers,
            },
            links=links_in(message.text),
            code=code_in(message.text),
            at=self.clock.now(),
        )

        async def keep(tx: Tx) -> None:
            await store.add_dev_mail(tx, mail, _KEPT)

        await self.db.transact(keep)

    async def handshake(self) -> str:
        """Say where mail goes; there is nobody to ask."""
        return "the development mailbox"

    async def close(self) -> None:
        """Do nothing: rows need no farewell."""
