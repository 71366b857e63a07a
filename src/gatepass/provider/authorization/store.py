"""The tables of requests that wait, of requests that were pushed, and of codes."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.provider.authorization.model import AuthorizationCode, Interaction, PushedRequest

_ADD = command(
    "INSERT INTO authorization_requests (id, handle_hash, application_id, parameters, return_to, browser_hash, "
    "pushed_id, created_at, expires_at) VALUES (:id, :handle_hash, :application_id, :parameters, :return_to, "
    ":browser_hash, :pushed_id, :created_at, :expires_at)"
)
_FIND = query(Interaction, "SELECT {columns} FROM authorization_requests WHERE handle_hash = :handle_hash")
_TOUCH_ATTEMPT = command(
    "UPDATE authorization_requests SET attempt_id = :attempt_id WHERE id = :id AND completed_at IS NULL"
)
_TOUCH_SESSION = command(
    "UPDATE authorization_requests SET session_id = :session_id, consented_at = NULL "
    "WHERE id = :id AND completed_at IS NULL"
)
_TOUCH_CONSENT = command(
    "UPDATE authorization_requests SET session_id = :session_id, consented_at = :at "
    "WHERE id = :id AND completed_at IS NULL"
)
_CONSUME = query(
    str,
    "UPDATE authorization_requests SET completed_at = :at WHERE id = :id AND completed_at IS NULL RETURNING id",
)
_TOUCH_ANSWER = command("UPDATE authorization_requests SET answer_sealed = :answer_sealed WHERE id = :id")
_PURGE = command(
    "DELETE FROM authorization_requests WHERE id IN "
    "(SELECT id FROM authorization_requests WHERE id < :before_id AND expires_at < :before ORDER BY id LIMIT :limit)"
)
_ADD_PUSHED = command(
    "INSERT INTO pushed_requests (id, handle_hash, application_id, parameters, created_at, expires_at) "
    "VALUES (:id, :handle_hash, :application_id, :parameters, :created_at, :expires_at)"
)
_FIND_PUSHED = query(PushedRequest, "SELECT {columns} FROM pushed_requests WHERE handle_hash = :handle_hash")
_CONSUME_PUSHED = query(
    str, "UPDATE pushed_requests SET spent_at = :at WHERE id = :id AND spent_at IS NULL RETURNING id"
)
_PURGE_PUSHED = command(
    "DELETE FROM pushed_requests WHERE id IN "
    "(SELECT id FROM pushed_requests WHERE id < :before_id AND expires_at < :before ORDER BY id LIMIT :limit)"
)
_ADD_CODE = command(
    "INSERT INTO authorization_codes (id, code_hash, application_id, user_id, session_id, redirect_uri, terms, nonce, "
    "code_challenge, state_hash, created_at, expires_at) VALUES (:id, :code_hash, :application_id, :user_id, "
    ":session_id, :redirect_uri, :terms, :nonce, :code_challenge, :state_hash, :created_at, :expires_at)"
)
_FIND_CODE = query(AuthorizationCode, "SELECT {columns} FROM authorization_codes WHERE code_hash = :code_hash")
_CONSUME_CODE = query(
    AuthorizationCode,
    "UPDATE authorization_codes SET spent_at = :at "
    "WHERE code_hash = :code_hash AND spent_at IS NULL AND expires_at > :at RETURNING {columns}",
)
_TOUCH_CODE = command("UPDATE authorization_codes SET family_id = :family_id WHERE id = :id")
_PURGE_CODES = command(
    "DELETE FROM authorization_codes WHERE id IN "
    "(SELECT id FROM authorization_codes WHERE id < :before_id AND expires_at < :before ORDER BY id LIMIT :limit)"
)


async def add(tx: Tx, interaction: Interaction) -> None:
    """Add a request that waits for a person."""
    await tx.run(
        _ADD,
        id=interaction.id,
        handle_hash=interaction.handle_hash,
        application_id=interaction.application_id,
        parameters=interaction.parameters,
        return_to=interaction.return_to,
        browser_hash=interaction.browser_hash,
        pushed_id=interaction.pushed_id,
        created_at=interaction.created_at,
        expires_at=interaction.expires_at,
    )


async def find(tx: Tx, handle_hash: bytes) -> Interaction | None:
    """Return a request by the hash of its handle, those that are over too."""
    return await tx.one(_FIND, handle_hash=handle_hash)


async def touch_attempt(tx: Tx, interaction_id: str, attempt_id: str | None) -> bool:
    """Write down the attempt at a sign-in that the request waits for, None for none; False where it is over."""
    return bool(await tx.run(_TOUCH_ATTEMPT, id=interaction_id, attempt_id=attempt_id))


async def touch_session(tx: Tx, interaction_id: str, session_id: str) -> bool:
    """Write down whom the request is about; whoever it was before has consented for themselves alone."""
    return bool(await tx.run(_TOUCH_SESSION, id=interaction_id, session_id=session_id))


async def touch_consent(tx: Tx, interaction_id: str, session_id: str, at: datetime) -> bool:
    """Write down that the person of a session consented; False where the request is over."""
    return bool(await tx.run(_TOUCH_CONSENT, id=interaction_id, session_id=session_id, at=at))


async def consume(tx: Tx, interaction_id: str, at: datetime) -> bool:
    """Complete a request; False where it was completed before."""
    return await tx.one(_CONSUME, id=interaction_id, at=at) is not None


async def touch_answer(tx: Tx, interaction_id: str, answer_sealed: bytes) -> None:
    """Keep the answer of a request that was completed, for who asks again because it was lost on its way."""
    await tx.run(_TOUCH_ANSWER, id=interaction_id, answer_sealed=answer_sealed)


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete requests that were over before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), before=before, limit=limit)


async def add_pushed(tx: Tx, pushed: PushedRequest) -> None:
    """Add a request that an application sent ahead."""
    await tx.run(
        _ADD_PUSHED,
        id=pushed.id,
        handle_hash=pushed.handle_hash,
        application_id=pushed.application_id,
        parameters=pushed.parameters,
        created_at=pushed.created_at,
        expires_at=pushed.expires_at,
    )


async def find_pushed(tx: Tx, handle_hash: bytes) -> PushedRequest | None:
    """Return a pushed request by the hash of its handle, spent and expired ones too."""
    return await tx.one(_FIND_PUSHED, handle_hash=handle_hash)


async def consume_pushed(tx: Tx, pushed_id: str, at: datetime) -> bool:
    """Spend a pushed request; False where it was spent before."""
    return await tx.one(_CONSUME_PUSHED, id=pushed_id, at=at) is not None


async def purge_pushed(tx: Tx, before: datetime, limit: int) -> int:
    """Delete pushed requests that expired before a moment, at most so many at once."""
    return await tx.run(_PURGE_PUSHED, before_id=first_id_of(before), before=before, limit=limit)


async def add_code(tx: Tx, code: AuthorizationCode) -> None:
    """Add a code that was given."""
    await tx.run(
        _ADD_CODE,
        id=code.id,
        code_hash=code.code_hash,
        application_id=code.application_id,
        user_id=code.user_id,
        session_id=code.session_id,
        redirect_uri=code.redirect_uri,
        terms=code.terms,
        nonce=code.nonce,
        code_challenge=code.code_challenge,
        state_hash=code.state_hash,
        created_at=code.created_at,
        expires_at=code.expires_at,
    )


async def find_code(tx: Tx, code_hash: bytes) -> AuthorizationCode | None:
    """Return a code by its hash, spent and expired ones too."""
    return await tx.one(_FIND_CODE, code_hash=code_hash)


async def consume_code(tx: Tx, code_hash: bytes, at: datetime) -> AuthorizationCode | None:
    """Spend a code and return it; None where there is none that can be spent."""
    return await tx.one(_CONSUME_CODE, code_hash=code_hash, at=at)


async def touch_code(tx: Tx, code_id: str, family_id: str) -> None:
    """Write down which tokens a code bought."""
    await tx.run(_TOUCH_CODE, id=code_id, family_id=family_id)


async def purge_codes(tx: Tx, before: datetime, limit: int) -> int:
    """Delete codes that expired before a moment, at most so many at once."""
    return await tx.run(_PURGE_CODES, before_id=first_id_of(before), before=before, limit=limit)
