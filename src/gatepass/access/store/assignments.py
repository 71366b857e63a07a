"""The table of who holds which role, and what that comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gatepass.audit.model import Actor
from gatepass.kit.db import Tx, command, query


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One role that somebody holds somewhere."""

    user_id: str
    organization_id: str
    role_id: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One way in which somebody comes to a permission; `since` is when it was added to the role."""

    role_id: str
    role_slug: str
    role_name: str
    organization_id: str
    assigned_at: datetime
    since: datetime
    assigned_by: Actor


_JOINED = (
    "FROM role_assignments a "
    "JOIN roles r ON r.id = a.role_id AND r.is_active "
    "JOIN role_permissions rp ON rp.role_id = r.id "
    "JOIN permissions p ON p.id = rp.permission_id AND p.is_active "
    "WHERE a.user_id = :user_id AND a.organization_id IN ('', :organization_id)"
)
_FIND_GRANTED = query(int, "SELECT 1 " + _JOINED + " AND p.slug = :slug LIMIT 1")
_LIST_SLUGS = query(str, "SELECT DISTINCT p.slug " + _JOINED)
_LIST_GRANTS = query(
    GrantRow,
    "SELECT r.id, r.slug, r.name, a.organization_id, a.assigned_at, rp.since, a.assigned_by "
    + _JOINED
    + " AND p.slug = :slug ORDER BY a.assigned_at, r.id",
)
# Those that are switched off count too: whoever gives them away gives away what they may become.
_LIST_HANDED = query(
    str,
    "SELECT DISTINCT p.slug FROM role_assignments a JOIN roles r ON r.id = a.role_id AND r.is_active "
    "JOIN role_permissions rp ON rp.role_id = r.id JOIN permissions p ON p.id = rp.permission_id "
    "WHERE a.user_id = :user_id AND a.organization_id IN ('', :organization_id)",
)
_LIST_SLUGS_OF_ROLES = query(
    str,
    "SELECT DISTINCT p.slug FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id "
    "WHERE rp.role_id IN (SELECT value FROM json_each(:role_ids))",
    postgres="SELECT DISTINCT p.slug FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id "
    "WHERE rp.role_id IN (SELECT jsonb_array_elements_text(:role_ids::jsonb))",
)
_LIST_OF_USERS = query(
    AssignmentRow,
    "SELECT {columns} FROM role_assignments WHERE user_id IN (SELECT value FROM json_each(:user_ids)) "
    "AND organization_id IN ('', :organization_id) ORDER BY user_id, organization_id, role_id",
    postgres="SELECT {columns} FROM role_assignments "
    "WHERE user_id IN (SELECT jsonb_array_elements_text(:user_ids::jsonb)) "
    "AND organization_id IN ('', :organization_id) ORDER BY user_id, organization_id, role_id",
)
_LIST_OF_USER = query(
    AssignmentRow,
    "SELECT {columns} FROM role_assignments WHERE user_id = :user_id ORDER BY organization_id, role_id",
)
_LIST_HOLDERS = query(
    str,
    "SELECT user_id FROM role_assignments WHERE role_id = :role_id AND organization_id = :organization_id "
    "AND user_id > :after ORDER BY user_id LIMIT :limit",
)
_INSERT = (
    "INSERT INTO role_assignments (user_id, organization_id, role_id, assigned_at, assigned_by, assigned_by_id) "
    "SELECT :user_id, :organization_id, id, :at, :assigned_by, :assigned_by_id FROM roles WHERE id = :role_id "
)
_ONCE = "ON CONFLICT (user_id, organization_id, role_id) DO NOTHING"
# Whoever deletes the role waits until it is given, and takes it from its new holder too.
_ADD = command(_INSERT + _ONCE, postgres=_INSERT + "FOR KEY SHARE " + _ONCE)
_REVOKE = command(
    "DELETE FROM role_assignments "
    "WHERE user_id = :user_id AND organization_id = :organization_id AND role_id = :role_id"
)
_PURGE_OF_ROLE = command("DELETE FROM role_assignments WHERE role_id = :role_id")
_PURGE_OF_USER = command("DELETE FROM role_assignments WHERE user_id = :user_id")
_TOUCH_GIVER = command(
    "UPDATE role_assignments SET assigned_by = '{}', assigned_by_id = NULL WHERE assigned_by_id = :user_id"
)
_PURGE_OF_MEMBER = command(
    "DELETE FROM role_assignments WHERE user_id = :user_id AND organization_id = :organization_id"
)
_PURGE_OF_ORGANIZATION = command(
    "DELETE FROM role_assignments WHERE organization_id = :organization_id AND organization_id <> ''"
)


async def find_granted(tx: Tx, organization_id: str, user_id: str, slug: str) -> bool:
    """Tell whether a role of a user's, given in this organization or everywhere, grants a permission."""
    found = await tx.one(_FIND_GRANTED, organization_id=organization_id, user_id=user_id, slug=slug)
    return found is not None


async def list_slugs(tx: Tx, organization_id: str, user_id: str) -> list[str]:
    """Return the slugs of what a user's roles grant at present, in this organization and everywhere."""
    return await tx.all(_LIST_SLUGS, organization_id=organization_id, user_id=user_id)


async def list_grants(tx: Tx, organization_id: str, user_id: str, slug: str) -> list[GrantRow]:
    """Return every way in which a user comes to a permission, the oldest first."""
    return await tx.all(_LIST_GRANTS, organization_id=organization_id, user_id=user_id, slug=slug)


async def list_handed(tx: Tx, organization_id: str, user_id: str) -> list[str]:
    """Return the slugs of what a user's roles hold, permissions that are switched off too."""
    return await tx.all(_LIST_HANDED, organization_id=organization_id, user_id=user_id)


async def list_slugs_of_roles(tx: Tx, role_ids: Sequence[str]) -> list[str]:
    """Return the slugs of what roles hold, whatever is switched off."""
    return await tx.all(_LIST_SLUGS_OF_ROLES, role_ids=list(role_ids)) if role_ids else []


async def list_of_users(tx: Tx, organization_id: str, user_ids: Sequence[str]) -> list[AssignmentRow]:
    """Return what users hold in an organization and everywhere."""
    return await tx.all(_LIST_OF_USERS, organization_id=organization_id, user_ids=list(user_ids)) if user_ids else []


async def list_of_user(tx: Tx, user_id: str) -> list[AssignmentRow]:
    """Return what a user holds, wherever it was given."""
    return await tx.all(_LIST_OF_USER, user_id=user_id)


async def list_holders(tx: Tx, organization_id: str, role_id: str, after: str, limit: int) -> list[str]:
    """Return who holds a role that was given in an organization, or, where that is empty, everywhere."""
    return await tx.all(_LIST_HOLDERS, organization_id=organization_id, role_id=role_id, after=after, limit=limit)


async def add(tx: Tx, row: AssignmentRow, assigned_by: Actor) -> bool:
    """Give somebody a role; False where they hold it there already, or the role is not there any more."""
    return bool(
        await tx.run(
            _ADD,
            user_id=row.user_id,
            organization_id=row.organization_id,
            role_id=row.role_id,
            at=row.assigned_at,
            # In whose place it was done stands in the record alone, so that one id leads to all that a person gave.
            assigned_by=replace(assigned_by, acting_as=""),
            assigned_by_id=assigned_by.id or None,
        )
    )


async def revoke(tx: Tx, organization_id: str, user_id: str, role_id: str) -> bool:
    """Take a role from somebody; False where they do not hold it there."""
    return bool(await tx.run(_REVOKE, organization_id=organization_id, user_id=user_id, role_id=role_id))


async def purge_of_role(tx: Tx, role_id: str) -> int:
    """Take a role from everybody and return from how many."""
    return await tx.run(_PURGE_OF_ROLE, role_id=role_id)


async def purge_of_user(tx: Tx, user_id: str) -> int:
    """Take every role from somebody and return how many."""
    return await tx.run(_PURGE_OF_USER, user_id=user_id)


async def touch_giver(tx: Tx, user_id: str) -> int:
    """Forget that somebody gave roles to others, and return how many."""
    return await tx.run(_TOUCH_GIVER, user_id=user_id)


async def purge_of_member(tx: Tx, organization_id: str, user_id: str) -> int:
    """Take every role that somebody was given in an organization and return how many."""
    return await tx.run(_PURGE_OF_MEMBER, organization_id=organization_id, user_id=user_id)


async def purge_of_organization(tx: Tx, organization_id: str) -> int:
    """Take from everybody what was given in an organization and return how much."""
    return await tx.run(_PURGE_OF_ORGANIZATION, organization_id=organization_id)
