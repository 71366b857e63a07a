"""The table of authenticators."""

from datetime import datetime

from gatepass.authenticators.model import Authenticator, Kind
from gatepass.kit.db import Tx, command, query

_ADD = command(
    "INSERT INTO authenticators (id, user_id, kind, name, target, created_at, confirmed_at, last_used_at) "
    "VALUES (:id, :user_id, :kind, :name, :target, :created_at, :confirmed_at, NULL)"
)
_FIND = query(Authenticator, "SELECT {columns} FROM authenticators WHERE id = :id AND user_id = :user_id")
_LIST = query(Authenticator, "SELECT {columns} FROM authenticators WHERE user_id = :user_id ORDER BY id")
_CONFIRM = command(
    "UPDATE authenticators SET confirmed_at = :at WHERE id = :id AND user_id = :user_id AND confirmed_at IS NULL"
)
_TOUCH_NAME = command("UPDATE authenticators SET name = :name WHERE id = :id AND user_id = :user_id")
_TOUCH_USE = command("UPDATE authenticators SET last_used_at = :at WHERE id = :id")
_PURGE = command("DELETE FROM authenticators WHERE id = :id AND user_id = :user_id")
_PURGE_OF_USER = command("DELETE FROM authenticators WHERE user_id = :user_id")
_PURGE_UNCONFIRMED = query(
    str,
    "DELETE FROM authenticators WHERE id IN (SELECT id FROM authenticators WHERE confirmed_at IS NULL "
    "AND created_at < :before ORDER BY created_at LIMIT :limit) RETURNING id",
)
_FIND_UNCONFIRMED = query(
    str,
    "SELECT id FROM authenticators WHERE user_id = :user_id AND kind = :kind AND confirmed_at IS NULL ORDER BY id",
)


async def add(tx: Tx, authenticator: Authenticator) -> None:
    """Add an authenticator."""
    await tx.run(
        _ADD,
        id=authenticator.id,
        user_id=authenticator.user_id,
        kind=authenticator.kind,
        name=authenticator.name,
        target=authenticator.target,
        created_at=authenticator.created_at,
        confirmed_at=authenticator.confirmed_at,
    )


async def find(tx: Tx, user_id: str, authenticator_id: str) -> Authenticator | None:
    """Return an authenticator of a person; another's is not found."""
    return await tx.one(_FIND, id=authenticator_id, user_id=user_id)


async def list_of(tx: Tx, user_id: str) -> list[Authenticator]:
    """Return the authenticators of a person, the eldest first, unconfirmed ones too."""
    return await tx.all(_LIST, user_id=user_id)


async def list_unconfirmed(tx: Tx, user_id: str, kind: Kind) -> list[str]:
    """Return the ids of a person's enrolments of a kind that nobody has confirmed."""
    return await tx.all(_FIND_UNCONFIRMED, user_id=user_id, kind=kind)


async def confirm(tx: Tx, user_id: str, authenticator_id: str, at: datetime) -> bool:
    """Note that an authenticator works; False where that was known, or it is not there."""
    return bool(await tx.run(_CONFIRM, id=authenticator_id, user_id=user_id, at=at))


async def touch_name(tx: Tx, user_id: str, authenticator_id: str, name: str) -> bool:
    """Name an authenticator; False where it is not there."""
    return bool(await tx.run(_TOUCH_NAME, id=authenticator_id, user_id=user_id, name=name))


async def touch_use(tx: Tx, authenticator_id: str, at: datetime) -> None:
    """Note when an authenticator was last used."""
    await tx.run(_TOUCH_USE, id=authenticator_id, at=at)


async def purge(tx: Tx, user_id: str, authenticator_id: str) -> bool:
    """Delete an authenticator; False where it is not there."""
    return bool(await tx.run(_PURGE, id=authenticator_id, user_id=user_id))


async def purge_of(tx: Tx, user_id: str) -> int:
    """Delete every authenticator of a person and return how many there were."""
    return await tx.run(_PURGE_OF_USER, user_id=user_id)


async def purge_unconfirmed(tx: Tx, before: datetime, limit: int) -> list[str]:
    """Delete enrolments that nobody confirmed in time, at most so many at once, and return their ids."""
    return await tx.all(_PURGE_UNCONFIRMED, before=before, limit=limit)
