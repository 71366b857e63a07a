"""The table of organizations."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.kit.db import Query, Tx, command, query
from gatepass.organizations.model import Organization, SearchField, unknown_organization
from gatepass.organizations.rules.names import name_key

_ADD = command(
    "INSERT INTO organizations (id, name, name_key, display_name, display_key, domain, workspace_name, "
    "allows_outsiders, is_active, external_id, public_metadata, private_metadata, policy, branding, details, "
    "connection_token_hash, created_at, modified_at) VALUES (:id, :name, :name_key, :display_name, :display_key, "
    ":domain, :workspace_name, :allows_outsiders, :is_active, :external_id, :public_metadata, :private_metadata, "
    ":policy, :branding, :details, :connection_token_hash, :created_at, :modified_at)"
)
_TOUCH = command(
    "UPDATE organizations SET name = :name, name_key = :name_key, display_name = :display_name, "
    "display_key = :display_key, workspace_name = :workspace_name, allows_outsiders = :allows_outsiders, "
    "is_active = :is_active, external_id = :external_id, public_metadata = :public_metadata, "
    "private_metadata = :private_metadata, policy = :policy, branding = :branding, details = :details, "
    "modified_at = :modified_at WHERE id = :id AND deleted_at IS NULL"
)
# The eldest of the proven domains is the one by which an organization is known.
_SET_DOMAIN = (
    "domain = coalesce((SELECT d.domain FROM organization_domains d WHERE d.organization_id = organizations.id "
    "AND d.proved_at IS NOT NULL ORDER BY d.proved_at, d.id LIMIT 1), '') WHERE id = :id"
)
_SET_TOKEN = "connection_token_hash = :connection_token_hash WHERE id = :id AND deleted_at IS NULL"  # noqa: S105 - SQL
# Later than before, as by `next_moment`, because not all who do so hold the organization.
_LATER = "UPDATE organizations SET modified_at = max(:at, modified_at + 1), "
_LATER_POSTGRESQL = "UPDATE organizations SET modified_at = greatest(:at, modified_at + interval '1 microsecond'), "
_TOUCH_DOMAIN = command(_LATER + _SET_DOMAIN, postgres=_LATER_POSTGRESQL + _SET_DOMAIN)
_TOUCH_TOKEN = command(_LATER + _SET_TOKEN, postgres=_LATER_POSTGRESQL + _SET_TOKEN)
_FIND = query(Organization, "SELECT {columns} FROM organizations WHERE id = :id AND deleted_at IS NULL")
_FIND_ID_BY_NAME = query(str, "SELECT id FROM organizations WHERE name_key = :name_key AND deleted_at IS NULL")
_FIND_ID_BY_EXTERNAL = query(str, "SELECT id FROM organizations WHERE external_id = :external_id")
_FIND_BY_EXTERNAL = query(
    Organization, "SELECT {columns} FROM organizations WHERE external_id = :external_id AND deleted_at IS NULL"
)
_FIND_BY_TOKEN = query(
    Organization,
    "SELECT {columns} FROM organizations WHERE connection_token_hash = :connection_token_hash AND deleted_at IS NULL "
    "AND is_active",
)
_FIND_BY_PROVED = query(
    Organization,
    "SELECT {columns:o} FROM organization_domains d JOIN organizations o ON o.id = d.organization_id "
    "WHERE d.domain = :domain AND d.proved_at IS NOT NULL AND o.deleted_at IS NULL AND o.is_active",
)
_LIST = query(
    Organization,
    "SELECT {columns} FROM organizations WHERE id > :after_id AND deleted_at IS NULL "
    "AND (CAST(:is_active AS boolean) IS NULL OR is_active = CAST(:is_active AS boolean)) ORDER BY id LIMIT :limit",
)
_LIST_BY_DOMAIN = query(
    Organization,
    "SELECT {columns:o} FROM organization_domains d JOIN organizations o ON o.id = d.organization_id "
    "WHERE d.domain = :domain AND d.organization_id > :after_id AND o.deleted_at IS NULL "
    "AND (CAST(:is_active AS boolean) IS NULL OR o.is_active = CAST(:is_active AS boolean)) "
    "ORDER BY d.organization_id LIMIT :limit",
)
_LIST_BY_NAME = query(
    Organization,
    "SELECT {columns} FROM organizations WHERE name_key >= :first AND name_key < :last "
    "AND (name_key, id) > (:after_key, :after_id) AND deleted_at IS NULL "
    "AND (CAST(:is_active AS boolean) IS NULL OR is_active = CAST(:is_active AS boolean)) "
    "ORDER BY name_key, id LIMIT :limit",
)
_LIST_BY_DISPLAY = query(
    Organization,
    "SELECT {columns} FROM organizations WHERE display_key >= :first AND display_key < :last "
    "AND (display_key, id) > (:after_key, :after_id) AND deleted_at IS NULL "
    "AND (CAST(:is_active AS boolean) IS NULL OR is_active = CAST(:is_active AS boolean)) "
    "ORDER BY display_key, id LIMIT :limit",
)
_LIST_SEARCHED: dict[SearchField, Query[Organization]] = {
    SearchField.NAME: _LIST_BY_NAME,
    SearchField.DISPLAY_NAME: _LIST_BY_DISPLAY,
}
_LIST_OF_USER = query(
    Organization,
    "SELECT {columns:o} FROM memberships m JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.user_id = :user_id AND o.deleted_at IS NULL ORDER BY m.organization_id LIMIT :limit",
)
_LIST_OF = query(
    Organization,
    "SELECT {columns} FROM organizations WHERE id IN (SELECT value FROM json_each(:ids)) AND deleted_at IS NULL",
    postgres="SELECT {columns} FROM organizations "
    "WHERE id IN (SELECT jsonb_array_elements_text(:ids::jsonb)) AND deleted_at IS NULL",
)
_LIST_PRESENT = query(
    str,
    "SELECT id FROM organizations WHERE id IN (SELECT value FROM json_each(:ids)) AND deleted_at IS NULL",
    postgres="SELECT id FROM organizations WHERE id IN (SELECT jsonb_array_elements_text(:ids::jsonb)) "
    "AND deleted_at IS NULL",
)
_LIST_DELETED = query(
    str,
    "SELECT id FROM organizations WHERE deleted_at IS NOT NULL AND deleted_at <= :before "
    "ORDER BY deleted_at LIMIT :limit",
)
# The name is free for others, the id elsewhere too, and no connection opens any more.
_REVOKE = command(
    "UPDATE organizations SET deleted_at = :at, modified_at = :at, external_id = NULL, domain = '', "
    "connection_token_hash = NULL WHERE id = :id AND deleted_at IS NULL"
)
_PURGE = command("DELETE FROM organizations WHERE id = :id AND deleted_at IS NOT NULL")


async def add(tx: Tx, organization: Organization, connection_token_hash: bytes) -> None:
    """Add an organization."""
    await tx.run(
        _ADD,
        **_written(organization),
        domain=organization.domain,
        connection_token_hash=connection_token_hash,
        created_at=organization.created_at,
    )


async def touch(tx: Tx, organization: Organization) -> None:
    """Write an organization anew; its id and its domains stay."""
    await tx.run(_TOUCH, **_written(organization))


async def touch_domain(tx: Tx, organization_id: str, at: datetime) -> None:
    """Let an organization be known by the eldest domain that it has proven, now that its domains have changed."""
    await tx.run(_TOUCH_DOMAIN, id=organization_id, at=at)


async def touch_token(tx: Tx, organization_id: str, connection_token_hash: bytes, at: datetime) -> None:
    """Put another token of its connections in the place of the one that was there."""
    await tx.run(_TOUCH_TOKEN, id=organization_id, connection_token_hash=connection_token_hash, at=at)


async def find(tx: Tx, organization_id: str) -> Organization | None:
    """Return an organization that is there."""
    return await tx.one(_FIND, id=organization_id)


async def get(tx: Tx, organization_id: str) -> Organization:
    """Return an organization that is there.

    Raises:
        Problem: it isn't (`unknown_organization`, 404).
    """
    found = await find(tx, organization_id)
    if found is None:
        raise unknown_organization()
    return found


async def find_id_by_name(tx: Tx, key: str) -> str | None:
    """Return the id of the organization with a name, by its folded form."""
    return await tx.one(_FIND_ID_BY_NAME, name_key=key)


async def find_id_by_external(tx: Tx, external_id: str) -> str | None:
    """Return the id of the organization with an id elsewhere."""
    return await tx.one(_FIND_ID_BY_EXTERNAL, external_id=external_id)


async def find_by_external(tx: Tx, external_id: str) -> Organization | None:
    """Return the organization with an id elsewhere."""
    return await tx.one(_FIND_BY_EXTERNAL, external_id=external_id)


async def find_by_token(tx: Tx, connection_token_hash: bytes) -> Organization | None:
    """Return the organization whose token of connections has this hash, where it is switched on."""
    return await tx.one(_FIND_BY_TOKEN, connection_token_hash=connection_token_hash)


async def find_by_proved_domain(tx: Tx, domain: str) -> Organization | None:
    """Return the organization that proved a domain, where it is switched on."""
    return await tx.one(_FIND_BY_PROVED, domain=domain)


async def list_after(tx: Tx, after_id: str, limit: int, *, is_active: bool | None) -> list[Organization]:
    """Return organizations in the order of their ids."""
    return await tx.all(_LIST, after_id=after_id, is_active=is_active, limit=limit)


async def list_by_domain(
    tx: Tx, domain: str, after_id: str, limit: int, *, is_active: bool | None
) -> list[Organization]:
    """Return organizations that list a domain, in the order of their ids."""
    return await tx.all(_LIST_BY_DOMAIN, domain=domain, after_id=after_id, is_active=is_active, limit=limit)


async def list_named(
    tx: Tx, field: SearchField, beginning: str, after: tuple[str, str], limit: int, *, is_active: bool | None
) -> list[Organization]:
    """Return organizations whose folded name has a beginning, in the order of their names."""
    return await tx.all(
        _LIST_SEARCHED[field],
        first=beginning,
        # No text that has the beginning comes after it with the last character of all.
        last=beginning + "\U0010ffff",
        after_key=after[0],
        after_id=after[1],
        is_active=is_active,
        limit=limit,
    )


async def list_of_user(tx: Tx, user_id: str, limit: int) -> list[Organization]:
    """Return the organizations of which somebody is a member, suspended or not, in the order of their ids."""
    return await tx.all(_LIST_OF_USER, user_id=user_id, limit=limit)


async def list_of(tx: Tx, organization_ids: Sequence[str]) -> list[Organization]:
    """Return those of some organizations that are there, in no order."""
    return await tx.all(_LIST_OF, ids=list(organization_ids))


async def list_present(tx: Tx, organization_ids: Sequence[str]) -> list[str]:
    """Return which of some ids are those of organizations that are there."""
    return await tx.all(_LIST_PRESENT, ids=list(organization_ids))


async def list_deleted(tx: Tx, before: datetime, limit: int) -> list[str]:
    """Return the ids of organizations that were deleted before a moment."""
    return await tx.all(_LIST_DELETED, before=before, limit=limit)


async def revoke(tx: Tx, organization_id: str, at: datetime) -> bool:
    """Mark an organization as deleted; False where it is not there."""
    return bool(await tx.run(_REVOKE, id=organization_id, at=at))


async def purge(tx: Tx, organization_id: str) -> None:
    """Delete what is left of an organization that was deleted."""
    await tx.run(_PURGE, id=organization_id)


def _written(organization: Organization) -> dict[str, object]:
    return {
        "id": organization.id,
        "name": organization.name,
        "name_key": name_key(organization.name),
        "display_name": organization.display_name,
        "display_key": name_key(organization.display_name),
        "workspace_name": organization.workspace_name,
        "allows_outsiders": organization.allows_outsiders,
        "is_active": organization.is_active,
        "external_id": organization.external_id,
        "public_metadata": organization.public_metadata,
        "private_metadata": organization.private_metadata,
        "policy": organization.policy,
        "branding": organization.branding,
        "details": organization.details,
        "modified_at": organization.modified_at,
    }
