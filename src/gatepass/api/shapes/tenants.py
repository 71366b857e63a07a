"""The organizations of a user, as the later generation of the hosted API lists them."""

from collections.abc import Iterable

import msgspec

from gatepass.access.model import HeldRole
from gatepass.organizations.model import Membership, MemberStatus, Organization


class RoleOfTenant(msgspec.Struct, frozen=True):
    """A role that a user holds in an organization."""

    id: str
    name: str


class TenantOfUser(msgspec.Struct, frozen=True):
    """An organization, as it stands in a user's list."""

    tenant_id: str
    tenant_name: str
    status: MemberStatus
    roles: list[RoleOfTenant]


class TenantsOfUser(msgspec.Struct, frozen=True):
    """Where a user is a member."""

    tenants: list[TenantOfUser]


def tenant_of_user(organization: Organization, membership: Membership, held: Iterable[HeldRole]) -> TenantOfUser:
    """Return an organization as it stands in a user's list.

    Args:
        organization: where they are a member.
        membership: on which terms.
        held: the roles that are shown.
    """
    roles = [RoleOfTenant(one.role.id, one.role.name) for one in held]
    return TenantOfUser(organization.id, organization.display_name, membership.status, roles)
