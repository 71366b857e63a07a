"""The table of answers that are kept for repeats of their calls."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gatepass.kit.db import Tx, command, query

_LOST: Final = 0
"""In place of a status: the call ended, and nobody knows what it did."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What is known of the first call with a key."""

    request_hash: bytes
    status: int | None
    answer_sealed: bytes | None
    created_at: datetime

    def is_answering(self, since: datetime) -> bool:
        """Tell whether the call began after a moment and has not ended, as far as anybody knows."""
        return self.status is None and self.created_at > since


_ADD = command(
    "INSERT INTO repeatable_answers (id, request_hash, created_at, expires_at) "
    "VALUES (:id, :request_hash, :at, :expires_at) ON CONFLICT (id) DO NOTHING"
)
_FIND = query(AnswerRow, "SELECT {columns} FROM repeatable_answers WHERE id = :id AND expires_at > :at")
# By its moment, too: one that took longer than the day must not write upon the row of whoever came after it.
_TOUCH = command(
    "UPDATE repeatable_answers SET status = :status, answer_sealed = :answer_sealed "
    "WHERE id = :id AND created_at = :at AND status IS NULL"
)
_REVOKE = command("DELETE FROM repeatable_answers WHERE id = :id AND created_at = :at AND status IS NULL")
_PURGE_STALE = command("DELETE FROM repeatable_answers WHERE id = :id AND expires_at <= :at")
_PURGE = command(
    "DELETE FROM repeatable_answers WHERE id IN "
    "(SELECT id FROM repeatable_answers WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)"
)


async def add(tx: Tx, row_id: str, request_hash: bytes, at: datetime, expires_at: datetime) -> bool:
    """Claim a key whose day is over or never was; False, and nothing added, where it is claimed."""
    await tx.run(_PURGE_STALE, id=row_id, at=at)
    return bool(await tx.run(_ADD, id=row_id, request_hash=request_hash, at=at, expires_at=expires_at))


async def find(tx: Tx, row_id: str, at: datetime) -> AnswerRow | None:
    """Return what is known of the first call with a key."""
    return await tx.one(_FIND, id=row_id, at=at)


async def touch(tx: Tx, row_id: str, at: datetime, status: int, answer_sealed: bytes) -> bool:
    """Keep the answer of a call that began at a moment; False where its row is another call's by now."""
    return bool(await tx.run(_TOUCH, id=row_id, at=at, status=status, answer_sealed=answer_sealed))


async def touch_lost(tx: Tx, row_id: str, at: datetime) -> bool:
    """Note that a call ended in a way that leaves open what it did."""
    return bool(await tx.run(_TOUCH, id=row_id, at=at, status=_LOST, answer_sealed=None))


async def revoke(tx: Tx, row_id: str, at: datetime) -> bool:
    """Give a key back whose call did nothing."""
    return bool(await tx.run(_REVOKE, id=row_id, at=at))


async def purge(tx: Tx, now: datetime, limit: int) -> int:
    """Forget answers whose day is over and return how many."""
    return await tx.run(_PURGE, now=now, limit=limit)
