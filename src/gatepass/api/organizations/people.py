"""Members as JSON, and what may be sent of them."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from gatepass.access.model import HeldRole
from gatepass.gate.reading import malformed
from gatepass.organizations.model import Membership, MemberStatus, Organization
from gatepass.users.model import Person

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an organization: who they are, on which terms, and the roles that they were given there."""

    person: Person
    membership: Membership
    roles: list[HeldRole]


class RoleOfMember(msgspec.Struct, frozen=True):
    """A role of a member, with the names of what it allows."""

    role_id: str
    role_name: str
    permissions: list[str]


class TenantOfMember(msgspec.Struct, frozen=True):
    """An organization, as it stands at one of its members."""

    tenant_id: str
    tenant_name: str
    status: MemberStatus
    roles: list[RoleOfMember]


class IdentityOfMember(msgspec.Struct, frozen=True):
    """What a member is called at another provider."""

    id: str
    provider: str
    connection_id: str


class MemberAnswer(msgspec.Struct, frozen=True):
    """A member; of their organizations this one alone is shown."""

    id: str
    email: str
    first_name: str
    last_name: str
    is_active: bool
    email_verified: bool
    source: str
    status: MemberStatus
    joined_at: datetime
    created_at: datetime
    last_login_at: datetime | None
    identities: list[IdentityOfMember] | None
    tenants: list[TenantOfMember]


class MembersAnswer(msgspec.Struct, frozen=True):
    """A page of members."""

    limit: int
    next_cursor: str
    users: list[MemberAnswer]


class HeldRoleAnswer(msgspec.Struct, frozen=True):
    """A role that a member holds; `organization_id` is null where it was given everywhere."""

    id: str
    name: str
    slug: str
    permissions: list[str]
    organization_id: str | None
    assigned_at: datetime


class PeopleBody(msgspec.Struct, frozen=True):
    """Users by their ids, in either documented spelling."""

    user_ids: list[str] | None = None
    users: list[str] | None = None

    def ids(self) -> list[str]:
        """Return the ids, each once.

        Raises:
            Problem: there is none, or too many (`malformed_request`).
        """
        named = list(dict.fromkeys([*(self.user_ids or ()), *(self.users or ())]))
        if not 0 < len(named) <= MOST_AT_ONCE:
            raise malformed(f"Name 1 to {MOST_AT_ONCE} users in user_ids.")
        return named


class RolesBody(msgspec.Struct, frozen=True):
    """All the roles that somebody is to hold, in either documented spelling."""

    role_ids: list[str] | None = None
    role_id: list[str] | None = None

    def ids(self) -> list[str]:
        """Return the ids.

        Raises:
            Problem: none of the fields was sent (`malformed_request`).
        """
        if self.role_ids is None and self.role_id is None:
            raise malformed("Send role_ids; an empty list takes every role away.")
        return [*(self.role_ids or ()), *(self.role_id or ())]


class StatusBody(msgspec.Struct, frozen=True):
    """Whether a membership rests."""

    status: MemberStatus


class Added(msgspec.Struct, frozen=True):
    """That users are members now; `added` counts those who were none before."""

    added: int
    is_added: bool = True


class Updated(msgspec.Struct, frozen=True):
    """That something was written."""

    is_updated: bool = True


def member_answer(organization: Organization, member: Member) -> MemberAnswer:
    """Return a member as they are shown."""
    person = member.person
    identities = [IdentityOfMember(one.id, one.provider, one.connection_id) for one in person.identities]
    roles = [
        RoleOfMember(held.role.id, held.role.name, [permission.name for permission in held.permissions])
        for held in member.roles
        if held.organization_id == organization.id
    ]
    return MemberAnswer(
        person.id,
        person.email,
        person.first_name,
        person.last_name,
        person.may_sign_in,
        person.email_verified_at is not None,
        member.membership.source,
        member.membership.status,
        member.membership.joined_at,
        person.created_at,
        person.last_login_at,
        identities or None,
        [TenantOfMember(organization.id, organization.display_name, member.membership.status, roles)],
    )


def held_answer(held: HeldRole) -> HeldRoleAnswer:
    """Return a role that somebody holds."""
    role = held.role
    names = [permission.name for permission in held.permissions]
    return HeldRoleAnswer(role.id, role.name, role.slug, names, held.organization_id or None, held.assigned_at)
