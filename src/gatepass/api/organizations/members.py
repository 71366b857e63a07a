"""The members of an organization, for managers."""

from dataclasses import dataclass
from typing import Any, Final

from gatepass.access.model import Scope
from gatepass.api.organizations.people import (
    Added,
    HeldRoleAnswer,
    MemberAnswer,
    PeopleBody,
    RolesBody,
    StatusBody,
    held_answer,
    member_answer,
)
from gatepass.api.organizations.routes import row
from gatepass.api.organizations.team import ADDING_ERRORS, GIVING_ERRORS, TeamDesk
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.organizations.model import MemberStatus

_BELOW: Final = ("/api/v1/organizations/{organization_id}", "/api/v1/organization/{organization_id}")
_ALL: Final = tuple(f"{path}/members" for path in _BELOW)
_ONE: Final = tuple(f"{path}/members/{{user_id}}" for path in _BELOW)
_ROLES: Final = tuple(f"{path}/roles" for path in _ONE)


class MembersQuery(ListQuery, frozen=True):
    """Which members a list shows."""

    status: MemberStatus | None = None


@dataclass(frozen=True, slots=True)
class MemberRoutes:
    """Parses, calls and renders."""

    desk: TeamDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        roles: dict[str, Any] = {"answer": list[HeldRoleAnswer], "tag": "Organizations"}
        return [
            row("organization_members", "GET", _ALL, self.list_all, "List an organization's members.",
                query=MembersQuery, answer=list[MemberAnswer], errors=LIST_ERRORS),
            row("add_organization_members", "POST", _ALL, self.add, "Make users members, all of them or none.",
                body=PeopleBody, answer=Added, errors=ADDING_ERRORS, is_repeatable=True),
            row("remove_organization_members", "DELETE", _ALL, self.remove_all, "Let members leave, all or none.",
                body=PeopleBody, answer=Done, errors=("unknown_member", "last_owner")),
            row("organization_member", "GET", _ONE, self.show, "Read a member.", answer=MemberAnswer,
                errors=("unknown_member",)),
            row("change_organization_member", "PATCH", _ONE, self.change, "Suspend a member, or take them up again.",
                body=StatusBody, answer=MemberAnswer, errors=("unknown_member", "last_owner")),
            row("remove_organization_member", "DELETE", _ONE, self.remove, "Let a member leave, with their roles.",
                answer=Done, errors=("unknown_member", "last_owner")),
            row("organization_member_roles", "GET", _ROLES, self.roles, "Read a member's roles.",
                errors=("unknown_member",), **roles),
            row("set_organization_member_roles", "PUT", _ROLES, self.set_roles,
                "Set the roles that a member holds in the organization.", body=RolesBody, scope=Scope.ROLES_WRITE,
                errors=GIVING_ERRORS, **roles),
        ]  # fmt: skip

    async def list_all(self, call: Call[MembersQuery, None]) -> Reply:
        """Answer with a page of members."""
        page = call.query.page()
        organization, found = await self.desk.list_members(call, page, call.query.status)
        path = _ALL[0].format_map(dict(call.path))
        return listed(call, found.map(lambda member: member_answer(organization, member)), path=path)

    async def add(self, call: Call[None, PeopleBody]) -> Added:
        """Add users."""
        return Added(await self.desk.add(call, call.body.ids()))

    async def remove_all(self, call: Call[None, PeopleBody]) -> Done:
        """Remove those that were named."""
        await self.desk.remove(call, call.body.ids())
        return Done()

    async def show(self, call: Call[None, None]) -> MemberAnswer:
        """Answer with one."""
        return member_answer(*await self.desk.get(call))

    async def change(self, call: Call[None, StatusBody]) -> MemberAnswer:
        """Let a membership rest or go on, and answer with it."""
        await self.desk.set_status(call, call.body.status)
        return member_answer(*await self.desk.get(call))

    async def remove(self, call: Call[None, None]) -> Done:
        """Remove one."""
        await self.desk.remove(call, [call.path["user_id"]])
        return Done()

    async def roles(self, call: Call[None, None]) -> list[HeldRoleAnswer]:
        """Answer with the roles of one."""
        return [held_answer(held) for held in await self.desk.roles(call)]

    async def set_roles(self, call: Call[None, RolesBody]) -> list[HeldRoleAnswer]:
        """Set the roles of one, and answer with them."""
        await self.desk.set_roles(call, call.body.ids())
        return [held_answer(held) for held in await self.desk.roles(call)]
