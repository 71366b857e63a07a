"""The table of messages that stay on a developer's machine."""

from typing import Final

from gatepass.kit.db import Tx, command, query
from gatepass.methods.sms_code.model import DevMessage

_KEPT: Final = 500
_ADD: Final = command(
    "INSERT INTO dev_messages (id, recipient, text, code, created_at) "
    "VALUES (:id, :recipient, :text, :code, :created_at)"
)
_PURGE: Final = command(
    "DELETE FROM dev_messages WHERE id IN (SELECT id FROM dev_messages ORDER BY id DESC LIMIT 100 OFFSET :kept)"
)
_LIST: Final = query(DevMessage, "SELECT {columns} FROM dev_messages ORDER BY id DESC LIMIT :limit")
_LIST_OF: Final = query(
    DevMessage, "SELECT {columns} FROM dev_messages WHERE recipient = :recipient ORDER BY id DESC LIMIT :limit"
)


async def add_dev(tx: Tx, message: DevMessage) -> None:
    """Keep a message, and forget what lies before the newest five hundred."""
    await tx.run(
        _ADD,
        id=message.id,
        recipient=message.recipient,
        text=message.text,
        code=message.code,
        created_at=message.created_at,
    )
    await tx.run(_PURGE, kept=_KEPT)


async def list_dev(tx: Tx, recipient: str | None, most: int) -> list[DevMessage]:
    """Return the messages, the latest first; all or one number's."""
    if recipient is None:
        return await tx.all(_LIST, limit=most)
    return await tx.all(_LIST_OF, recipient=recipient, limit=most)
