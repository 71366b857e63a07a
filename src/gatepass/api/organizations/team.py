"""What all faces do with members: one transaction each, and nobody gives or takes more than they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatepass.access import flows as access
from gatepass.access.model import HeldRole
from gatepass.access.queries import refuse_wider_roles, roles_of, roles_of_many
from gatepass.api.organizations.desk import named_organization
from gatepass.api.organizations.people import Member
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem, named
from gatepass.organizations import flows
from gatepass.organizations.model import Membership, MemberSource, MemberStatus, Organization
from gatepass.organizations.queries import (
    find_membership,
    get_organization,
    list_domains,
    list_member_ids,
)
from gatepass.users.flows import hold_present
from gatepass.users.queries import find_user, list_people

ADDING_ERRORS: Final = ("unknown_user", "user_switched_off", "address_not_admitted")
"""What may stand against making somebody a member."""
GIVING_ERRORS: Final = ("unknown_member", "invalid_role_id", "user_switched_off", "member_suspended", "last_owner")
"""What may stand against setting a member's roles."""


@dataclass(frozen=True, slots=True)
class TeamDesk:
    """Serves every face; where the caller is a person, their own roles bound what they do.

    Args:
        database: where members stand.
        clock: the time.
    """

    database: Database
    clock: Clock

    async def list_members(
        self, call: Call[Any, Any], page: PageRequest, status: MemberStatus | None
    ) -> tuple[Organization, Page[Member]]:
        """Return a page of the members of the organization that the path names; deleted users are left out."""
        within = named_organization(call)

        async def body(tx: Tx) -> tuple[Organization, Page[Member]]:
            organization = await get_organization(tx, within, within.organization_id)
            found = await list_member_ids(tx, within, page, status)
            return organization, Page(await _members(tx, organization, found.items), found.next_after)

        return await self.database.read(body)

    async def get(self, call: Call[Any, Any]) -> tuple[Organization, Member]:
        """Return the member that the path names."""
        within, user_id = named_organization(call), call.path["user_id"]

        async def body(tx: Tx) -> tuple[Organization, Member]:
            organization = await get_organization(tx, within, within.organization_id)
            membership = await find_membership(tx, within, user_id)
            found = [] if membership is None else await _members(tx, organization, [membership])
            if not found:
                raise flows.unknown_member()
            return organization, found[0]

        return await self.database.read(body)

    async def add(self, call: Call[Any, Any], user_ids: Sequence[str]) -> int:
        """Make users members, all of them or none, and return how many were none before."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin
        # Whoever sees one organization alone must not learn of a stranger by making them a member.
        is_bounded = bool(call.principal.organization_id)

        async def body(tx: Tx) -> int:
            await get_organization(tx, within, within.organization_id)
            if is_bounded:
                await _refuse_strangers(tx, within, user_ids)
            return await flows.add_members(tx, within, user_ids, MemberSource.ADDED, at, origin)

        return await self.database.transact(body)

    async def remove(self, call: Call[Any, Any], user_ids: Sequence[str]) -> None:
        """Let members leave, all of them or none, with the roles that they were given there."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin

        async def body(tx: Tx) -> None:
            await get_organization(tx, within, within.organization_id)
            await access.take_owners_turn(tx, within)
            for user_id in user_ids:
                await _refuse_mightier(tx, call, within, user_id)
                await access.leave(tx, within, user_id, at, origin)

        await self.database.transact(body)

    async def set_status(self, call: Call[Any, Any], status: MemberStatus) -> None:
        """Let a membership rest or take it up again."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin
        user_id = call.path["user_id"]

        async def body(tx: Tx) -> None:
            await get_organization(tx, within, within.organization_id)
            await access.take_owners_turn(tx, within)
            await _refuse_mightier(tx, call, within, user_id)
            if status is MemberStatus.ACTIVE:
                await flows.resume_member(tx, within, user_id, at, origin)
                return
            await access.refuse_last_owner(tx, within, user_id)
            await flows.suspend_member(tx, within, user_id, at, origin)

        await self.database.transact(body)

    async def roles(self, call: Call[Any, Any]) -> list[HeldRole]:
        """Return the roles of a member, those that they hold everywhere too."""
        within, user_id = named_organization(call), call.path["user_id"]

        async def body(tx: Tx) -> list[HeldRole]:
            await _refuse_no_member(tx, within, user_id)
            return await roles_of(tx, user_id, within.organization_id)

        return await self.database.read(body)

    async def set_roles(self, call: Call[Any, Any], unverified_role_ids: Sequence[str]) -> None:
        """Set the roles that a member holds in the organization."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin
        user_id = call.path["user_id"]

        async def body(tx: Tx) -> None:
            # The person before the place, as everybody does who gives roles, or two would wait for each other.
            await hold_present(tx, user_id)
            await access.take_owners_turn(tx, within)
            await _refuse_no_member(tx, within, user_id)
            if call.principal.is_person:
                changing = set(await _own_role_ids(tx, within, user_id)) ^ set(unverified_role_ids)
                await refuse_wider_roles(tx, within, call.principal.user_id, sorted(changing))
            await access.assign(tx, within, user_id, unverified_role_ids, at, origin)

        await self.database.transact(body)


async def _members(tx: Tx, organization: Organization, memberships: Sequence[Membership]) -> list[Member]:
    ids = [one.user_id for one in memberships]
    people = {person.id: person for person in await list_people(tx, ids) if person.deleted_at is None}
    roles = await roles_of_many(tx, ids, organization.id)
    return [Member(people[one.user_id], one, roles[one.user_id]) for one in memberships if one.user_id in people]


async def _own_role_ids(tx: Tx, within: Within, user_id: str) -> list[str]:
    held = await roles_of(tx, user_id, within.organization_id)
    return [one.role.id for one in held if one.organization_id == within.organization_id]


async def _refuse_mightier(tx: Tx, call: Call[Any, Any], within: Within, user_id: str) -> None:
    """Let somebody act on another member who may do no more there than they; on themselves they always may."""
    principal = call.principal
    if principal.is_person and user_id != principal.user_id:
        await refuse_wider_roles(tx, within, principal.user_id, await _own_role_ids(tx, within, user_id))


async def _refuse_no_member(tx: Tx, within: Within, user_id: str) -> None:
    await get_organization(tx, within, within.organization_id)
    if await find_membership(tx, within, user_id) is None:
        raise flows.unknown_member()


async def _refuse_strangers(tx: Tx, within: Within, user_ids: Sequence[str]) -> None:
    """Let whoever sees one organization alone add only people whose verified address is at a domain that it proved.

    Anybody else has to say yes to an invitation: who is made a member shows their name and address to the others. That
    somebody is not there is answered alike.
    """
    proved = {one.domain for one in await list_domains(tx, within) if one.proved_at is not None}
    strangers = []
    for user_id in user_ids:
        user = await find_user(tx, user_id)
        at_home = user is not None and user.email_verified_at is not None and user.email.rpartition("@")[2] in proved
        if not at_home:
            strangers.append(user_id)
    if strangers:
        sentence = "Invite people by their address; only those at a domain that the organization proved can be added."
        raise Problem("invitation_required", 403, f"{sentence} Invite {named(strangers)}.", number=1040)
