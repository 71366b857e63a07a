"""Tenants for the end users who are members: what their roles there let them see and do."""

from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from gatepass.access.queries import grants, roles_of
from gatepass.api.organizations.desk import OrganizationDesk
from gatepass.api.organizations.members import MembersQuery
from gatepass.api.organizations.people import (
    Added,
    MemberAnswer,
    MembersAnswer,
    PeopleBody,
    RolesBody,
    StatusBody,
    Updated,
    member_answer,
)
from gatepass.api.organizations.routes import FAULTS
from gatepass.api.organizations.team import ADDING_ERRORS, GIVING_ERRORS, TeamDesk
from gatepass.api.organizations.tenants import TenantAnswer, tenant_answer, users_page
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS
from gatepass.api.shapes.tenants import TenantOfUser, TenantsOfUser, tenant_of_user
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Caller, Endpoint, Handler, Reply
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import find_active_membership, list_of_user

_ONE: Final = "/api/v1/auth/tenants/{tenant_id}"
_USERS: Final = f"{_ONE}/users"
_USER: Final = f"{_USERS}/{{user_id}}"
_VIEW: Final = "team_view"
_MANAGE: Final = "team_manage"


class OwnTenantBody(msgspec.Struct, frozen=True):
    """What a member may change of their organization."""

    display_name: str


@dataclass(frozen=True, slots=True)
class ColleagueRoutes:
    """Parses, calls and renders."""

    desk: OrganizationDesk
    team: TeamDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        reached = ("unknown_member", "role_too_wide", "last_owner")
        return [
            _row("own_tenant", "GET", _ONE, self.show, "Read an organization of one's own.", "", answer=TenantAnswer),
            _row("update_own_tenant", "PUT", _ONE, self.change, "Say what people read as the organization's name.",
                 _MANAGE, body=OwnTenantBody, answer=Updated, errors=(*FAULTS, "stale_version")),
            _row("colleagues", "GET", _USERS, self.list_users, "List the members of one's organization.", _VIEW,
                 query=MembersQuery, answer=MembersAnswer, errors=LIST_ERRORS),
            _row("add_colleagues", "POST", _USERS, self.add_users,
                 "Add people who are at a domain that the organization proved; others are invited.", _MANAGE,
                 body=PeopleBody, answer=Added, errors=("invitation_required", *ADDING_ERRORS)),
            _row("remove_colleagues", "DELETE", _USERS, self.remove_users, "Let members leave, all or none.", _MANAGE,
                 body=PeopleBody, answer=Done, errors=reached),
            _row("colleague", "GET", _USER, self.show_user, "Read a member of one's organization.", _VIEW,
                 answer=MemberAnswer, errors=("unknown_member",)),
            _row("change_colleague", "PATCH", _USER, self.change_user, "Suspend a member, or take them up again.",
                 _MANAGE, body=StatusBody, answer=MemberAnswer, errors=reached),
            _row("set_colleague_roles", "POST", f"{_USER}/roles", self.set_roles,
                 "Set a member's roles; nobody gives or takes more than their own allow.", _MANAGE, body=RolesBody,
                 answer=Updated, errors=(*reached, *GIVING_ERRORS)),
            _row("own_tenants", "GET", "/api/v1/auth/users/{user_id}/tenants", self.list_tenants,
                 "List one's own organizations, or those that one shares with somebody and may view.", "",
                 answer=TenantsOfUser, errors=("unknown_user",)),
        ]  # fmt: skip

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with the organization."""
        organization, domains = await self.desk.get(call)
        return versioned(organization, tenant_answer(organization, domains))

    async def change(self, call: Call[None, OwnTenantBody]) -> Reply:
        """Write what people read as its name."""
        name = call.body.display_name
        organization, _ = await self.desk.change(call, lambda present: replace(present, display_name=name))
        return versioned(organization, Updated())

    async def list_users(self, call: Call[MembersQuery, None]) -> Reply:
        """Answer with a page of members."""
        return await users_page(self.team, call, _USERS)

    async def add_users(self, call: Call[None, PeopleBody]) -> Added:
        """Add people of the organization's own domains."""
        return Added(await self.team.add(call, call.body.ids()))

    async def remove_users(self, call: Call[None, PeopleBody]) -> Done:
        """Let members leave."""
        await self.team.remove(call, call.body.ids())
        return Done()

    async def show_user(self, call: Call[None, None]) -> MemberAnswer:
        """Answer with one member."""
        return member_answer(*await self.team.get(call))

    async def change_user(self, call: Call[None, StatusBody]) -> MemberAnswer:
        """Let a membership rest or go on, and answer with it."""
        await self.team.set_status(call, call.body.status)
        return member_answer(*await self.team.get(call))

    async def set_roles(self, call: Call[None, RolesBody]) -> Updated:
        """Set the roles of one."""
        await self.team.set_roles(call, call.body.ids())
        return Updated()

    async def list_tenants(self, call: Call[None, None]) -> TenantsOfUser:
        """Answer with the organizations of somebody, as far as the caller may see them."""
        caller_id, user_id = call.principal.user_id, call.path["user_id"]

        async def body(tx: Tx) -> list[TenantOfUser]:
            found = []
            for organization, membership in await list_of_user(tx, user_id):
                within = Within(organization.id)
                if caller_id == user_id or await _may_view(tx, within, caller_id):
                    held = await roles_of(tx, user_id, organization.id)
                    roles = [one for one in held if one.organization_id == organization.id]
                    found.append(tenant_of_user(organization, membership, roles))
            return found

        tenants = await self.desk.database.read(body)
        if not tenants and caller_id != user_id:
            raise Problem("unknown_user", 404, "There is no such user in an organization of yours.", number=1035)
        return TenantsOfUser(tenants)


async def _may_view(tx: Tx, within: Within, user_id: str) -> bool:
    return await find_active_membership(tx, within, user_id) is not None and await grants(tx, within, user_id, _VIEW)


def _row(
    name: str, method: str, path: str, handler: Handler, summary: str, permission: str, **declared: Any
) -> Endpoint:
    return Endpoint(
        name,
        method,
        (path,),
        handler,
        summary,
        caller=Caller.MEMBER,
        permission=permission,
        tag="Tenants of one's own",
        may_be_missing=True,
        **{**declared, "errors": ("unknown_organization", "permission_required", *declared.get("errors", ()))},
    )
