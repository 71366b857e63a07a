"""Reading roles and permissions."""

from gatepass.access import rules
from gatepass.access.model import OWNER_ROLE, Permission, Role
from gatepass.access.store import definitions
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Reach, organization_of


async def find_role(tx: Tx, reach: Reach, role_id: str) -> Role | None:
    """Return a role that a caller may see: of an organization's roles its own alone, and those of everybody."""
    role = await definitions.find_role(tx, role_id)
    return role if role is not None and rules.is_seen(role, reach) else None


async def find_owner_role(tx: Tx) -> Role | None:
    """Return the role whose holders own an organization; None before the server has started for the first time."""
    return await definitions.find_role_by_slug(tx, "", OWNER_ROLE)


async def list_roles(tx: Tx, reach: Reach, page: PageRequest) -> Page[Role]:
    """Return the roles that can be given everywhere and, within an organization, its own too; the oldest first."""
    after = page.after[0] if page.after else ""
    rows = await definitions.list_roles(tx, organization_of(reach) or "", after, page.limit + 1)
    return page_of(rows, page.limit, lambda role: (role.id,))


async def find_permission(tx: Tx, permission_id: str) -> Permission | None:
    """Return a permission; all of them are everybody's."""
    return await definitions.find_permission(tx, permission_id)


async def list_permissions(tx: Tx, page: PageRequest) -> Page[Permission]:
    """Return the permissions, the oldest first."""
    rows = await definitions.list_permissions(tx, page.after[0] if page.after else "", page.limit + 1)
    return page_of(rows, page.limit, lambda permission: (permission.id,))
