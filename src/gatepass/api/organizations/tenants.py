"""Organizations as the newer generation of the hosted API calls them: tenants, for managers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.model import Scope
from gatepass.api.organizations.desk import OrganizationDesk
from gatepass.api.organizations.members import MembersQuery
from gatepass.api.organizations.people import (
    Added,
    MemberAnswer,
    MembersAnswer,
    PeopleBody,
    RolesBody,
    Updated,
    member_answer,
)
from gatepass.api.organizations.routes import FAULTS, row
from gatepass.api.organizations.team import ADDING_ERRORS, GIVING_ERRORS, TeamDesk
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.organizations.model import NewOrganization, Organization, OrganizationFilter, SearchField
from gatepass.organizations.queries import sort_key_parts

_ALL: Final = ("/api/v1/tenants",)
_ONE: Final = ("/api/v1/tenants/{organization_id}",)
_USERS: Final = ("/api/v1/tenants/{organization_id}/users",)
_USER: Final = ("/api/v1/tenants/{organization_id}/users/{user_id}",)
_ROLES: Final = ("/api/v1/tenants/{organization_id}/users/{user_id}/roles",)
_CREATED: Final = 201


class TenantStatus(StrEnum):
    """Whether a tenant's members may act there."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class TenantRow(msgspec.Struct, frozen=True):
    """A tenant, as lists show it."""

    id: str
    name: str
    display_name: str
    status: TenantStatus


class TenantAnswer(msgspec.Struct, frozen=True):
    """A tenant."""

    id: str
    name: str
    display_name: str
    domains: list[str] | None
    external_id: str
    metadata: dict[str, Any]
    status: TenantStatus


class TenantsAnswer(msgspec.Struct, frozen=True):
    """A page of tenants."""

    limit: int
    next_cursor: str
    tenants: list[TenantRow]


class TenantQuery(ListQuery, frozen=True):
    """Which tenants a list shows."""

    search: str = ""
    search_field: SearchField = SearchField.DISPLAY_NAME


class NewTenant(msgspec.Struct, frozen=True):
    """A tenant to be created; a name is enough, and either of the two will do."""

    name: str = ""
    display_name: str = ""
    domains: list[str] | None = None
    external_id: str | None = None
    metadata: dict[str, Any] | None = None


class TenantBody(msgspec.Struct, frozen=True):
    """What is to be different of a tenant; what is not sent stays."""

    name: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    domains: list[str] | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET
    metadata: dict[str, Any] | UnsetType | None = UNSET

    def written_over(self, ground: NewOrganization) -> NewOrganization:
        """Return what is wanted."""
        sent = {
            "name": self.name,
            "display_name": self.display_name,
            "domains": self.domains if self.domains is UNSET else tuple(self.domains or ()),
            "external_id": self.external_id if self.external_id is UNSET else self.external_id or None,
            "public_metadata": self.metadata if self.metadata is UNSET else self.metadata or {},
        }
        values: dict[str, Any] = {name: value for name, value in sent.items() if value is not UNSET}
        return replace(ground, **values)


@dataclass(frozen=True, slots=True)
class TenantRoutes:
    """Parses, calls and renders."""

    desk: OrganizationDesk
    team: TeamDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        rows = [
            row("tenants", "GET", _ALL, self.list_all, "List the tenants, or search them.", query=TenantQuery,
                answer=TenantsAnswer, errors=LIST_ERRORS),
            row("create_tenant", "POST", _ALL, self.create, "Create a tenant.", body=NewTenant, answer=TenantAnswer,
                status=_CREATED, errors=(*FAULTS, "organization_caller"), is_repeatable=True),
            row("tenant", "GET", _ONE, self.show, "Read a tenant.", answer=TenantAnswer),
            row("update_tenant", "PUT", _ONE, self.change, "Change a tenant.", body=TenantBody, answer=Updated,
                errors=(*FAULTS, "stale_version")),
            row("delete_tenant", "DELETE", _ONE, self.remove, "Delete a tenant.", answer=Done,
                errors=("stale_version",)),
        ]  # fmt: skip
        return [*rows, *self._of_users()]

    def _of_users(self) -> list[Endpoint]:
        return [
            row("tenant_users", "GET", _USERS, self.list_users, "List a tenant's users.", query=MembersQuery,
                answer=MembersAnswer, errors=LIST_ERRORS),
            row("add_tenant_users", "POST", _USERS, self.add_users, "Make users members of a tenant, all or none.",
                body=PeopleBody, answer=Added, errors=ADDING_ERRORS, is_repeatable=True),
            row("remove_tenant_users", "DELETE", _USERS, self.remove_users, "Take users from a tenant, all or none.",
                body=PeopleBody, answer=Done, errors=("unknown_member", "last_owner")),
            row("tenant_user", "GET", _USER, self.show_user, "Read a user of a tenant.", answer=MemberAnswer,
                errors=("unknown_member",)),
            row("set_tenant_user_roles", "POST", _ROLES, self.set_roles, "Set the roles that a user holds in a tenant.",
                body=RolesBody, answer=Updated, scope=Scope.ROLES_WRITE,
                errors=GIVING_ERRORS),
        ]  # fmt: skip

    async def list_all(self, call: Call[TenantQuery, None]) -> Reply:
        """Answer with a page of them."""
        asked = call.query
        wanted = OrganizationFilter(asked.search, asked.search_field)
        page = asked.page(sort_key_parts(call.principal.reach, wanted))
        found = await self.desk.list(call, wanted, page)
        answer = TenantsAnswer(page.limit, found.next_cursor, [_row_of(one) for one, _ in found.items])
        return listed(call, found, answer=answer, path=_ALL[0])

    async def create(self, call: Call[None, NewTenant]) -> Reply:
        """Create one; whom its domains do not name may join it too, until somebody says otherwise."""
        asked = call.body
        wanted = NewOrganization(
            asked.name or asked.display_name,
            asked.display_name,
            allows_outsiders=True,
            external_id=asked.external_id or None,
            public_metadata=asked.metadata or {},
            domains=tuple(asked.domains or ()),
        )
        created, domains = await self.desk.create(call, wanted)
        return versioned(created.organization, tenant_answer(created.organization, domains), _CREATED)

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with one."""
        organization, domains = await self.desk.get(call)
        return versioned(organization, tenant_answer(organization, domains))

    async def change(self, call: Call[None, TenantBody]) -> Reply:
        """Write what was sent."""
        organization, _ = await self.desk.change(call, call.body.written_over)
        return versioned(organization, Updated())

    async def remove(self, call: Call[None, None]) -> Done:
        """Delete one."""
        await self.desk.remove(call)
        return Done()

    async def list_users(self, call: Call[MembersQuery, None]) -> Reply:
        """Answer with a page of members."""
        return await users_page(self.team, call, _USERS[0])

    async def add_users(self, call: Call[None, PeopleBody]) -> Added:
        """Add users."""
        return Added(await self.team.add(call, call.body.ids()))

    async def remove_users(self, call: Call[None, PeopleBody]) -> Done:
        """Remove members."""
        await self.team.remove(call, call.body.ids())
        return Done()

    async def show_user(self, call: Call[None, None]) -> MemberAnswer:
        """Answer with one member."""
        return member_answer(*await self.team.get(call))

    async def set_roles(self, call: Call[None, RolesBody]) -> Updated:
        """Set the roles of one."""
        await self.team.set_roles(call, call.body.ids())
        return Updated()


def tenant_answer(organization: Organization, listed_domains: Sequence[str]) -> TenantAnswer:
    """Return an organization as a tenant."""
    return TenantAnswer(
        organization.id,
        organization.name,
        organization.display_name,
        list(listed_domains) or None,
        organization.external_id or "",
        organization.public_metadata,
        _status_of(organization),
    )


async def users_page(team: TeamDesk, call: Call[MembersQuery, None], pattern: str) -> Reply:
    """Return a page of the members of the organization that the path names."""
    page = call.query.page()
    organization, found = await team.list_members(call, page, call.query.status)
    rows = [member_answer(organization, member) for member in found.items]
    answer = MembersAnswer(page.limit, found.next_cursor, rows)
    return listed(call, found, answer=answer, path=pattern.format_map(dict(call.path)))


def _row_of(organization: Organization) -> TenantRow:
    return TenantRow(organization.id, organization.name, organization.display_name, _status_of(organization))


def _status_of(organization: Organization) -> TenantStatus:
    return TenantStatus.ACTIVE if organization.is_active else TenantStatus.INACTIVE
