"""Reading who holds which role, and what that allows."""

from collections.abc import Collection, Iterable, Sequence

from gatepass.access import rules
from gatepass.access.model import OWNER_ROLE, Denial, Explanation, Grant, HeldRole, Permission, Role
from gatepass.access.store import assignments, definitions
from gatepass.access.store.assignments import AssignmentRow
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Reach, Within, organization_of
from gatepass.organizations.queries import find_active_membership
from gatepass.users.queries import is_active


async def roles_of(tx: Tx, user_id: str, organization_id: str = "") -> list[HeldRole]:
    """Return the roles of a user: those given everywhere and, where an organization is named, those given there."""
    rows = await assignments.list_of_users(tx, organization_id, [user_id])
    return [held for _, held in await _held(tx, rows)]


async def roles_of_many(tx: Tx, user_ids: Iterable[str], organization_id: str = "") -> dict[str, list[HeldRole]]:
    """Return the same for many users at once, by their ids; who holds none has an empty list."""
    ids = list(dict.fromkeys(user_ids))
    rows = await assignments.list_of_users(tx, organization_id, ids)
    by_user: dict[str, list[HeldRole]] = {user_id: [] for user_id in ids}
    for holder_id, held in await _held(tx, rows):
        by_user[holder_id].append(held)
    return by_user


async def list_holders(tx: Tx, reach: Reach, role_id: str, page: PageRequest) -> Page[str]:
    """Return the ids of those who were given a role within an organization or, by `Everywhere`, everywhere."""
    after = page.after[0] if page.after else ""
    place = organization_of(reach) or ""
    rows = await assignments.list_holders(tx, place, role_id, after, page.limit + 1)
    return page_of(rows, page.limit, lambda user_id: (user_id,))


async def permissions_of(tx: Tx, organization_id: str, user_id: str) -> frozenset[str]:
    """Return the slugs of what a user's roles grant at present; whether they are a member is not judged here."""
    return frozenset(await assignments.list_slugs(tx, organization_id, user_id))


async def grants(tx: Tx, reach: Within, user_id: str, permission: str) -> bool:
    """Tell whether a member's roles grant a permission, by its slug; whether they are one is not judged here."""
    return await assignments.find_granted(tx, reach.organization_id, user_id, permission)


async def check(tx: Tx, reach: Reach, user_id: str, permission: str) -> bool:
    """Tell whether a user has a permission: in an organization as its active member, or everywhere.

    Args:
        tx: the read.
        reach: the organization, or `Everywhere` for what they may do without one.
        user_id: the user; whoever is switched off, blocked or deleted may do nothing.
        permission: the slug.
    """
    if not await assignments.find_granted(tx, organization_of(reach) or "", user_id, permission):
        return False
    return await _is_there(tx, reach, user_id) is None


async def why(tx: Tx, reach: Reach, user_id: str, permission: str) -> Explanation:
    """Return every reason for which a user has a permission, or why they lack it."""
    known = await definitions.find_permission_by_slug(tx, permission)
    if known is None:
        return Explanation(denial=Denial.UNKNOWN_PERMISSION)
    if not known.is_active:
        return Explanation(denial=Denial.PERMISSION_OFF)
    denial = await _is_there(tx, reach, user_id)
    if denial is not None:
        return Explanation(denial=denial)
    rows = await assignments.list_grants(tx, organization_of(reach) or "", user_id, permission)
    found = [
        Grant(
            row.role_id,
            row.role_slug,
            row.role_name,
            row.organization_id,
            max(row.assigned_at, row.since),
            row.assigned_by,
        )
        for row in rows
    ]
    found.sort(key=lambda grant: (grant.since, grant.role_id, grant.organization_id))
    return Explanation(tuple(found), None if found else Denial.NO_ROLE)


async def refuse_wider_roles(tx: Tx, reach: Reach, giver_id: str, role_ids: Collection[str]) -> None:
    """Let a person give or take roles that allow nothing which they may not do there themselves.

    Owning is more than what the role allows: only an owner makes somebody one, or makes them none.

    Args:
        tx: the transaction in which the roles are given.
        reach: where they are given.
        giver_id: the user who gives them.
        role_ids: the roles that somebody gets or loses.

    Raises:
        Problem: one allows more than the giver's own roles, or is the owner's (`role_too_wide`, 403).
    """
    place = organization_of(reach) or ""
    owner = await definitions.find_role_by_slug(tx, "", OWNER_ROLE)
    if owner is not None and owner.id in role_ids:
        own = await assignments.list_of_users(tx, place, [giver_id])
        rules.refuse_usurper(owner.id, [row.role_id for row in own])
    held = await assignments.list_handed(tx, place, giver_id)
    rules.refuse_escalation(frozenset(held), await assignments.list_slugs_of_roles(tx, list(role_ids)))


async def _is_there(tx: Tx, reach: Reach, user_id: str) -> Denial | None:
    if not await is_active(tx, user_id):
        return Denial.USER_INACTIVE
    if isinstance(reach, Within) and await find_active_membership(tx, reach, user_id) is None:
        return Denial.NO_MEMBER
    return None


async def _held(tx: Tx, rows: Sequence[AssignmentRow]) -> list[tuple[str, HeldRole]]:
    """Return what assignments come to, in their order, each with its user; a role may be gone since they were read."""
    roles = {role.id: role for role in await definitions.list_roles_by_id(tx, sorted({row.role_id for row in rows}))}
    ids = sorted({permission_id for role in roles.values() for permission_id in role.permission_ids})
    found = await definitions.list_permissions_by_id(tx, ids)
    permissions = {permission.id: permission for permission in found if permission.is_active}
    return [
        (row.user_id, HeldRole(role, _granted(role, permissions), row.assigned_at, row.organization_id))
        for row in rows
        if (role := roles.get(row.role_id)) is not None
    ]


def _granted(role: Role, permissions: dict[str, Permission]) -> tuple[Permission, ...]:
    if not role.is_active:
        return ()
    return tuple(permissions[one] for one in role.permission_ids if one in permissions)
