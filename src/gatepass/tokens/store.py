"""The tables of refresh tokens, their families and the signing keys."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.tokens.model import Family, PresentedToken, RefreshToken, SigningKey

_ADD_FAMILY = command(
    "INSERT INTO refresh_families (id, session_id, user_id, application_id, created_at, expires_at, revoked_at) "
    "VALUES (:id, :session_id, :user_id, :application_id, :created_at, :expires_at, NULL)"
)
_ADD_TOKEN = command(
    "INSERT INTO refresh_tokens (id, token_hash, family_id, created_at, expires_at, spent_at, successor_sealed) "
    "VALUES (:id, :token_hash, :family_id, :created_at, :expires_at, NULL, NULL)"
)
_FIND_TOKEN = query(
    PresentedToken,
    "SELECT t.id, t.expires_at, t.spent_at, t.successor_sealed, f.id, f.session_id, f.user_id, f.application_id, "
    "f.created_at, f.expires_at, f.revoked_at "
    "FROM refresh_tokens t JOIN refresh_families f ON f.id = t.family_id WHERE t.token_hash = :token_hash",
)
_CONSUME_TOKEN = query(
    str,
    "UPDATE refresh_tokens SET spent_at = :at, successor_sealed = :successor_sealed "
    "WHERE id = :id AND spent_at IS NULL RETURNING id",
)
_REVOKE_FAMILY = command("UPDATE refresh_families SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_ADD_KEY = command(
    "INSERT INTO signing_keys (id, algorithm, public_jwk, private_sealed, created_at, active_at, retired_at, "
    "withdrawn_at) VALUES (:id, :algorithm, :public_jwk, :private_sealed, :created_at, :active_at, NULL, NULL)"
)
_LIST_KEYS = query(SigningKey, "SELECT {columns} FROM signing_keys ORDER BY active_at, id")
_RETIRE_KEYS = command(
    "UPDATE signing_keys SET retired_at = :at "
    "WHERE algorithm = :algorithm AND id <> :successor_id AND (retired_at IS NULL OR retired_at > :at)"
)
_WITHDRAW_KEYS = command(
    "UPDATE signing_keys SET withdrawn_at = :at "
    "WHERE algorithm = :algorithm AND id <> :successor_id AND withdrawn_at IS NULL"
)
_LIST_IDS = query(str, "SELECT id FROM refresh_tokens WHERE id > :after_id ORDER BY id LIMIT :limit")
_FORGET_SUCCESSORS = command(
    "UPDATE refresh_tokens SET successor_sealed = NULL "
    "WHERE id > :after_id AND id <= :last_id AND successor_sealed IS NOT NULL AND spent_at < :spent_before"
)
_PURGE_TOKENS = command("DELETE FROM refresh_tokens WHERE id > :after_id AND id <= :last_id AND expires_at < :before")


async def add_family(tx: Tx, family: Family) -> None:
    """Add a family at its first token."""
    await tx.run(
        _ADD_FAMILY,
        id=family.id,
        session_id=family.session_id,
        user_id=family.user_id,
        application_id=family.application_id,
        created_at=family.created_at,
        expires_at=family.expires_at,
    )


async def add_token(tx: Tx, token: RefreshToken) -> None:
    """Add a refresh token that has just been minted."""
    await tx.run(
        _ADD_TOKEN,
        id=token.id,
        token_hash=token.token_hash,
        family_id=token.family_id,
        created_at=token.created_at,
        expires_at=token.expires_at,
    )


async def find_token(tx: Tx, token_hash: bytes) -> PresentedToken | None:
    """Return a refresh token and its family by the hash of its text, spent ones too."""
    return await tx.one(_FIND_TOKEN, token_hash=token_hash)


async def consume_token(tx: Tx, token_id: str, successor_sealed: bytes, at: datetime) -> bool:
    """Spend a refresh token; False where somebody else has spent it."""
    return await tx.one(_CONSUME_TOKEN, id=token_id, successor_sealed=successor_sealed, at=at) is not None


async def revoke_family(tx: Tx, family_id: str, at: datetime) -> bool:
    """Revoke all the tokens of a family; False where they were already."""
    return bool(await tx.run(_REVOKE_FAMILY, id=family_id, at=at))


async def purge_tokens(tx: Tx, before: datetime, spent_before: datetime, after_id: str, limit: int) -> tuple[int, str]:
    """Look at the next tokens after an id, at most so many; delete those that expired before a moment.

    A token that was spent before another moment forgets its successor, so that an old one opens nothing.

    Returns:
        How many were deleted, and the id to go on after; empty at the end of the table.
    """
    ids = await tx.all(_LIST_IDS, after_id=after_id, limit=limit)
    if not ids:
        return 0, ""
    purged = await tx.run(_PURGE_TOKENS, after_id=after_id, last_id=ids[-1], before=before)
    await tx.run(_FORGET_SUCCESSORS, after_id=after_id, last_id=ids[-1], spent_before=spent_before)
    return purged, ids[-1] if len(ids) == limit else ""


async def add_key(tx: Tx, key: SigningKey) -> None:
    """Add a signing key."""
    await tx.run(
        _ADD_KEY,
        id=key.id,
        algorithm=key.algorithm,
        public_jwk=key.public_jwk,
        private_sealed=key.private_sealed,
        created_at=key.created_at,
        active_at=key.active_at,
    )


async def list_keys(tx: Tx) -> list[SigningKey]:
    """Return every signing key, the oldest first."""
    return await tx.all(_LIST_KEYS)


async def retire_keys(tx: Tx, algorithm: SigningAlgorithm, successor_id: str, at: datetime) -> None:
    """Let a successor take over from the other keys of its algorithm at a moment."""
    await tx.run(_RETIRE_KEYS, algorithm=algorithm, successor_id=successor_id, at=at)


async def withdraw_keys(tx: Tx, algorithm: SigningAlgorithm, successor_id: str, at: datetime) -> None:
    """Take the other keys of an algorithm out of the published set, for a key that leaked."""
    await tx.run(_WITHDRAW_KEYS, algorithm=algorithm, successor_id=successor_id, at=at)
