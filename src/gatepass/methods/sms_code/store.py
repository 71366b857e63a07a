"""The table of codes."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of

_ADD = command(
    "INSERT INTO sms_codes (attempt_id, code_mac, created_at, expires_at, spent_at) "
    "VALUES (:attempt_id, :code_mac, :created_at, :expires_at, NULL) "
    "ON CONFLICT (attempt_id) DO UPDATE SET code_mac = excluded.code_mac, created_at = excluded.created_at, "
    "expires_at = excluded.expires_at WHERE sms_codes.spent_at IS NULL"
)
_CONSUME = query(
    str,
    "UPDATE sms_codes SET spent_at = :at WHERE attempt_id = :attempt_id AND code_mac = :code_mac "
    "AND spent_at IS NULL AND expires_at > :at RETURNING attempt_id",
)
_PURGE = command(
    "DELETE FROM sms_codes WHERE attempt_id IN "
    "(SELECT attempt_id FROM sms_codes WHERE attempt_id < :before_id ORDER BY attempt_id LIMIT :limit)"
)


async def add(tx: Tx, attempt_id: str, code_mac: bytes, expires_at: datetime, at: datetime) -> None:
    """Give an attempt a code, in place of an earlier one that nobody has spent."""
    await tx.run(_ADD, attempt_id=attempt_id, code_mac=code_mac, created_at=at, expires_at=expires_at)


async def consume(tx: Tx, attempt_id: str, code_mac: bytes, at: datetime) -> bool:
    """Spend the code of an attempt; False where it is another, expired or spent."""
    return await tx.one(_CONSUME, attempt_id=attempt_id, code_mac=code_mac, at=at) is not None


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete codes of attempts that began before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), limit=limit)
