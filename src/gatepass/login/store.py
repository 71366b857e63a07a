"""The table of attempts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.mail.addresses import AddressKey
from gatepass.login.model import Attempt, EndReason, Guesses, MfaToken

# An attempt is handed out within minutes, so older ones have no answer left.
_HOUR = timedelta(hours=1)
_ADD = command(
    "INSERT INTO login_attempts (id, application_id, method, state_hash, address, address_key, browser_hash, network, "
    "user_agent, match_number, failures, created_at, expires_at, wants_mfa, amr) "
    "VALUES (:id, :application_id, :method, :state_hash, :address, :address_key, :browser_hash, :network, :user_agent, "
    ":match_number, 0, :created_at, :expires_at, :wants_mfa, '[]')"
)
_FIND = query(Attempt, "SELECT {columns} FROM login_attempts WHERE id = :id")
_FIND_BY_STATE = query(Attempt, "SELECT {columns} FROM login_attempts WHERE state_hash = :state_hash")
_LIVE = "verified_at IS NULL AND ended_at IS NULL AND expires_at > :at"
_FRESH = f"{_LIVE} AND proven_at IS NULL"
_HALF = f"{_LIVE} AND proven_at IS NOT NULL AND user_id = :user_id"
_CHARGE = query(
    int,
    f"UPDATE login_attempts SET failures = failures + 1 WHERE id = :id AND failures < :most AND {_FRESH} "  # noqa: S608 - parts of this file alone
    "RETURNING failures",
)
_CONSUME = query(
    str,
    "UPDATE login_attempts SET verified_at = :at, user_id = :user_id, session_id = :session_id "  # noqa: S608 - parts of this file alone
    f"WHERE id = :id AND {_FRESH} RETURNING id",
)
_TOUCH_PROOF = query(
    str,
    "UPDATE login_attempts SET proven_at = :at, user_id = :user_id, amr = :amr, expires_at = :expires_at "  # noqa: S608 - parts of this file alone
    f"WHERE id = :id AND {_FRESH} RETURNING id",
)
_CONSUME_SECOND = query(
    str,
    "UPDATE login_attempts SET verified_at = :at, session_id = :session_id, amr = :amr "  # noqa: S608 - parts of this file alone
    f"WHERE id = :id AND {_HALF} RETURNING id",
)
_CHARGE_FACTOR = query(
    int,
    "UPDATE login_attempts SET factor_failures = factor_failures + 1 WHERE id = :id "  # noqa: S608 - parts of this file alone
    f"AND factor_failures < :most AND {_HALF} RETURNING factor_failures",
)
_TOUCH_WISH = command(f"UPDATE login_attempts SET wants_mfa = true WHERE id = :id AND {_FRESH}")  # noqa: S608 - parts of this file alone
_CONSUME_OUTCOME = query(
    str,
    "UPDATE login_attempts SET handed_out_at = :at, answer_sealed = :answer_sealed "
    "WHERE id = :id AND verified_at IS NOT NULL AND handed_out_at IS NULL AND ended_at IS NULL RETURNING id",
)
_END = command(
    "UPDATE login_attempts SET ended_at = :at, end_reason = :reason "
    "WHERE id = :id AND verified_at IS NULL AND ended_at IS NULL"
)
# By the ids of the last hour, in which every attempt that still waits was begun; no index by address is kept.
_END_OF = query(
    str,
    "UPDATE login_attempts SET ended_at = :at, end_reason = :reason WHERE id > :since_id "
    "AND address_key IN (SELECT value FROM json_each(:keys)) AND verified_at IS NULL AND ended_at IS NULL RETURNING id",
    postgres="UPDATE login_attempts SET ended_at = :at, end_reason = :reason WHERE id > :since_id "
    "AND address_key IN (SELECT jsonb_array_elements_text(:keys::jsonb)) AND verified_at IS NULL "
    "AND ended_at IS NULL RETURNING id",
)
# A look at every attempt: they are kept for a day, and an index would be paid for by each one that begins.
_PURGE_OF = command(
    "DELETE FROM login_attempts WHERE address_key IN (SELECT value FROM json_each(:keys)) OR user_id = :user_id",
    postgres="DELETE FROM login_attempts "
    "WHERE address_key IN (SELECT jsonb_array_elements_text(:keys::jsonb)) OR user_id = :user_id",
)
_TOUCH_EXPIRY = command(f"UPDATE login_attempts SET expires_at = :expires_at WHERE id = :id AND {_FRESH}")  # noqa: S608 - parts of this file alone
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
_ADD_MFA_TOKEN = command(
    "INSERT INTO mfa_tokens (id, token_hash, application_id, user_id, attempt_id, created_at, expires_at) "
    "VALUES (:id, :token_hash, :application_id, :user_id, :attempt_id, :created_at, :expires_at)"
)
_FIND_MFA_TOKEN = query(MfaToken, "SELECT {columns} FROM mfa_tokens WHERE token_hash = :token_hash")
_PURGE_MFA_TOKENS = command(
    "DELETE FROM mfa_tokens WHERE id IN (SELECT id FROM mfa_tokens WHERE id < :before_id ORDER BY id LIMIT :limit)"
)
_PURGE_MFA_TOKENS_OF = command("DELETE FROM mfa_tokens WHERE user_id = :user_id")
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
        wants_mfa=attempt.wants_mfa,
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


async def touch_proof(
    tx: Tx, attempt_id: str, user_id: str, amr: tuple[str, ...], expires_at: datetime, at: datetime
) -> bool:
    """Note the first proof of an attempt that needs a second one; False where it takes none any more."""
    noted = await tx.one(_TOUCH_PROOF, id=attempt_id, user_id=user_id, amr=amr, expires_at=expires_at, at=at)
    return noted is not None


async def consume_second(
    tx: Tx, attempt_id: str, user_id: str, session_id: str, amr: tuple[str, ...], at: datetime
) -> bool:
    """Complete an attempt by its second proof; False where it is over already, or another person's."""
    done = await tx.one(_CONSUME_SECOND, id=attempt_id, user_id=user_id, session_id=session_id, amr=amr, at=at)
    return done is not None


async def charge_factor(tx: Tx, attempt_id: str, user_id: str, most: int, at: datetime) -> int | None:
    """Count a guess at a second factor before it is judged; None where the attempt takes no more of them."""
    return await tx.one(_CHARGE_FACTOR, id=attempt_id, user_id=user_id, most=most, at=at)


async def touch_wish(tx: Tx, attempt_id: str, at: datetime) -> bool:
    """Note that an attempt must end with a second factor; False where it has gone on already."""
    return bool(await tx.run(_TOUCH_WISH, id=attempt_id, at=at))


async def consume_outcome(tx: Tx, attempt_id: str, answer_sealed: bytes | None, at: datetime) -> bool:
    """Take the outcome of a completed attempt; False where somebody else took it."""
    return await tx.one(_CONSUME_OUTCOME, id=attempt_id, answer_sealed=answer_sealed, at=at) is not None


async def end(tx: Tx, attempt_id: str, reason: EndReason, at: datetime) -> bool:
    """End an attempt before anybody signed in; False where it is over already."""
    return bool(await tx.run(_END, id=attempt_id, reason=reason, at=at))


async def end_of(tx: Tx, keys: Sequence[AddressKey], reason: EndReason, at: datetime) -> list[str]:
    """End every pending attempt for some addresses and return the ids of those that ended."""
    since_id = first_id_of(at - _HOUR)
    return await tx.all(_END_OF, keys=list(keys), reason=reason, since_id=since_id, at=at)


async def purge_of(tx: Tx, user_id: str, keys: Sequence[AddressKey]) -> int:
    """Delete every attempt of a person, by their addresses too."""
    return await tx.run(_PURGE_OF, user_id=user_id, keys=list(keys))


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


async def add_mfa_token(tx: Tx, token: MfaToken, token_hash: bytes, at: datetime) -> None:
    """Add what opens the second step of a sign-in."""
    await tx.run(
        _ADD_MFA_TOKEN,
        id=token.id,
        token_hash=token_hash,
        application_id=token.application_id,
        user_id=token.user_id,
        attempt_id=token.attempt_id,
        created_at=at,
        expires_at=token.expires_at,
    )


async def find_mfa_token(tx: Tx, token_hash: bytes) -> MfaToken | None:
    """Return what opens a second step by the hash of its value."""
    return await tx.one(_FIND_MFA_TOKEN, token_hash=token_hash)


async def purge_mfa_tokens(tx: Tx, before: datetime, limit: int) -> int:
    """Delete what opened second steps before a moment, at most so many at once."""
    return await tx.run(_PURGE_MFA_TOKENS, before_id=first_id_of(before), limit=limit)


async def purge_mfa_tokens_of(tx: Tx, user_id: str) -> int:
    """Delete what opened second steps of a person."""
    return await tx.run(_PURGE_MFA_TOKENS_OF, user_id=user_id)
