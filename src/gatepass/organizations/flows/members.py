"""How people become members of an organization, pause and leave."""

from collections.abc import Collection, Sequence
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem, named
from gatepass.organizations.model import Membership, MemberSource, MemberStatus
from gatepass.organizations.rules.admission import admits, domain_of
from gatepass.organizations.store import accounts, domains, members
from gatepass.users.flows import hold_present
from gatepass.users.model import User


async def add_member(tx: Tx, reach: Within, user_id: str, source: str, at: datetime, origin: Origin) -> bool:
    """Make a user a member.

    Args:
        tx: the transaction to do it in.
        reach: the organization.
        user_id: who.
        source: how it came about, one of `MemberSource`.
        at: when.
        origin: whose request it is.

    Returns:
        False, and nothing changed, where they are one already, suspended or not.

    Raises:
        Problem: the organization or the user is not there (`unknown_organization`, `unknown_user`, 404), the user is
            switched off or blocked (`user_switched_off`, 409), or the organization takes nobody with that address
            (`address_not_admitted`, 403).
    """
    return bool(await add_members(tx, reach, [user_id], source, at, origin))


async def add_members(
    tx: Tx, reach: Within, user_ids: Collection[str], source: str, at: datetime, origin: Origin
) -> int:
    """Make users members, all of them or none, and return how many were none before; one look at the organization.

    Raises:
        Problem: as `add_member` does; everybody whom it is about is named.
    """
    organization = await accounts.get(tx, reach.organization_id)
    listed = (
        set() if organization.allows_outsiders else {one.domain for one in await domains.list_all(tx, organization.id)}
    )
    added = 0
    missing: list[str] = []
    resting: list[str] = []
    outside: list[str] = []
    # In one order for everybody, so that no two wait for each other.
    for user_id in sorted(set(user_ids)):
        user = await hold_present(tx, user_id)
        if user is None:
            missing.append(user_id)
        elif not user.is_active:
            resting.append(user_id)
        elif not organization.allows_outsiders and not admits(organization, listed, user.email):
            outside.append(user_id)
        else:
            added += await _add(tx, Membership(organization.id, user.id, MemberStatus.ACTIVE, source, at), origin)
    if missing:
        raise Problem("unknown_user", 404, f"There is no such user: {named(missing)}; check the id.", number=1035)
    if resting:
        sentence = f"Nobody becomes a member who may not sign in; unblock them or switch them on: {named(resting)}."
        raise Problem("user_switched_off", 409, sentence)
    if outside:
        raise address_not_admitted(outside)
    return added


async def join_by_domain(tx: Tx, user: User, at: datetime, origin: Origin) -> str:
    """Make somebody who has just signed in a member of the organization whose proven domain their address is at.

    An unverified address, a domain that is only listed, and an organization whose policy does not say so lead nowhere.

    Returns:
        The id of the organization that they joined; empty where they joined none.
    """
    if user.email_verified_at is None or not user.is_active:
        return ""
    organization = await accounts.find_by_proved_domain(tx, domain_of(user.email))
    if organization is None or not organization.policy.joins_by_domain:
        return ""
    if await hold_present(tx, user.id) is None:
        return ""
    membership = Membership(organization.id, user.id, MemberStatus.ACTIVE, MemberSource.DOMAIN, at)
    return organization.id if await _add(tx, membership, origin) else ""


async def suspend_member(tx: Tx, reach: Within, user_id: str, at: datetime, origin: Origin) -> bool:
    """Let a membership rest, so that its holder may do nothing in the organization; False where it rests already.

    Raises:
        Problem: they are no member (`unknown_member`, 404).
    """
    return await _touch(tx, reach, user_id, MemberStatus.INACTIVE, at, origin)


async def resume_member(tx: Tx, reach: Within, user_id: str, at: datetime, origin: Origin) -> bool:
    """Take a membership up again that was suspended; False where it was not.

    Raises:
        Problem: they are no member (`unknown_member`, 404).
    """
    return await _touch(tx, reach, user_id, MemberStatus.ACTIVE, at, origin)


async def remove_member(tx: Tx, reach: Within, user_id: str, at: datetime, origin: Origin) -> bool:
    """End a membership; the roles that hung on it are for `access` to take away. False where there was none."""
    if not await members.revoke(tx, reach.organization_id, user_id):
        return False
    await record(
        tx, EventKind.MEMBER_REMOVED, at=at, origin=origin, organization_id=reach.organization_id, user_id=user_id
    )
    return True


async def forget_user(tx: Tx, user_id: str) -> int:
    """Forget every membership of a user who is purged, and return how many there were."""
    return await members.revoke_of_user(tx, user_id)


def address_not_admitted(user_ids: Sequence[str] = ()) -> Problem:
    """Return the problem of an address with which nobody may be a member, and whose it is of those who were named."""
    sentence = "The organization takes only people whose e-mail address is at one of its listed domains."
    sentence += f" That is not so of {named(user_ids)}." if user_ids else ""
    return Problem("address_not_admitted", 403, sentence, number=1040)


async def _add(tx: Tx, membership: Membership, origin: Origin) -> bool:
    if not await members.add(tx, membership):
        return False
    await record(
        tx,
        EventKind.MEMBER_ADDED,
        at=membership.joined_at,
        origin=origin,
        organization_id=membership.organization_id,
        user_id=membership.user_id,
        data={"source": membership.source},
    )
    return True


async def _touch(tx: Tx, reach: Within, user_id: str, status: MemberStatus, at: datetime, origin: Origin) -> bool:
    if await members.find(tx, reach.organization_id, user_id) is None:
        raise unknown_member()
    if not await members.touch(tx, reach.organization_id, user_id, status):
        return False
    await record(
        tx,
        EventKind.MEMBER_CHANGED,
        at=at,
        origin=origin,
        organization_id=reach.organization_id,
        user_id=user_id,
        data={"status": status},
    )
    return True


def unknown_member(user_id: str = "") -> Problem:
    """Return the problem of somebody who is no member, named where they are one of several."""
    whom = f": {named([user_id])}" if user_id else ""
    return Problem("unknown_member", 404, f"There is no such member of this organization{whom}; check the user's id.")
