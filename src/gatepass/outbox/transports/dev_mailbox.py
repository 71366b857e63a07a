"""The development mailbox: mail that a developer reads in the browser instead of an inbox."""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_id
from gatepass.outbox import store
from gatepass.outbox.message import code_in, links_in, text_of
from gatepass.outbox.model import DevMail

_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class DevMailbox:
    """Keeps the last 500 mails as rows; never used in production."""

    db: Database
    clock: Clock

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Put the mail into the mailbox."""
        text, html = text_of(message)
        mail = DevMail(
            id=new_id(),
            recipient=recipient,
            subject=str(message["Subject"]),
            text=text,
            html=html,
            headers={name: str(value) for name, value in message.items()},
            links=links_in(text),
            code=code_in(text),
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
