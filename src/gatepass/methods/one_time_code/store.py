"""The tables of codes and of the mails that carried them."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.mail.addresses import AddressKey
from gatepass.methods.one_time_code.model import StoredCode

_ADD = command(
    "INSERT INTO one_time_codes (attempt_id, code_mac, sealed, created_at, expires_at, spent_at) "
    "VALUES (:attempt_id, :code_mac, :sealed, :created_at, :expires_at, NULL) "
    "ON CONFLICT (attempt_id) DO UPDATE SET code_mac = excluded.code_mac, sealed = excluded.sealed, "
    "created_at = excluded.created_at, expires_at = excluded.expires_at WHERE one_time_codes.spent_at IS NULL"
)
_FIND = query(StoredCode, "SELECT {columns} FROM one_time_codes WHERE attempt_id = :attempt_id")
_TOUCH = query(
    str,
    "UPDATE one_time_codes SET expires_at = :expires_at WHERE attempt_id = :attempt_id AND code_mac = :code_mac "
    "AND spent_at IS NULL AND expires_at > :at RETURNING attempt_id",
)
_CONSUME = query(
    str,
    "UPDATE one_time_codes SET spent_at = :at, sealed = NULL WHERE attempt_id = :attempt_id AND code_mac = :code_mac "
    "AND spent_at IS NULL AND expires_at > :at RETURNING attempt_id",
)
_PURGE = command(
    "DELETE FROM one_time_codes WHERE attempt_id IN "
    "(SELECT attempt_id FROM one_time_codes WHERE attempt_id < :before_id ORDER BY attempt_id LIMIT :limit)"
)
_ADD_MAIL = command(
    "INSERT INTO code_mails (id, attempt_id, address_key, created_at) "
    "VALUES (:id, :attempt_id, :address_key, :created_at)"
)
_LIST_MAILS = query(
    datetime,
    "SELECT created_at FROM code_mails WHERE address_key = :address_key AND created_at > :since ORDER BY created_at "
    "LIMIT :limit",
)
_FIND_NEWEST_MAIL = query(
    datetime,
    "SELECT created_at FROM code_mails WHERE address_key = :address_key AND attempt_id = :attempt_id "
    "ORDER BY created_at DESC LIMIT 1",
)
_PURGE_MAILS = command(
    "DELETE FROM code_mails WHERE id IN (SELECT id FROM code_mails WHERE id < :before_id ORDER BY id LIMIT :limit)"
)
_PURGE_MAILS_OF = command("DELETE FROM code_mails WHERE address_key = :address_key")


async def add(
    tx: Tx, attempt_id: str, code_mac: bytes, sealed: bytes | None, expires_at: datetime, at: datetime
) -> None:
    """Give an attempt a code, in place of an earlier one that nobody has spent."""
    await tx.run(_ADD, attempt_id=attempt_id, code_mac=code_mac, sealed=sealed, created_at=at, expires_at=expires_at)


async def find(tx: Tx, attempt_id: str) -> StoredCode | None:
    """Return the code of an attempt, a spent one too."""
    return await tx.one(_FIND, attempt_id=attempt_id)


async def touch(tx: Tx, attempt_id: str, code_mac: bytes, expires_at: datetime, at: datetime) -> bool:
    """Move the end of a code; False where it is another, expired or spent."""
    moved = await tx.one(_TOUCH, attempt_id=attempt_id, code_mac=code_mac, expires_at=expires_at, at=at)
    return moved is not None


async def consume(tx: Tx, attempt_id: str, code_mac: bytes, at: datetime) -> bool:
    """Spend the code of an attempt; False where it is another, expired or spent."""
    return await tx.one(_CONSUME, attempt_id=attempt_id, code_mac=code_mac, at=at) is not None


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete codes of attempts that began before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), limit=limit)


async def add_mail(tx: Tx, mail_id: str, attempt_id: str, key: AddressKey, at: datetime) -> None:
    """Note that a mail with nothing but a code goes to an address."""
    await tx.run(_ADD_MAIL, id=mail_id, attempt_id=attempt_id, address_key=key, created_at=at)


async def list_mails(tx: Tx, key: AddressKey, since: datetime, limit: int) -> list[datetime]:
    """Return when codes were mailed to an address since a moment, the oldest first."""
    return await tx.all(_LIST_MAILS, address_key=key, since=since, limit=limit)


async def find_newest_mail(tx: Tx, attempt_id: str, key: AddressKey) -> datetime | None:
    """Return when the newest mail of an attempt was sent; None where there was none."""
    return await tx.one(_FIND_NEWEST_MAIL, attempt_id=attempt_id, address_key=key)


async def purge_mails(tx: Tx, before: datetime, limit: int) -> int:
    """Delete what is kept of mails that were sent before a moment, at most so many at once."""
    return await tx.run(_PURGE_MAILS, before_id=first_id_of(before), limit=limit)


async def purge_mails_of(tx: Tx, key: AddressKey) -> int:
    """Delete what is kept of the mails to an address."""
    return await tx.run(_PURGE_MAILS_OF, address_key=key)
