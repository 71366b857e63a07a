"""The tables of refresh tokens, their families and the signing keys."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.tokens.model import Family, Holding, PresentedToken, RefreshToken, SigningKey, Standing

_ADD_FAMILY = command(
    "INSERT INTO refresh_families (id, session_id, user_id, application_id, created_at, expires_at, revoked_at, "
    "terms) VALUES (:id, :session_id, :user_id, :application_id, :created_at, :expires_at, NULL, :terms)"
)
_FIND_FAMILY = query(Family, "SELECT {columns} FROM refresh_families WHERE id = :id")
_LIST_FAMILIES = query(
    Family,
    "SELECT {columns} FROM refresh_families WHERE user_id = :user_id AND application_id = :application_id "
    "AND revoked_at IS NULL AND expires_at > :now ORDER BY id DESC LIMIT :limit",
)
_LIST_HOLDING = query(
    str,
    "SELECT DISTINCT session_id FROM refresh_families "
    "WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > :now",
)
_LIST_APPLICATIONS_OF_SESSION = query(
    str,
    "SELECT DISTINCT application_id FROM refresh_families "
    # By the person, whose index there is; one by session would cost every grant a page.
    "WHERE user_id = :user_id AND session_id = :session_id AND revoked_at IS NULL AND expires_at > :now",
)
_LIST_HOLDINGS = query(
    Holding,
    "SELECT application_id, MIN(created_at) FROM refresh_families "
    "WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > :now GROUP BY application_id",
)
_REVOKE_PAIR = command(
    "UPDATE refresh_families SET revoked_at = :at "
    "WHERE user_id = :user_id AND application_id = :application_id AND revoked_at IS NULL"
)
_LIST_FAMILY_IDS = query(str, "SELECT id FROM refresh_families WHERE id > :after_id ORDER BY id LIMIT :limit")
_REVOKE_FAMILIES = command(
    "UPDATE refresh_families SET revoked_at = :at WHERE id > :after_id AND id <= :last_id "
    "AND application_id = :application_id AND revoked_at IS NULL"
)
_PURGE_FAMILIES = command(
    "DELETE FROM refresh_families WHERE id IN "
    "(SELECT id FROM refresh_families WHERE id < :before_id AND expires_at < :before ORDER BY id LIMIT :limit)"
)
_PURGE_OF_USER = command("DELETE FROM refresh_families WHERE user_id = :user_id")
_ADD_REVOKED = command(
    "INSERT INTO revoked_tokens (id, expires_at) VALUES (:id, :expires_at) ON CONFLICT (id) DO NOTHING"
)
_FIND_REVOKED = query(str, "SELECT id FROM revoked_tokens WHERE id = :id")
_FIND_STANDING = query(
    Standing,
    "SELECT {columns} FROM refresh_families WHERE id = :family_id AND revoked_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM revoked_tokens WHERE id = :token_id)",
)
_PURGE_REVOKED = command(
    "DELETE FROM revoked_tokens WHERE id IN (SELECT id FROM revoked_tokens WHERE expires_at < :before LIMIT :limit)"
)
_ADD_TOKEN = command(
    "INSERT INTO refresh_tokens (id, token_hash, family_id, created_at, expires_at, spent_at, successor_sealed) "
    "VALUES (:id, :token_hash, :family_id, :created_at, :expires_at, NULL, NULL)"
)
_FIND_TOKEN = query(
    PresentedToken,
    "SELECT t.id, t.expires_at, t.spent_at, t.successor_sealed, f.id, f.session_id, f.user_id, f.application_id, "
    "f.created_at, f.expires_at, f.revoked_at, f.terms "
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
        terms=family.terms,
    )


async def find_family(tx: Tx, family_id: str) -> Family | None:
    """Return a family by id, revoked ones too."""
    return await tx.one(_FIND_FAMILY, id=family_id)


async def list_families(tx: Tx, user_id: str, application_id: str, now: datetime, limit: int) -> list[Family]:
    """Return an application's families for a person that are neither revoked nor over, the newest first."""
    return await tx.all(_LIST_FAMILIES, user_id=user_id, application_id=application_id, now=now, limit=limit)


async def list_holding(tx: Tx, user_id: str, now: datetime) -> list[str]:
    """Return the ids of a person's sessions for which there is a family that is neither revoked nor over."""
    return await tx.all(_LIST_HOLDING, user_id=user_id, now=now)


async def list_applications_of_session(tx: Tx, user_id: str, session_id: str, now: datetime) -> list[str]:
    """Return the ids of the applications that hold a family of a session, neither revoked nor over."""
    return await tx.all(_LIST_APPLICATIONS_OF_SESSION, user_id=user_id, session_id=session_id, now=now)


async def list_holdings(tx: Tx, user_id: str, now: datetime) -> list[Holding]:
    """Return every application that holds a family of a person, neither revoked nor over, and since when."""
    return await tx.all(_LIST_HOLDINGS, user_id=user_id, now=now)


async def revoke_pair(tx: Tx, user_id: str, application_id: str, at: datetime) -> int:
    """End every family of an application for one person and return how many there were."""
    return await tx.run(_REVOKE_PAIR, user_id=user_id, application_id=application_id, at=at)


async def purge_families(tx: Tx, before: datetime, limit: int) -> int:
    """Delete families that were over before a moment, at most so many at once."""
    return await tx.run(_PURGE_FAMILIES, before_id=first_id_of(before), before=before, limit=limit)


async def purge_of_user(tx: Tx, user_id: str) -> int:
    """Delete every family of a person; their tokens, which name nobody, go when they expire."""
    return await tx.run(_PURGE_OF_USER, user_id=user_id)


async def add_revoked(tx: Tx, token_id: str, expires_at: datetime) -> None:
    """Note that an access token was given back before its time."""
    await tx.run(_ADD_REVOKED, id=token_id, expires_at=expires_at)


async def find_revoked(tx: Tx, token_id: str) -> bool:
    """Tell whether an access token was given back."""
    return await tx.one(_FIND_REVOKED, id=token_id) is not None


async def find_standing(tx: Tx, family_id: str, token_id: str) -> Standing | None:
    """Return what stands behind an access token, in one statement; None where it or its family was taken back."""
    return await tx.one(_FIND_STANDING, family_id=family_id, token_id=token_id)


async def purge_revoked(tx: Tx, before: datetime, limit: int) -> int:
    """Forget access tokens that expired before a moment, at most so many at once."""
    return await tx.run(_PURGE_REVOKED, before=before, limit=limit)


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


async def revoke_families(tx: Tx, application_id: str, at: datetime, after_id: str, limit: int) -> str:
    """Look at the next families after an id, at most so many; end those of an application.

    Returns:
        The id to go on after; empty at the end of the table.
    """
    ids = await tx.all(_LIST_FAMILY_IDS, after_id=after_id, limit=limit)
    if not ids:
        return ""
    await tx.run(_REVOKE_FAMILIES, application_id=application_id, at=at, after_id=after_id, last_id=ids[-1])
    return ids[-1] if len(ids) == limit else ""


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
