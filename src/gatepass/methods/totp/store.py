"""The table of secrets; it never sees one that is open."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A secret as it lies in the database."""

    authenticator_id: str
    user_id: str
    sealed: bytes
    algorithm: str
    digits: int
    period_seconds: int
    last_step: int


_ADD = command(
    "INSERT INTO totp_secrets (authenticator_id, user_id, sealed, algorithm, digits, period_seconds, last_step) "
    "VALUES (:authenticator_id, :user_id, :sealed, :algorithm, :digits, :period_seconds, :last_step)"
)
_LIST = query(SealedSecret, "SELECT {columns} FROM totp_secrets WHERE user_id = :user_id ORDER BY authenticator_id")
_CONSUME = query(
    str,
    "UPDATE totp_secrets SET last_step = :step WHERE authenticator_id = :authenticator_id AND last_step < :step "
    "RETURNING authenticator_id",
)
_PURGE = command("DELETE FROM totp_secrets WHERE authenticator_id = :authenticator_id AND user_id = :user_id")
_PURGE_OF_USER = command("DELETE FROM totp_secrets WHERE user_id = :user_id")
_PURGE_UNCONFIRMED = command(
    "DELETE FROM totp_secrets WHERE authenticator_id IN (SELECT authenticator_id FROM totp_secrets "
    "WHERE last_step = 0 AND authenticator_id < :before_id ORDER BY authenticator_id LIMIT :limit)"
)


async def add(tx: Tx, secret: SealedSecret) -> None:
    """Add a secret."""
    await tx.run(
        _ADD,
        authenticator_id=secret.authenticator_id,
        user_id=secret.user_id,
        sealed=secret.sealed,
        algorithm=secret.algorithm,
        digits=secret.digits,
        period_seconds=secret.period_seconds,
        last_step=secret.last_step,
    )


async def list_of(tx: Tx, user_id: str) -> list[SealedSecret]:
    """Return the secrets of a person, those of unconfirmed enrolments too."""
    return await tx.all(_LIST, user_id=user_id)


async def consume(tx: Tx, authenticator_id: str, step: int) -> bool:
    """Spend a step and all before it; False where it, or a later one, was spent."""
    return await tx.one(_CONSUME, authenticator_id=authenticator_id, step=step) is not None


async def purge(tx: Tx, user_id: str, authenticator_id: str) -> None:
    """Delete a secret."""
    await tx.run(_PURGE, user_id=user_id, authenticator_id=authenticator_id)


async def purge_of(tx: Tx, user_id: str) -> None:
    """Delete every secret of a person."""
    await tx.run(_PURGE_OF_USER, user_id=user_id)


async def purge_unconfirmed(tx: Tx, before: datetime, limit: int) -> int:
    """Delete secrets given before a moment of which no code ever came, at most so many at once."""
    return await tx.run(_PURGE_UNCONFIRMED, before_id=first_id_of(before), limit=limit)
