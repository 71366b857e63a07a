"""The table of attempts."""

from datetime import datetime, timedelta

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.mail.addresses import AddressKey
from gatepass.login.model import Attempt, EndReason, Guesses

# An attempt is handed out within minutes, so older ones have no answer left.
_HOUR = timedelta(hours=1)
_ADD = command(
    "INSERT INTO login_attempts (id, application_id, method, state_hash, address, address_key, browser_hash, network, "
    "user_agent, match_number, failures, created_at, expires_at) VALUES (:id, :application_id, :method, :state_hash, "
    ":address, :address_key, :browser_hash, :network, :user_agent, :match_number, 0, :created_at, :expires_at)"
)
_FIND = query(Attempt, "SELECT {columns} FROM login_attempts WHERE id = :id")
_FIND_BY_STATE = query(Attempt, "SELECT {columns} FROM login_attempts WHERE state_hash = :state_hash")
_LIVE = "verified_at IS NULL AND ended_at IS NULL AND expires_at > :at"
_CHARGE = query(
    int,
    f"UPDATE login_attempts SET failures = failures + 1 WHERE id = :id AND failures < :most AND {_LIVE} "  # noqa: S608 - parts of this file alone
    "RETURNING failures",
)
_CONSUME = query(
    str,
    "UPDATE login_attempts SET verified_at = :at, user_id = :user_id, session_id = :session_id "  # noqa: S608 - parts of this file alone
    f"WHERE id = :id AND {_LIVE} RETURNING id",
)
_CONSUME_OUTCOME = query(
    str,
    "UPDATE login_attempts SET handed_out_at = :at, answer_sealed = :answer_sealed "
    "WHERE id = :id AND verified_at IS NOT NULL AND handed_out_at IS NULL AND ended_at IS NULL RETURNING id",
)
_END = command(
    "UPDATE login_attempts SET ended_at = :at, end_reason = :reason "
    "WHERE id = :id AND verified_at IS NULL AND ended_at IS NULL"
)
_TOUCH_EXPIRY = command(f"UPDATE login_attempts SET expires_at = :expires_at WHERE id = :id AND {_LIVE}")  # noqa: S608 - parts of this file alone
_FIND_GUESSES = query(
    Guesses,
    "SELECT {columns} FROM login_guesses WHERE address_key = :address_key",
)
_TOUCH_GUESSES = command(
    "INSERT INTO login_guesses (address_key, window_began_at, failures, in_a_row) VALUES (:address_key, :at, 1, 1) "
    "ON CONFLICT (address_key) DO UPDATE SET "
    "failures = CASE WHEN login_guesses.window_began_at > :since THEN login_guesses.failures + 1 ELSE 1 END, "
    "in_a_row = login_guesses.in_a_row + 1, "
    "window_began_at = CASE WHEN login_guesses.window_began_at > :since THEN login_guesses.window_began_at ELSE :at END"
)
_PURGE_GUESSES = command("DELETE FROM login_guesses WHERE address_key = :address_key")
_PURGE = command(
    "DELETE FROM login_attempts WHERE id IN "
    "(SELECT id FROM login_attempts WHERE id < :before_id ORDER BY id LIMIT :limit)"
)
_FORGET_ANSWERS = command(
    "UPDATE login_attempts SET answer_sealed = NULL "
    "WHERE id > :since_id AND answer_sealed IS NOT NULL AND handed_out_at < :before"
)


async def add(tx: Tx, attempt: Attempt) -> None:
    """Add an attempt that has just begun."""
    await tx.run(
        _ADD,
        id=attempt.id,
        application_id=attempt.application_id,
        method=attempt.method,
        state_hash=attempt.state_hash,
        address=attempt.address,
        address_key=attempt.address_key,
        browser_hash=attempt.browser_hash,
        network=attempt.network,
        user_agent=attempt.user_agent,
        match_number=attempt.match_number,
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
    )


async def find(tx: Tx, attempt_id: str) -> Attempt | None:
    """Return an attempt by id."""
    return await tx.one(_FIND, id=attempt_id)


async def find_by_state(tx: Tx, state_hash: bytes) -> Attempt | None:
    """Return an attempt by the hash of its handle."""
    return await tx.one(_FIND_BY_STATE, state_hash=state_hash)


async def charge(tx: Tx, attempt_id: str, most: int, at: datetime) -> int | None:
    """Count a guess before it is judged; None where the attempt takes no more guesses."""
    return await tx.one(_CHARGE, id=attempt_id, most=most, at=at)


async def consume(tx: Tx, attempt_id: str, user_id: str, session_id: str, at: datetime) -> bool:
    """Complete an attempt; False where it is over already."""
    return await tx.one(_CONSUME, id=attempt_id, user_id=user_id, session_id=session_id, at=at) is not None


async def consume_outcome(tx: Tx, attempt_id: str, answer_sealed: bytes, at: datetime) -> bool:
    """Take the outcome of a completed attempt; False where somebody else took it."""
    return await tx.one(_CONSUME_OUTCOME, id=attempt_id, answer_sealed=answer_sealed, at=at) is not None


async def end(tx: Tx, attempt_id: str, reason: EndReason, at: datetime) -> bool:
    """End an attempt before anybody signed in; False where it is over already."""
    return bool(await tx.run(_END, id=attempt_id, reason=reason, at=at))


async def touch_expiry(tx: Tx, attempt_id: str, expires_at: datetime, at: datetime) -> bool:
    """Move the end of a pending attempt; False where it is over already."""
    return bool(await tx.run(_TOUCH_EXPIRY, id=attempt_id, expires_at=expires_at, at=at))


async def find_guesses(tx: Tx, key: AddressKey) -> Guesses | None:
    """Return the wrong guesses that an address has seen; None where it has seen none since the last sign-in."""
    return await tx.one(_FIND_GUESSES, address_key=key)


async def touch_guesses(tx: Tx, key: AddressKey, since: datetime, at: datetime) -> None:
    """Count one more wrong guess for an address; a window that began before `since` begins anew."""
    await tx.run(_TOUCH_GUESSES, address_key=key, since=since, at=at)


async def purge_guesses(tx: Tx, key: AddressKey) -> None:
    """Forget the wrong guesses at an address, because its reader has signed in."""
    await tx.run(_PURGE_GUESSES, address_key=key)


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete attempts that began before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), limit=limit)


async def forget_answers(tx: Tx, before: datetime) -> int:
    """Delete the sealed answers of the last hour's attempts that nobody may ask for any more."""
    return await tx.run(_FORGET_ANSWERS, before=before, since_id=first_id_of(before - _HOUR))
