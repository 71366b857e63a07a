"""The endpoints of roles: those of everybody, and those that an organization defines for itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gatepass.access.flows import change_role, create_role, remove_role, take_role
from gatepass.access.model import Role, RoleChange, Scope
from gatepass.access.queries import find_role, list_roles
from gatepass.api.access.role_shapes import (
    AddedPermissions,
    RoleAnswer,
    RoleBody,
    RoleChangeBody,
    RolesAnswer,
    role_answer,
)
from gatepass.api.access.rooms import TAG, reading_reach, refuse_missing, writing_reach
from gatepass.api.shapes.outcomes import Removed
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import refuse_stale, versioned
from gatepass.gate.model import Call, Caller, Endpoint, Reply
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page
from gatepass.kit.problems import Problem

_row = ManagerRows(TAG, Scope.ROLES_READ, Scope.ROLES_WRITE)
_FAULTS = ("invalid_role", "invalid_permission_id", "slug_taken")
_OF_ALL = ("/api/v1/roles",)
_OF_ONE = ("/api/v1/organizations/{organization_id}/roles", "/api/v1/tenants/{organization_id}/roles")
_PERSON = "/api/v1/auth/roles"


@dataclass(frozen=True, slots=True)
class RoleRoutes:
    """Parses, calls and renders."""

    database: Database
    clock: Clock

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            *self._rows(_OF_ALL, "", "that can be given everywhere"),
            *self._rows(_OF_ONE, "_of_organization", "of an organization"),
            *self._rest(),
        ]

    def _rows(self, paths: tuple[str, ...], suffix: str, which: str) -> list[Endpoint]:
        one = tuple(f"{path}/{{role_id}}" for path in paths)
        missing = ("unknown_organization",) if suffix else ()
        named = (*missing, "unknown_role")
        return [
            _row(f"roles{suffix}", "GET", paths, self.list_all, f"List the roles {which}.",
                 query=ListQuery, answer=list[RoleAnswer], errors=(*missing, *LIST_ERRORS)),
            _row(f"create_role{suffix}", "POST", paths, self.create, f"Define a role {which}.",
                 body=RoleBody, answer=RoleAnswer, errors=(*missing, *_FAULTS), is_repeatable=True),
            _row(f"role{suffix}", "GET", one, self.show, f"Read a role {which}.",
                 answer=RoleAnswer, errors=named),
            _row(f"change_role{suffix}", "PUT", one, self.change, f"Change a role {which}; what is left out stays.",
                 body=RoleChangeBody, answer=RoleAnswer,
                 errors=(*named, *_FAULTS, "seeded", "shared_role", "stale_version")),
            _row(f"patch_role{suffix}", "PATCH", one, self.change, f"The same as PUT, for a role {which}.",
                 body=RoleChangeBody, answer=RoleAnswer,
                 errors=(*named, *_FAULTS, "seeded", "shared_role", "stale_version")),
            _row(f"remove_role{suffix}", "DELETE", one, self.remove,
                 f"Delete a role {which}; nobody holds it any more.",
                 answer=Removed, errors=(*named, "seeded", "shared_role", "stale_version")),
        ]  # fmt: skip

    def _rest(self) -> list[Endpoint]:
        return [
            _row("add_role_permissions", "PUT", ("/api/v1/roles/assignpermission",), self.add_permissions,
                 "Let a role grant further permissions.", body=AddedPermissions,
                 answer=RoleAnswer, errors=("invalid_permission_id", "unknown_role"), may_be_missing=True),
            Endpoint(
                "roles_for_member", "GET", (_PERSON,), self.list_for_person,
                "List the roles that can be given everywhere, to whoever is signed in.",
                caller=Caller.MEMBER, query=ListQuery, answer=RolesAnswer, errors=LIST_ERRORS, tag=TAG,
            ),
            Endpoint(
                "roles_of_tenant_for_member", "GET", ("/api/v1/auth/tenants/{tenant_id}/roles",), self.list_for_person,
                "List the roles that can be given in an organization, to a member who may see its team.",
                caller=Caller.MEMBER, permission="team_view", query=ListQuery, answer=RolesAnswer, errors=LIST_ERRORS,
                tag=TAG,
            ),
        ]  # fmt: skip

    async def list_all(self, call: Call[ListQuery, None]) -> Reply:
        """Answer with a page of roles."""
        reach, wanted = reading_reach(call), call.query.page()

        async def body(tx: Tx) -> Page[Role]:
            await refuse_missing(tx, call, reach)
            return await list_roles(tx, reach, wanted)

        page = await self.database.read(body)
        return listed(call, page.map(role_answer), path=_path(call))

    async def list_for_person(self, call: Call[ListQuery, None]) -> RolesAnswer:
        """Answer with the roles that a person may see; what others' organizations define is not among them."""
        wanted = call.query.page()
        page = await self.database.read(lambda tx: list_roles(tx, reading_reach(call), wanted))
        return RolesAnswer(wanted.limit, page.next_cursor, [role_answer(role) for role in page.items])

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with one role and its version."""
        reach = reading_reach(call)

        async def body(tx: Tx) -> Role | None:
            await refuse_missing(tx, call, reach)
            return await find_role(tx, reach, call.path["role_id"])

        role = await self.database.read(body)
        if role is None:
            raise Problem("unknown_role", 404, "There is no such role; list the roles for their ids.", number=1005)
        return _reply(role)

    async def create(self, call: Call[None, RoleBody]) -> Reply:
        """Define a role and answer with it."""
        reach, asked, at = writing_reach(call), call.body.asked(), self.clock.now()

        async def body(tx: Tx) -> Role:
            await refuse_missing(tx, call, reach)
            return await create_role(tx, reach, asked, at, call.origin)

        return _reply(await self.database.transact(body))

    async def change(self, call: Call[None, RoleChangeBody]) -> Reply:
        """Change a role and answer with it."""
        asked = call.body.asked()
        return await self._write(call, call.path["role_id"], lambda _: asked)

    async def add_permissions(self, call: Call[None, AddedPermissions]) -> Reply:
        """Let a role grant further permissions and answer with it."""
        added = call.body.added()
        return await self._write(
            call, call.body.id, lambda role: RoleChange(permission_ids=(*role.permission_ids, *added))
        )

    async def remove(self, call: Call[None, None]) -> Removed:
        """Delete a role."""
        reach, at = writing_reach(call), self.clock.now()

        async def body(tx: Tx) -> None:
            await refuse_missing(tx, call, reach)
            role = await take_role(tx, reach, call.path["role_id"])
            refuse_stale(call, role.id, role.modified_at)
            await remove_role(tx, role, at, call.origin)

        await self.database.transact(body)
        return Removed()

    async def _write(self, call: Call[Any, Any], role_id: str, change: Callable[[Role], RoleChange]) -> Reply:
        reach, at = writing_reach(call), self.clock.now()

        async def body(tx: Tx) -> Role:
            await refuse_missing(tx, call, reach)
            role = await take_role(tx, reach, role_id)
            refuse_stale(call, role.id, role.modified_at)
            return await change_role(tx, role, change(role), at, call.origin)

        return _reply(await self.database.transact(body))


def _path(call: Call[Any, Any]) -> str:
    named = call.path.get("organization_id")
    return _OF_ONE[0].format(organization_id=named) if named else _OF_ALL[0]


def _reply(role: Role) -> Reply:
    return versioned(role, role_answer(role))
