"""The table of consents."""

from collections.abc import Iterable
from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.provider.consents.model import Consent

_FIND = query(Consent, "SELECT {columns} FROM consents WHERE user_id = :user_id AND application_id = :application_id")
_FIND_OF_APPLICATION = query(str, "SELECT id FROM consents WHERE application_id = :application_id LIMIT 1")
_LIST_OF_USER = query(
    Consent,
    "SELECT {columns} FROM consents WHERE user_id = :user_id AND revoked_at IS NULL "
    "ORDER BY modified_at DESC, id DESC LIMIT :limit",
)
_ADD = command(
    "INSERT INTO consents (id, user_id, application_id, scope, created_at, modified_at, revoked_at) "
    "VALUES (:id, :user_id, :application_id, :scope, :at, :at, NULL) "
    "ON CONFLICT (user_id, application_id) DO UPDATE SET scope = :scope, modified_at = :at, revoked_at = NULL"
)
_REVOKE = command(
    "UPDATE consents SET revoked_at = :at "
    "WHERE user_id = :user_id AND application_id = :application_id AND revoked_at IS NULL"
)
_PURGE_OF_USER = command("DELETE FROM consents WHERE user_id = :user_id")


async def find(tx: Tx, user_id: str, application_id: str) -> Consent | None:
    """Return what a person allowed an application, taken back or not."""
    return await tx.one(_FIND, user_id=user_id, application_id=application_id)


async def find_of_application(tx: Tx, application_id: str) -> str | None:
    """Return the id of any consent that an application was given, taken back or not."""
    return await tx.one(_FIND_OF_APPLICATION, application_id=application_id)


async def list_of_user(tx: Tx, user_id: str, limit: int) -> list[Consent]:
    """Return what a person allows, the newest first."""
    return await tx.all(_LIST_OF_USER, user_id=user_id, limit=limit)


async def add(tx: Tx, consent_id: str, user_id: str, application_id: str, scope: Iterable[str], at: datetime) -> None:
    """Write down what a person allows an application; it takes the place of what stood there."""
    await tx.run(_ADD, id=consent_id, user_id=user_id, application_id=application_id, scope=tuple(scope), at=at)


async def revoke(tx: Tx, user_id: str, application_id: str, at: datetime) -> bool:
    """Take a consent back; False where there is none."""
    return bool(await tx.run(_REVOKE, user_id=user_id, application_id=application_id, at=at))


async def purge_of_user(tx: Tx, user_id: str) -> int:
    """Delete every consent of a person, taken back or not."""
    return await tx.run(_PURGE_OF_USER, user_id=user_id)
