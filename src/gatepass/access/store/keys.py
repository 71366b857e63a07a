"""The table of API keys."""

from dataclasses import replace
from datetime import datetime

from gatepass.access.model import ApiKey
from gatepass.kit.db import Tx, command, query

_FIND = query(ApiKey, "SELECT {columns} FROM api_keys WHERE id = :id")
_FIND_LIVE = query(ApiKey, "SELECT {columns} FROM api_keys WHERE secret_hash = :secret_hash AND revoked_at IS NULL")
_LIST = query(
    ApiKey,
    "SELECT {columns} FROM api_keys WHERE (:is_everywhere OR organization_id = :organization_id) AND id > :after "
    "ORDER BY id LIMIT :limit",
)
_ADD = command(
    "INSERT INTO api_keys (id, name, hint, secret_hash, scopes, networks, organization_id, created_at, created_by, "
    "created_by_id, expires_at, last_used_at, last_used_from, revoked_at) "
    "VALUES (:id, :name, :hint, :secret_hash, :scopes, :networks, :organization_id, :created_at, :created_by, "
    ":created_by_id, :expires_at, NULL, '', NULL)"
)
# A key that was revoked before still has a family: nothing that it made is left out because of that.
_REVOKE_FAMILY = query(
    ApiKey,
    "UPDATE api_keys SET revoked_at = :at WHERE revoked_at IS NULL AND id IN ("
    "WITH RECURSIVE family(id) AS (SELECT id FROM api_keys WHERE id = :id UNION "
    "SELECT made.id FROM api_keys AS made JOIN family ON made.created_by_id = family.id) SELECT id FROM family) "
    "RETURNING {columns}",
)
_REVOKE_OF_ORGANIZATION = command(
    "UPDATE api_keys SET revoked_at = :at "
    "WHERE organization_id = :organization_id AND organization_id <> '' AND revoked_at IS NULL"
)
_TOUCH_USE = command(
    "UPDATE api_keys SET last_used_at = :at, last_used_from = :network "
    "WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)"
)
_PURGE = command(
    "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE revoked_at <= :before ORDER BY id LIMIT :limit)"
)

_TOUCH_MAKER = command("UPDATE api_keys SET created_by = '{}', created_by_id = NULL WHERE created_by_id = :user_id")


async def find(tx: Tx, key_id: str) -> ApiKey | None:
    """Return a key by id, revoked ones too."""
    return await tx.one(_FIND, id=key_id)


async def find_live(tx: Tx, secret_hash: bytes) -> ApiKey | None:
    """Return the key whose secret has this hash, where nobody revoked it."""
    return await tx.one(_FIND_LIVE, secret_hash=secret_hash)


async def list_page(tx: Tx, organization_id: str | None, after: str, limit: int) -> list[ApiKey]:
    """Return the keys of an organization, or all where it is None, the oldest first."""
    return await tx.all(
        _LIST,
        is_everywhere=organization_id is None,
        organization_id=organization_id or "",
        after=after,
        limit=limit,
    )


async def add(tx: Tx, key: ApiKey, secret_hash: bytes) -> None:
    """Add a key."""
    await tx.run(
        _ADD,
        id=key.id,
        name=key.name,
        hint=key.hint,
        secret_hash=secret_hash,
        scopes=key.scopes,
        networks=key.networks,
        organization_id=key.organization_id,
        created_at=key.created_at,
        # As with roles that are given: in whose place it was done stands in the record alone.
        created_by=replace(key.created_by, acting_as=""),
        created_by_id=key.created_by.id or None,
        expires_at=key.expires_at,
    )


async def revoke_family(tx: Tx, key_id: str, at: datetime) -> list[ApiKey]:
    """Revoke a key, the keys that it made, those that they made and so on; return those that nobody had revoked."""
    return await tx.all(_REVOKE_FAMILY, id=key_id, at=at)


async def revoke_of_organization(tx: Tx, organization_id: str, at: datetime) -> int:
    """Revoke an organization's keys and return how many."""
    return await tx.run(_REVOKE_OF_ORGANIZATION, organization_id=organization_id, at=at)


async def touch_use(tx: Tx, key_id: str, at: datetime, network: str) -> None:
    """Write down when a key was used last and from where; what is newer stays."""
    await tx.run(_TOUCH_USE, id=key_id, at=at, network=network)


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Forget keys that were revoked before a moment and return how many."""
    return await tx.run(_PURGE, before=before, limit=limit)


async def touch_maker(tx: Tx, user_id: str) -> int:
    """Forget that somebody made API keys, and return how many."""
    return await tx.run(_TOUCH_MAKER, user_id=user_id)
