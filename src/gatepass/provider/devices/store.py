"""The tables of devices that wait, and of wrong codes."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.provider.devices.model import DeviceGrant

_ADD = query(
    str,
    "INSERT INTO device_grants (id, device_code_hash, user_code_mac, application_id, terms, network, user_agent, "
    "interval_seconds, created_at, expires_at) VALUES (:id, :device_code_hash, :user_code_mac, :application_id, "
    ":terms, :network, :user_agent, :interval_seconds, :created_at, :expires_at) "
    "ON CONFLICT (user_code_mac) DO NOTHING RETURNING id",
)
_FIND = query(DeviceGrant, "SELECT {columns} FROM device_grants WHERE device_code_hash = :device_code_hash")
_FIND_BY_USER_CODE = query(DeviceGrant, "SELECT {columns} FROM device_grants WHERE user_code_mac = :user_code_mac")
_TOUCH_ENTRY = query(
    DeviceGrant,
    "UPDATE device_grants SET entered_session_id = :session_id WHERE user_code_mac = :user_code_mac "
    "AND decided_at IS NULL AND expires_at > :at "
    "AND (entered_session_id IS NULL OR entered_session_id = :session_id) RETURNING {columns}",
)
_CONSUME_DECISION = query(
    DeviceGrant,
    "UPDATE device_grants SET decided_at = :at, is_approved = :is_approved, user_id = :user_id "
    "WHERE user_code_mac = :user_code_mac AND entered_session_id = :session_id AND decided_at IS NULL "
    "AND expires_at > :at RETURNING {columns}",
)
_TOUCH_POLL = command("UPDATE device_grants SET polled_at = :at, interval_seconds = :interval_seconds WHERE id = :id")
_CONSUME = query(
    str,
    "UPDATE device_grants SET spent_at = :at "
    "WHERE id = :id AND is_approved = :is_approved AND spent_at IS NULL AND expires_at > :at RETURNING id",
)
_PURGE = command(
    "DELETE FROM device_grants WHERE id IN "
    "(SELECT id FROM device_grants WHERE id < :before_id AND expires_at < :before ORDER BY id LIMIT :limit)"
)
_CHARGE = query(
    int,
    "INSERT INTO device_guesses (id, guesses, expires_at) VALUES (:id, 1, :expires_at) "
    "ON CONFLICT (id) DO UPDATE SET "
    "guesses = CASE WHEN device_guesses.expires_at <= :at THEN 1 ELSE device_guesses.guesses + 1 END, "
    "expires_at = CASE WHEN device_guesses.expires_at <= :at THEN :expires_at ELSE device_guesses.expires_at END "
    "RETURNING guesses",
)
_FIND_GUESS_END = query(datetime, "SELECT expires_at FROM device_guesses WHERE id = :id")
_TOUCH_GUESSES = command("UPDATE device_guesses SET guesses = guesses - 1 WHERE id = :id AND guesses > 0")
_PURGE_GUESSES = command(
    "DELETE FROM device_guesses WHERE id IN (SELECT id FROM device_guesses WHERE expires_at < :before LIMIT :limit)"
)


async def add(tx: Tx, grant: DeviceGrant) -> bool:
    """Add a device that waits; False where another one shows the same code."""
    added = await tx.one(
        _ADD,
        id=grant.id,
        device_code_hash=grant.device_code_hash,
        user_code_mac=grant.user_code_mac,
        application_id=grant.application_id,
        terms=grant.terms,
        network=grant.network,
        user_agent=grant.user_agent,
        interval_seconds=grant.interval_seconds,
        created_at=grant.created_at,
        expires_at=grant.expires_at,
    )
    return added is not None


async def find(tx: Tx, device_code_hash: bytes) -> DeviceGrant | None:
    """Return a device's request by the hash of its secret, whatever became of it."""
    return await tx.one(_FIND, device_code_hash=device_code_hash)


async def find_by_user_code(tx: Tx, user_code_mac: bytes) -> DeviceGrant | None:
    """Return a device's request by the code that it shows, whatever became of it."""
    return await tx.one(_FIND_BY_USER_CODE, user_code_mac=user_code_mac)


async def touch_entry(tx: Tx, user_code_mac: bytes, session_id: str, at: datetime) -> DeviceGrant | None:
    """Bind a code to the session that types it; None where it is another session's, decided, over or unknown."""
    return await tx.one(_TOUCH_ENTRY, user_code_mac=user_code_mac, session_id=session_id, at=at)


async def consume_decision(
    tx: Tx, user_code_mac: bytes, session_id: str, user_id: str, *, is_approved: bool, at: datetime
) -> DeviceGrant | None:
    """Decide about a device, once, as the session that typed its code; None where it is not for it to decide."""
    return await tx.one(
        _CONSUME_DECISION,
        user_code_mac=user_code_mac,
        session_id=session_id,
        user_id=user_id,
        is_approved=is_approved,
        at=at,
    )


async def touch_poll(tx: Tx, grant_id: str, interval_seconds: int, at: datetime) -> None:
    """Write down that a device asked, and how long it must wait before it asks again."""
    await tx.run(_TOUCH_POLL, id=grant_id, interval_seconds=interval_seconds, at=at)


async def consume(tx: Tx, grant_id: str, at: datetime) -> bool:
    """Spend what a person allowed a device; False where it was spent before."""
    return await tx.one(_CONSUME, id=grant_id, is_approved=True, at=at) is not None


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete requests that expired before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), before=before, limit=limit)


async def touch_guesses(tx: Tx, counted: str, at: datetime, expires_at: datetime) -> int:
    """Count a guess and return how many there were in the window, which begins with the first.

    Args:
        tx: the transaction.
        counted: who guesses.
        at: when.
        expires_at: when a window that begins now ends.
    """
    return await tx.one(_CHARGE, id=counted, at=at, expires_at=expires_at) or 1


async def find_window_end(tx: Tx, counted: str) -> datetime | None:
    """Return when the window of somebody's guesses ends."""
    return await tx.one(_FIND_GUESS_END, id=counted)


async def revoke_guess(tx: Tx, counted: str) -> None:
    """Take back a guess that was right."""
    await tx.run(_TOUCH_GUESSES, id=counted)


async def purge_guesses(tx: Tx, before: datetime, limit: int) -> int:
    """Forget windows that ended before a moment, at most so many at once."""
    return await tx.run(_PURGE_GUESSES, before=before, limit=limit)
