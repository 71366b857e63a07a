"""The roles of users, and the organizations to which they belong."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.flows import assign
from gatepass.access.model import HeldRole, Scope
from gatepass.access.queries import roles_of
from gatepass.api.shapes.tenants import TenantsOfUser, tenant_of_user
from gatepass.api.users.desk import CHANGE_ERRORS, MISSING, UserDesk, get_person, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.shapes.answers import UserFull
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.gate.reading import malformed
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.organizations.model import Membership, Organization
from gatepass.organizations.queries import list_of_user, listed_domains
from gatepass.users.model import Person

_ONE = f"{PATH}/{{user_id}}"


class RolesBody(msgspec.Struct):
    """All roles that a user holds from now on; `role_ids` is the later spelling."""

    role_id: list[str] | UnsetType = UNSET
    role_ids: list[str] | UnsetType = UNSET

    def ids(self) -> list[str]:
        """Return the ids of either spelling.

        Raises:
            Problem: neither was sent, or both and they differ (`malformed_request`).
        """
        sent = [ids for ids in (self.role_id, self.role_ids) if not isinstance(ids, UnsetType)]
        if not sent or any(set(ids) != set(sent[0]) for ids in sent):
            raise malformed("Send the ids of all roles as role_id; an empty list takes every role away.")
        return sent[0]


class UserRole(msgspec.Struct, frozen=True):
    """A role that a user holds everywhere, and what it grants at present."""

    role_id: str
    role_name: str
    role_slug: str
    permissions: list[str]
    is_active: bool
    assigned_at: datetime


class RoleInOrganization(msgspec.Struct, frozen=True):
    """A role as the organizations of a user document it; permissions by their names."""

    role_id: str
    role_name: str
    permissions: list[str]


class OrganizationOfUser(msgspec.Struct, frozen=True):
    """An organization of a user, spelled as documented."""

    id: str
    name: str = msgspec.field(name="Name")
    domains: list[str] | None = msgspec.field(name="WhiteListDomains")
    allows_outsiders: bool = msgspec.field(name="AllowProfilesOutsideOrganization")
    domain: str
    workspace_name: str = msgspec.field(name="WorkspaceName")
    roles: list[RoleInOrganization] | None
    is_active: bool
    status: str


class OrganizationsOfUser(msgspec.Struct, frozen=True):
    """The organizations of a user."""

    id: str
    email_id: str
    organizations: list[OrganizationOfUser] | None


@dataclass(frozen=True, slots=True)
class _Belonging:
    """One organization of a user: the membership, what it lists, and the roles that count there."""

    organization: Organization
    membership: Membership
    domains: list[str]
    held: list[HeldRole]


@dataclass(frozen=True, slots=True)
class UserAccess:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("user_roles", "GET", (f"{_ONE}/roles",), self.list_roles,
                "List the roles that a user holds everywhere.", Scope.USERS_READ, answer=list[UserRole],
                errors=MISSING),
            row("set_user_roles", "PUT", (f"{_ONE}/roles",), self.set_roles,
                "Set the roles that a user holds everywhere.", Scope.ROLES_WRITE, body=RolesBody, answer=UserFull,
                errors=(*CHANGE_ERRORS, "invalid_role_id", "user_switched_off")),
            row("user_organizations", "GET",
                ("/api/account/identity/users/{user_id}/organizations", f"{_ONE}/organizations"),
                self.list_organizations, "List the organizations of a user, with their roles there.",
                Scope.USERS_READ, answer=OrganizationsOfUser, errors=MISSING),
            row("user_tenants", "GET", (f"{_ONE}/tenants",), self.list_tenants,
                "List the organizations of a user in the later form.", Scope.USERS_READ, answer=TenantsOfUser,
                errors=MISSING),
        ]  # fmt: skip

    async def list_roles(self, call: Call[None, None]) -> list[UserRole]:
        """Answer with the roles that a user holds everywhere."""
        call.principal.everywhere()

        async def body(tx: Tx) -> list[HeldRole]:
            person = await get_person(tx, call.path["user_id"])
            return await roles_of(tx, person.id)

        return [
            UserRole(
                one.role.id,
                one.role.name,
                one.role.slug,
                [permission.slug for permission in one.permissions],
                one.role.is_active,
                one.assigned_at,
            )
            for one in await self.desk.database.read(body)
        ]

    async def set_roles(self, call: Call[None, RolesBody]) -> Reply:
        """Set the roles that a user holds everywhere."""
        ids = call.body.ids()

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            await assign(tx, EVERYWHERE, person.id, ids, at, call.origin)
            return person

        return await self.desk.change(call, verb)

    async def list_organizations(self, call: Call[None, None]) -> OrganizationsOfUser:
        """Answer with the organizations of a user, in the documented form."""
        person, belongings = await self._belongings(call)
        organizations = [
            OrganizationOfUser(
                one.organization.id,
                one.organization.name,
                one.domains or None,
                one.organization.allows_outsiders,
                one.organization.domain,
                one.organization.workspace_name,
                [
                    RoleInOrganization(
                        held.role.id, held.role.name, [permission.name for permission in held.permissions]
                    )
                    for held in one.held
                ]
                or None,
                one.organization.is_active,
                one.membership.status.value,
            )
            for one in belongings
        ]
        return OrganizationsOfUser(person.id, person.email, organizations or None)

    async def list_tenants(self, call: Call[None, None]) -> TenantsOfUser:
        """Answer with the organizations of a user, in the later form."""
        _, belongings = await self._belongings(call)
        return TenantsOfUser([tenant_of_user(one.organization, one.membership, one.held) for one in belongings])

    async def _belongings(self, call: Call[None, None]) -> tuple[Person, list[_Belonging]]:
        call.principal.everywhere()

        async def body(tx: Tx) -> tuple[Person, list[_Belonging]]:
            person = await get_person(tx, call.path["user_id"])
            memberships = await list_of_user(tx, person.id)
            domains = await listed_domains(tx, [organization for organization, _ in memberships])
            return person, [
                _Belonging(
                    organization,
                    membership,
                    domains[organization.id],
                    await roles_of(tx, person.id, organization.id),
                )
                for organization, membership in memberships
            ]

        return await self.desk.database.read(body)
