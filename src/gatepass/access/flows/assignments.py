"""Who is given roles and who loses them: by an operator, by an owner of their organization, or by leaving it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gatepass.access.model import OWNER_ROLE, Role
from gatepass.access.store import assignments, definitions, keys, operators
from gatepass.access.store.assignments import AssignmentRow
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.db.turns import take_turn
from gatepass.kit.lookups.reach import Reach, Within, organization_of
from gatepass.kit.problems import Problem, named
from gatepass.organizations.flows import remove_member, unknown_member
from gatepass.organizations.model import Membership, MemberStatus
from gatepass.organizations.queries import find_active_membership, find_membership, find_organization
from gatepass.users.flows import hold_present
from gatepass.users.queries import is_active

MOST_ROLES = 100
"""How many roles one person may hold in one place."""
_ROUND = 100


async def assign(tx: Tx, reach: Reach, user_id: str, role_ids: Sequence[str], at: datetime, origin: Origin) -> None:
    """Set the roles of a user: everywhere or, within an organization, there; what they hold elsewhere stays.

    Args:
        tx: the transaction.
        reach: the organization, of which they are a member, or `Everywhere`.
        user_id: the user.
        role_ids: all that they hold there from now on, as they were sent; none takes every role away.
        at: when.
        origin: who does it.

    Raises:
        Problem: a role is not there, or another organization's (`invalid_role_id`); the user is not there
            (`unknown_user`, 404) or no member (`unknown_member`, 404); they would get a role while they may not sign in
            (`user_switched_off`, 409) or where they may do nothing (`member_suspended`, 409); or they are the last
            owner and would be none (`last_owner`, 409).
    """
    wanted = await _prepare(tx, reach, user_id, role_ids)
    place = organization_of(reach) or ""
    held = {
        row.role_id for row in await assignments.list_of_users(tx, place, [user_id]) if row.organization_id == place
    }
    lost, new = held - wanted.keys(), wanted.keys() - held
    if new:
        await _refuse_shut_out(tx, user_id)
        await _refuse_inactive(tx, reach, user_id)
    owner = await definitions.find_role_by_slug(tx, "", OWNER_ROLE)
    if isinstance(reach, Within) and owner is not None and owner.id in lost:
        await _refuse_ownerless(tx, reach, user_id, owner)
    for role_id in sorted(lost):
        await assignments.revoke(tx, place, user_id, role_id)
    await _give(tx, place, user_id, new, at, origin)
    if lost or new:
        gone = {role.id: role for role in await definitions.list_roles_by_id(tx, sorted(lost))}
        await _record(tx, place, user_id, (wanted, new, gone), at, origin)


async def add_roles(tx: Tx, reach: Reach, user_id: str, role_ids: Sequence[str], at: datetime, origin: Origin) -> None:
    """Give a user further roles: everywhere or, within an organization, there.

    Whether they may sign in is not judged: an import brings people who are switched off, with what they held.

    Raises:
        Problem: as `assign` but for `user_switched_off`.
    """
    added = await _prepare(tx, reach, user_id, role_ids)
    place = organization_of(reach) or ""
    held = {
        row.role_id for row in await assignments.list_of_users(tx, place, [user_id]) if row.organization_id == place
    }
    new = added.keys() - held
    if not new:
        return
    await _refuse_inactive(tx, reach, user_id)
    await _give(tx, place, user_id, new, at, origin)
    everything = {role.id: role for role in await definitions.list_roles_by_id(tx, sorted(held | new))}
    if len(everything) > MOST_ROLES:
        raise _too_many()
    await _record(tx, place, user_id, (everything, new, {}), at, origin)


async def leave(tx: Tx, reach: Within, user_id: str, at: datetime, origin: Origin) -> None:
    """Let somebody be no member of an organization any more, and hold none of its roles.

    Raises:
        Problem: they are no member (`unknown_member`, 404), or the last owner (`last_owner`, 409).
    """
    await refuse_last_owner(tx, reach, user_id)
    if not await remove_member(tx, reach, user_id, at, origin):
        raise unknown_member(user_id)
    await assignments.purge_of_member(tx, reach.organization_id, user_id)


async def refuse_last_owner(tx: Tx, reach: Within, user_id: str) -> None:
    """Let pass whoever is not the only active owner of an organization; held until the transaction ends.

    Called before a member is suspended, too. An organization that never had an owner needs none.

    Raises:
        Problem: nobody else owns it (`last_owner`, 409).
    """
    await take_owners_turn(tx, reach)
    owner = await definitions.find_role_by_slug(tx, "", OWNER_ROLE)
    if owner is None:
        return
    rows = await assignments.list_of_users(tx, reach.organization_id, [user_id])
    if any(row.role_id == owner.id and row.organization_id for row in rows):
        await _refuse_ownerless(tx, reach, user_id, owner)


async def forget_user(tx: Tx, user_id: str) -> None:
    """Take every role from a user who is being purged, and the right to operate the server; what they gave stays."""
    await assignments.purge_of_user(tx, user_id)
    await operators.purge(tx, user_id)
    await assignments.touch_giver(tx, user_id)
    await keys.touch_maker(tx, user_id)


async def forget_organization(tx: Tx, reach: Within, at: datetime) -> None:
    """Forget an organization that was deleted: who held roles in it, its own roles, and revoke its API keys."""
    await definitions.purge_roles_of(tx, reach.organization_id)
    await assignments.purge_of_organization(tx, reach.organization_id)
    await keys.revoke_of_organization(tx, reach.organization_id, at)


async def _prepare(tx: Tx, reach: Reach, user_id: str, unverified_ids: Sequence[str]) -> dict[str, Role]:
    """Take the turns of the user and the place and return the roles that were named, by their ids."""
    user = await hold_present(tx, user_id)
    if isinstance(reach, Within):
        await take_owners_turn(tx, reach)
        if user is None or await find_membership(tx, reach, user_id) is None:
            raise unknown_member()
    elif user is None:
        raise Problem("unknown_user", 404, "There is no such user; check the id.", number=1035)
    wanted = sorted(set(unverified_ids))
    if len(wanted) > MOST_ROLES:
        raise _too_many()
    known = {role.id: role for role in await definitions.list_roles_by_id(tx, wanted)}
    allowed = {"", organization_of(reach) or ""}
    if missing := [one for one in wanted if one not in known or known[one].organization_id not in allowed]:
        raise no_role(missing)
    return known


async def _refuse_shut_out(tx: Tx, user_id: str) -> None:
    """Let pass who may sign in; a role that somebody got while they might not would wake up with them."""
    if not await is_active(tx, user_id):
        sentence = "Nobody gets a role who may not sign in; switch them on or unblock them first."
        raise Problem("user_switched_off", 409, sentence)


async def _refuse_inactive(tx: Tx, reach: Reach, user_id: str) -> None:
    """Let pass who may act where they are to get a role; a role that rests would wake up with the membership."""
    if isinstance(reach, Within) and await find_active_membership(tx, reach, user_id) is None:
        sentence = "Nobody gets a role where they may do nothing at present: their membership is suspended, the "
        sentence += "organization is switched off, or it does not take their address. Mend that first."
        raise Problem("member_suspended", 409, sentence)


async def _give(tx: Tx, place: str, user_id: str, role_ids: Iterable[str], at: datetime, origin: Origin) -> None:
    for role_id in sorted(role_ids):
        if not await assignments.add(tx, AssignmentRow(user_id, place, role_id, at), origin.actor):
            # It was deleted since it was looked for.
            raise no_role([role_id])


async def take_owners_turn(tx: Tx, reach: Within) -> None:
    """Wait until nobody else gives or takes roles in an organization; what is read afterwards holds until the end."""
    await take_turn(tx, f"owners:{reach.organization_id}")


async def _refuse_ownerless(tx: Tx, reach: Within, user_id: str, owner: Role) -> None:
    """Let pass where somebody else, who may sign in and is an active member, owns the organization too."""
    organization = await find_organization(tx, reach, reach.organization_id)
    # In one that is switched off nobody may act, and those count who could if it were on.
    find = find_active_membership if organization is not None and organization.is_active else _find_unsuspended
    after = ""
    while True:
        others = await assignments.list_holders(tx, reach.organization_id, owner.id, after, _ROUND)
        for other in others:
            if other != user_id and await find(tx, reach, other) and await is_active(tx, other):
                return
        if len(others) < _ROUND:
            break
        after = others[-1]
    raise Problem("last_owner", 409, "They are the organization's last owner; give that role to another member first.")


async def _find_unsuspended(tx: Tx, reach: Within, user_id: str) -> Membership | None:
    found = await find_membership(tx, reach, user_id)
    return found if found is not None and found.status is MemberStatus.ACTIVE else None


async def _record(
    tx: Tx,
    place: str,
    user_id: str,
    outcome: tuple[dict[str, Role], Iterable[str], dict[str, Role]],
    at: datetime,
    origin: Origin,
) -> None:
    roles, added, lost = outcome
    data = {
        "roles": _slugs(roles.values()),
        "added": _slugs(roles[role_id] for role_id in added),
        "removed": _slugs(lost.values()),
    }
    await record(
        tx, EventKind.ROLES_ASSIGNED, at=at, origin=origin, user_id=user_id, organization_id=place or None, data=data
    )


def _slugs(roles: Iterable[Role]) -> str:
    return " ".join(sorted(role.slug for role in roles))


def no_role(unverified_ids: Iterable[str]) -> Problem:
    """Return the problem of roles that are not there, or not for this place."""
    sentence = f"There is no such role to be given here: {named(unverified_ids)}; list the roles for their ids."
    return Problem("invalid_role_id", 400, sentence, number=1004)


def _too_many() -> Problem:
    return Problem("invalid_role_id", 400, f"Somebody holds at most {MOST_ROLES} roles in one place.", number=1004)
