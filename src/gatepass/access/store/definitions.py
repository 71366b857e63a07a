"""The tables of roles, of permissions and of which role grants which."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.access.model import Permission, Role
from gatepass.kit.db import Tx, command, query

_ROLE = (
    "SELECT r.id, r.organization_id, r.slug, r.name, r.description, r.is_active, r.is_seeded, r.created_at, "
    "r.modified_at, "
)
_OF_SQLITE = (
    "(SELECT json_group_array(permission_id) FROM (SELECT permission_id FROM role_permissions WHERE role_id = r.id "
    "ORDER BY permission_id)) FROM roles r "
)
_OF_POSTGRESQL = (
    "(SELECT CAST(COALESCE(json_agg(permission_id ORDER BY permission_id), '[]') AS text) FROM role_permissions "
    "WHERE role_id = r.id) FROM roles r "
)
_SQLITE = _ROLE + _OF_SQLITE
_POSTGRESQL = _ROLE + _OF_POSTGRESQL
_BY_ID = "WHERE r.id = :id"
_BY_IDS_SQLITE = "WHERE r.id IN (SELECT value FROM json_each(:ids)) ORDER BY r.id"
_BY_IDS_POSTGRESQL = "WHERE r.id IN (SELECT jsonb_array_elements_text(:ids::jsonb)) ORDER BY r.id"
_BY_SLUG = "WHERE r.organization_id = :organization_id AND r.slug = :slug"
_OF_PLACE = "WHERE r.organization_id IN ('', :organization_id) AND r.id > :after ORDER BY r.id LIMIT :limit"

_FIND_ROLE = query(Role, _SQLITE + _BY_ID, postgres=_POSTGRESQL + _BY_ID)
_FIND_ROLE_BY_SLUG = query(Role, _SQLITE + _BY_SLUG, postgres=_POSTGRESQL + _BY_SLUG)
_FIND_OTHER = query(int, "SELECT 1 FROM roles WHERE slug = :slug AND id <> :role_id LIMIT 1")
_LIST_ROLES = query(Role, _SQLITE + _OF_PLACE, postgres=_POSTGRESQL + _OF_PLACE)
_LIST_ROLES_BY_ID = query(Role, _SQLITE + _BY_IDS_SQLITE, postgres=_POSTGRESQL + _BY_IDS_POSTGRESQL)
_ADD_ROLE = command(
    "INSERT INTO roles (id, organization_id, slug, name, description, is_active, is_seeded, created_at, modified_at) "
    "VALUES (:id, :organization_id, :slug, :name, :description, :is_active, :is_seeded, :created_at, :modified_at) "
    "ON CONFLICT (organization_id, slug) DO NOTHING"
)
_TOUCH_ROLE = command(
    "UPDATE roles SET slug = :slug, name = :name, description = :description, is_active = :is_active, "
    "modified_at = :modified_at WHERE id = :id"
)
_PURGE_ROLE = command("DELETE FROM roles WHERE id = :id")
_PURGE_ROLES = command("DELETE FROM roles WHERE organization_id = :organization_id AND organization_id <> ''")
_INSERT_LINK = (
    "INSERT INTO role_permissions (role_id, permission_id, since) "
    "SELECT :role_id, id, :at FROM permissions WHERE id = :permission_id "
)
_ONCE = "ON CONFLICT (role_id, permission_id) DO NOTHING"
# Whoever deletes the permission waits until the role grants it, and takes it from the role too.
_ADD_LINK = command(_INSERT_LINK + _ONCE, postgres=_INSERT_LINK + "FOR KEY SHARE " + _ONCE)
_PURGE_LINK = command("DELETE FROM role_permissions WHERE role_id = :role_id AND permission_id = :permission_id")
_PURGE_LINKS_OF_ROLE = command("DELETE FROM role_permissions WHERE role_id = :role_id")
_PURGE_LINKS_OF_PERMISSION = command("DELETE FROM role_permissions WHERE permission_id = :permission_id")
_PURGE_LINKS_OF_ORGANIZATION = command(
    "DELETE FROM role_permissions WHERE role_id IN "
    "(SELECT id FROM roles WHERE organization_id = :organization_id AND organization_id <> '')"
)
_FIND_PERMISSION = query(Permission, "SELECT {columns} FROM permissions WHERE id = :id")
_FIND_PERMISSION_BY_SLUG = query(Permission, "SELECT {columns} FROM permissions WHERE slug = :slug")
_LIST_PERMISSIONS = query(Permission, "SELECT {columns} FROM permissions WHERE id > :after ORDER BY id LIMIT :limit")
_LIST_DEFAULT = query(str, "SELECT id FROM permissions WHERE is_default ORDER BY id")
_LIST_PERMISSIONS_BY_ID = query(
    Permission,
    "SELECT {columns} FROM permissions WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id",
    postgres="SELECT {columns} FROM permissions "
    "WHERE id IN (SELECT jsonb_array_elements_text(:ids::jsonb)) ORDER BY id",
)
_ADD_PERMISSION = command(
    "INSERT INTO permissions (id, slug, name, description, is_active, is_default, is_seeded, created_at, modified_at) "
    "VALUES (:id, :slug, :name, :description, :is_active, :is_default, :is_seeded, :created_at, :modified_at) "
    "ON CONFLICT (slug) DO NOTHING"
)
_TOUCH_PERMISSION = command(
    "UPDATE permissions SET slug = :slug, name = :name, description = :description, is_active = :is_active, "
    "is_default = :is_default, modified_at = :modified_at WHERE id = :id"
)
_PURGE_PERMISSION = command("DELETE FROM permissions WHERE id = :id")


async def find_role(tx: Tx, role_id: str) -> Role | None:
    """Return a role by id."""
    return await tx.one(_FIND_ROLE, id=role_id)


async def find_role_by_slug(tx: Tx, organization_id: str, slug: str) -> Role | None:
    """Return the role that has a slug in an organization, or, where that is empty, everywhere."""
    return await tx.one(_FIND_ROLE_BY_SLUG, organization_id=organization_id, slug=slug)


async def find_other(tx: Tx, slug: str, role_id: str) -> bool:
    """Tell whether a role but this one has a slug, in whichever organization."""
    return await tx.one(_FIND_OTHER, slug=slug, role_id=role_id) is not None


async def list_roles(tx: Tx, organization_id: str, after: str, limit: int) -> list[Role]:
    """Return the roles that can be given everywhere and those of an organization, the oldest first."""
    return await tx.all(_LIST_ROLES, organization_id=organization_id, after=after, limit=limit)


async def list_roles_by_id(tx: Tx, ids: Sequence[str]) -> list[Role]:
    """Return the roles that have one of some ids, the oldest first."""
    return await tx.all(_LIST_ROLES_BY_ID, ids=list(ids)) if ids else []


async def add_role(tx: Tx, role: Role) -> bool:
    """Add a role without what it grants; False, and nothing added, where its slug is taken there."""
    return bool(
        await tx.run(
            _ADD_ROLE,
            id=role.id,
            organization_id=role.organization_id,
            slug=role.slug,
            name=role.name,
            description=role.description,
            is_active=role.is_active,
            is_seeded=role.is_seeded,
            created_at=role.created_at,
            modified_at=role.modified_at,
        )
    )


async def touch_role(tx: Tx, role: Role) -> None:
    """Write a role anew; its id, its organization and what it grants stay."""
    await tx.run(
        _TOUCH_ROLE,
        id=role.id,
        slug=role.slug,
        name=role.name,
        description=role.description,
        is_active=role.is_active,
        modified_at=role.modified_at,
    )


async def purge_role(tx: Tx, role_id: str) -> None:
    """Delete a role with what it grants; first the role, which then nobody is given any more."""
    await tx.run(_PURGE_ROLE, id=role_id)
    await tx.run(_PURGE_LINKS_OF_ROLE, role_id=role_id)


async def purge_roles_of(tx: Tx, organization_id: str) -> None:
    """Delete an organization's own roles with what they grant."""
    await tx.run(_PURGE_LINKS_OF_ORGANIZATION, organization_id=organization_id)
    await tx.run(_PURGE_ROLES, organization_id=organization_id)


async def add_links(tx: Tx, role_id: str, permission_ids: Sequence[str], at: datetime) -> None:
    """Let a role grant further permissions, of those that are there; what it grants already keeps its date."""
    for permission_id in permission_ids:
        await tx.run(_ADD_LINK, role_id=role_id, permission_id=permission_id, at=at)


async def purge_links(tx: Tx, role_id: str, permission_ids: Sequence[str]) -> None:
    """Let a role no longer grant some permissions."""
    for permission_id in permission_ids:
        await tx.run(_PURGE_LINK, role_id=role_id, permission_id=permission_id)


async def find_permission(tx: Tx, permission_id: str) -> Permission | None:
    """Return a permission by id."""
    return await tx.one(_FIND_PERMISSION, id=permission_id)


async def find_permission_by_slug(tx: Tx, slug: str) -> Permission | None:
    """Return a permission by slug."""
    return await tx.one(_FIND_PERMISSION_BY_SLUG, slug=slug)


async def list_permissions(tx: Tx, after: str, limit: int) -> list[Permission]:
    """Return the permissions, the oldest first."""
    return await tx.all(_LIST_PERMISSIONS, after=after, limit=limit)


async def list_permissions_by_id(tx: Tx, ids: Sequence[str]) -> list[Permission]:
    """Return the permissions that have one of some ids, the oldest first."""
    return await tx.all(_LIST_PERMISSIONS_BY_ID, ids=list(ids)) if ids else []


async def list_default_ids(tx: Tx) -> list[str]:
    """Return the ids of the permissions that a new role gets by itself."""
    return await tx.all(_LIST_DEFAULT)


async def add_permission(tx: Tx, permission: Permission) -> bool:
    """Add a permission; False, and nothing added, where its slug is taken."""
    return bool(
        await tx.run(
            _ADD_PERMISSION,
            id=permission.id,
            slug=permission.slug,
            name=permission.name,
            description=permission.description,
            is_active=permission.is_active,
            is_default=permission.is_default,
            is_seeded=permission.is_seeded,
            created_at=permission.created_at,
            modified_at=permission.modified_at,
        )
    )


async def touch_permission(tx: Tx, permission: Permission) -> None:
    """Write a permission anew; its id stays."""
    await tx.run(
        _TOUCH_PERMISSION,
        id=permission.id,
        slug=permission.slug,
        name=permission.name,
        description=permission.description,
        is_active=permission.is_active,
        is_default=permission.is_default,
        modified_at=permission.modified_at,
    )


async def purge_permission(tx: Tx, permission_id: str) -> None:
    """Delete a permission and take it from every role; first itself, which then no role is made to grant any more."""
    await tx.run(_PURGE_PERMISSION, id=permission_id)
    await tx.run(_PURGE_LINKS_OF_PERMISSION, permission_id=permission_id)
