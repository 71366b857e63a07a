"""How roles and permissions come into being, change and go."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gatepass.access import rules
from gatepass.access.model import NewPermission, NewRole, Permission, PermissionChange, Role, RoleChange
from gatepass.access.store import assignments, definitions
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx
from gatepass.kit.db.turns import take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.reach import Reach, Within, organization_of
from gatepass.kit.problems import Problem, named

MOST_PERMISSIONS = 200
"""How many permissions one role may grant."""


async def create_role(tx: Tx, reach: Reach, asked: NewRole, at: datetime, origin: Origin) -> Role:
    """Define a role: for everybody or, within an organization, for that one alone.

    Raises:
        Problem: it has faults, all of them named (`invalid_role`), names a permission that is not there
            (`invalid_permission_id`), or its slug is taken (`slug_taken`, 409).
    """
    name, slug = asked.name.strip(), asked.slug or rules.slug_of(asked.name)
    _refuse_faulty_role(name, slug, asked.description)
    if asked.permission_ids is None:
        granted = await definitions.list_default_ids(tx)
    else:
        granted = await _known_permissions(tx, asked.permission_ids)
    place = organization_of(reach) or ""
    role = Role(
        new_id(),
        place,
        slug,
        name,
        asked.description,
        asked.is_active,
        is_seeded=False,
        created_at=at,
        modified_at=at,
        permission_ids=tuple(granted),
    )
    await _take_slug(tx, place, slug, "")
    await definitions.add_role(tx, role)
    await definitions.add_links(tx, role.id, granted, at)
    await _record(tx, EventKind.ROLE_CREATED, role, at, origin)
    return role


async def take_role(tx: Tx, reach: Reach, role_id: str) -> Role:
    """Return a role that a caller may change, which nobody else changes until the transaction ends.

    Raises:
        Problem: there is no such role for this caller (`unknown_role`, 404), or it is everybody's and the caller sees
            one organization alone (`shared_role`, 403).
    """
    await take_turn(tx, f"role:{role_id}")
    role = await definitions.find_role(tx, role_id)
    if role is None or not rules.is_seen(role, reach):
        raise unknown_role()
    if isinstance(reach, Within) and not role.organization_id:
        raise Problem("shared_role", 403, "This role is every organization's; it is changed below /api/v1/roles alone.")
    return role


async def change_role(tx: Tx, role: Role, change: RoleChange, at: datetime, origin: Origin) -> Role:
    """Write a role anew; what the change leaves out stays.

    Args:
        tx: the transaction in which the role was taken.
        role: as `take_role` returned it.
        change: what becomes of it.
        at: when.
        origin: who does it.

    Raises:
        Problem: as `create_role`; or the slug of a seeded role was to change (`seeded`, 409).
    """
    changed = replace(
        role,
        name=role.name if change.name is None else change.name.strip(),
        slug=change.slug or role.slug,
        description=role.description if change.description is None else change.description,
        is_active=role.is_active if change.is_active is None else change.is_active,
        modified_at=next_moment(role.modified_at, at),
    )
    _refuse_faulty_role(changed.name, changed.slug, changed.description)
    if changed.slug != role.slug:
        _refuse_seeded(role, "keeps its slug, which applications know it by")
        await _take_slug(tx, role.organization_id, changed.slug, role.id)
    if change.permission_ids is not None:
        wanted = await _known_permissions(tx, change.permission_ids)
        await definitions.purge_links(tx, role.id, sorted(set(role.permission_ids) - set(wanted)))
        await definitions.add_links(tx, role.id, sorted(set(wanted) - set(role.permission_ids)), at)
        changed = replace(changed, permission_ids=tuple(wanted))
    await definitions.touch_role(tx, changed)
    await _record(tx, EventKind.ROLE_CHANGED, changed, at, origin)
    return changed


async def remove_role(tx: Tx, role: Role, at: datetime, origin: Origin) -> None:
    """Delete a role that was taken; nobody holds it any more.

    Raises:
        Problem: every server has it (`seeded`, 409).
    """
    _refuse_seeded(role, "can't be deleted; switch it off with is_active instead")
    await definitions.purge_role(tx, role.id)
    await assignments.purge_of_role(tx, role.id)
    await _record(tx, EventKind.ROLE_REMOVED, role, at, origin)


async def create_permission(tx: Tx, asked: NewPermission, at: datetime, origin: Origin) -> Permission:
    """Define a permission, which every organization's roles may grant.

    Raises:
        Problem: it has faults, all of them named (`invalid_permission`), or its slug is taken (`slug_taken`, 409).
    """
    name, slug = asked.name.strip(), asked.slug or rules.slug_of(asked.name)
    _refuse_faulty_permission(name, slug, asked.description)
    permission = Permission(
        new_id(),
        slug,
        name,
        asked.description,
        asked.is_active,
        asked.is_default,
        is_seeded=False,
        created_at=at,
        modified_at=at,
    )
    await take_turn(tx, f"permission_slug:{slug}")
    if not await definitions.add_permission(tx, permission):
        raise _slug_taken(slug)
    await _record(tx, EventKind.PERMISSION_CREATED, permission, at, origin)
    return permission


async def take_permission(tx: Tx, permission_id: str) -> Permission:
    """Return a permission, which nobody else changes until the transaction ends.

    Raises:
        Problem: there is no such permission (`unknown_permission`, 404).
    """
    await take_turn(tx, f"permission:{permission_id}")
    permission = await definitions.find_permission(tx, permission_id)
    if permission is None:
        raise unknown_permission()
    return permission


async def change_permission(
    tx: Tx, permission: Permission, change: PermissionChange, at: datetime, origin: Origin
) -> Permission:
    """Write a permission anew that was taken; what the change leaves out stays.

    Raises:
        Problem: as `create_permission`; or the slug of a seeded one was to change (`seeded`, 409).
    """
    changed = replace(
        permission,
        name=permission.name if change.name is None else change.name.strip(),
        slug=change.slug or permission.slug,
        description=permission.description if change.description is None else change.description,
        is_active=permission.is_active if change.is_active is None else change.is_active,
        is_default=permission.is_default if change.is_default is None else change.is_default,
        modified_at=next_moment(permission.modified_at, at),
    )
    _refuse_faulty_permission(changed.name, changed.slug, changed.description)
    if changed.slug != permission.slug:
        _refuse_seeded(permission, "keeps its slug, which applications know it by")
        await take_turn(tx, f"permission_slug:{changed.slug}")
        if await definitions.find_permission_by_slug(tx, changed.slug) is not None:
            raise _slug_taken(changed.slug)
    await definitions.touch_permission(tx, changed)
    await _record(tx, EventKind.PERMISSION_CHANGED, changed, at, origin)
    return changed


async def remove_permission(tx: Tx, permission: Permission, at: datetime, origin: Origin) -> None:
    """Delete a permission that was taken; no role grants it any more.

    Raises:
        Problem: every server has it (`seeded`, 409).
    """
    _refuse_seeded(permission, "can't be deleted; switch it off with is_active instead")
    await definitions.purge_permission(tx, permission.id)
    await _record(tx, EventKind.PERMISSION_REMOVED, permission, at, origin)


def unknown_role() -> Problem:
    """Return the problem of a role that is not there, or not for this caller."""
    return Problem("unknown_role", 404, "There is no such role; list the roles for their ids.", number=1005)


def unknown_permission() -> Problem:
    """Return the problem of a permission that is not there."""
    return Problem("unknown_permission", 404, "There is no such permission; list them for their ids.", number=1005)


def _refuse_faulty_role(name: str, slug: str, description: str) -> None:
    if found := list(rules.definition_faults(name, slug, description)):
        raise Problem("invalid_role", 400, " ".join(found), number=1004)


def _refuse_faulty_permission(name: str, slug: str, description: str) -> None:
    if found := list(rules.definition_faults(name, slug, description)):
        raise Problem("invalid_permission", 400, " ".join(found), number=1004)


def _refuse_seeded(one: Role | Permission, sentence: str) -> None:
    if one.is_seeded:
        raise Problem("seeded", 409, f"{one.name} is one that every server has: it {sentence}.")


async def _take_slug(tx: Tx, organization_id: str, slug: str, role_id: str) -> None:
    """Let pass a slug that is free in its place; one that is everybody's would be two roles to an organization."""
    await take_turn(tx, f"role_slug:{slug}")
    if not organization_id and await definitions.find_other(tx, slug, role_id):
        raise _slug_taken(slug)
    for place in ("", organization_id):
        other = await definitions.find_role_by_slug(tx, place, slug)
        if other is not None and other.id != role_id:
            raise _slug_taken(slug)


def _slug_taken(slug: str) -> Problem:
    return Problem("slug_taken", 409, f"The slug {slug} is taken; choose another, or change what has it.")


async def _known_permissions(tx: Tx, unverified_ids: Sequence[str]) -> list[str]:
    """Return the ids of permissions that are there, each once and in order.

    Raises:
        Problem: one is not there, or there are too many (`invalid_permission_id`).
    """
    wanted = sorted(set(unverified_ids))
    if len(wanted) > MOST_PERMISSIONS:
        raise Problem(
            "invalid_permission_id", 400, f"A role grants at most {MOST_PERMISSIONS} permissions.", number=1004
        )
    known = {permission.id for permission in await definitions.list_permissions_by_id(tx, wanted)}
    if missing := [one for one in wanted if one not in known]:
        sentence = f"There is no such permission: {named(missing)}; list the permissions for their ids."
        raise Problem("invalid_permission_id", 400, sentence, number=1004)
    return wanted


async def _record(tx: Tx, kind: EventKind, one: Role | Permission, at: datetime, origin: Origin) -> None:
    data = {"slug": one.slug, "name": one.name, "is_active": str(one.is_active).lower()}
    organization_id = None
    if isinstance(one, Role):
        organization_id = one.organization_id or None
        known = await definitions.list_permissions_by_id(tx, one.permission_ids)
        data |= {"role_id": one.id, "permissions": " ".join(permission.slug for permission in known)}
    else:
        data["permission_id"] = one.id
    await record(tx, kind, at=at, origin=origin, organization_id=organization_id, data=data)
