"""The endpoints of permissions, and of the question who has which and why."""

from dataclasses import dataclass

import msgspec

from gatepass.access.flows import change_permission, create_permission, remove_permission, take_permission
from gatepass.access.model import Permission, Scope
from gatepass.access.queries import check, find_permission, list_permissions, why
from gatepass.api.access.role_shapes import (
    CheckAnswer,
    PermissionAnswer,
    PermissionBody,
    PermissionChangeBody,
    WhyAnswer,
    permission_answer,
    why_answer,
)
from gatepass.api.access.rooms import TAG
from gatepass.api.shapes.outcomes import Removed
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import refuse_stale, versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.reach import Reach
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import find_active_membership, get_organization
from gatepass.users.queries import find_present

_ALL = "/api/v1/permissions"
_ONE = _ALL + "/{permission_id}"
_OF_USER = "/api/v1/users/{user_id}/permissions/{permission}"
_row = ManagerRows(TAG, Scope.ROLES_READ, Scope.ROLES_WRITE)
_FAULTS = ("invalid_permission", "slug_taken")
_CHANGE_FAULTS = (*_FAULTS, "unknown_permission", "seeded", "stale_version")


class PlaceQuery(msgspec.Struct, frozen=True):
    """In which organization; without one it is asked what holds everywhere."""

    organization_id: str = ""


@dataclass(frozen=True, slots=True)
class PermissionRoutes:
    """Parses, calls and renders."""

    database: Database
    clock: Clock

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            _row("permissions", "GET", _ALL, self.list_all, "List the permissions.",
                 query=ListQuery, answer=list[PermissionAnswer], errors=LIST_ERRORS),
            _row("create_permission", "POST", _ALL, self.create, "Define a permission.",
                 body=PermissionBody, answer=PermissionAnswer, errors=_FAULTS, is_repeatable=True),
            _row("permission", "GET", _ONE, self.show, "Read a permission.",
                 answer=PermissionAnswer, errors=("unknown_permission",)),
            _row("change_permission", "PUT", _ONE, self.change, "Change a permission; what is left out stays.",
                 body=PermissionChangeBody, answer=PermissionAnswer, errors=_CHANGE_FAULTS),
            _row("patch_permission", "PATCH", _ONE, self.change, "The same as PUT.",
                 body=PermissionChangeBody, answer=PermissionAnswer, errors=_CHANGE_FAULTS),
            _row("remove_permission", "DELETE", _ONE, self.remove,
                 "Delete a permission; no role grants it any more.", answer=Removed,
                 errors=("unknown_permission", "seeded", "stale_version")),
            _row("check_permission", "GET", f"{_OF_USER}/check", self.check, "Tell whether a user has a permission.",
                 query=PlaceQuery, answer=CheckAnswer,
                 errors=("unknown_user", "unknown_organization")),
            _row("explain_permission", "GET", f"{_OF_USER}/why", self.why,
                 "Tell why a user has a permission, or why they lack it.", query=PlaceQuery,
                 answer=WhyAnswer, errors=("unknown_user", "unknown_organization")),
        ]  # fmt: skip

    async def list_all(self, call: Call[ListQuery, None]) -> Reply:
        """Answer with a page of permissions."""
        wanted = call.query.page()
        page = await self.database.read(lambda tx: list_permissions(tx, wanted))
        return listed(call, page.map(permission_answer), path=_ALL)

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with one permission and its version."""
        permission = await self.database.read(lambda tx: find_permission(tx, call.path["permission_id"]))
        if permission is None:
            sentence = "There is no such permission; list the permissions for their ids."
            raise Problem("unknown_permission", 404, sentence, number=1005)
        return _reply(permission)

    async def create(self, call: Call[None, PermissionBody]) -> Reply:
        """Define a permission and answer with it."""
        call.principal.everywhere()
        asked, at = call.body.asked(), self.clock.now()
        return _reply(await self.database.transact(lambda tx: create_permission(tx, asked, at, call.origin)))

    async def change(self, call: Call[None, PermissionChangeBody]) -> Reply:
        """Change a permission and answer with it."""
        call.principal.everywhere()
        asked, at = call.body.asked(), self.clock.now()

        async def body(tx: Tx) -> Permission:
            permission = await take_permission(tx, call.path["permission_id"])
            refuse_stale(call, permission.id, permission.modified_at)
            return await change_permission(tx, permission, asked, at, call.origin)

        return _reply(await self.database.transact(body))

    async def remove(self, call: Call[None, None]) -> Removed:
        """Delete a permission."""
        call.principal.everywhere()
        at = self.clock.now()

        async def body(tx: Tx) -> None:
            permission = await take_permission(tx, call.path["permission_id"])
            refuse_stale(call, permission.id, permission.modified_at)
            await remove_permission(tx, permission, at, call.origin)

        await self.database.transact(body)
        return Removed()

    async def check(self, call: Call[PlaceQuery, None]) -> CheckAnswer:
        """Answer whether a user has a permission."""
        reach, user_id, slug = _place(call), call.path["user_id"], call.path["permission"]

        async def body(tx: Tx) -> bool:
            await _refuse_unseen(tx, call, user_id)
            return await check(tx, reach, user_id, slug)

        is_allowed = await self.database.read(body)
        return CheckAnswer(
            user_id, slug, call.query.organization_id or call.principal.organization_id or None, is_allowed
        )

    async def why(self, call: Call[PlaceQuery, None]) -> WhyAnswer:
        """Answer why a user has a permission, or why they lack it."""
        reach, user_id, slug = _place(call), call.path["user_id"], call.path["permission"]

        async def body(tx: Tx) -> WhyAnswer:
            await _refuse_unseen(tx, call, user_id)
            place = call.query.organization_id or call.principal.organization_id
            return why_answer(user_id, slug, place, await why(tx, reach, user_id, slug))

        return await self.database.read(body)


def _place(call: Call[PlaceQuery, None]) -> Reach:
    named = call.query.organization_id
    return call.principal.within(named) if named else call.principal.reach


async def _refuse_unseen(tx: Tx, call: Call[PlaceQuery, None], user_id: str) -> None:
    """Let pass a question about somebody who is there, and whom the caller may see."""
    if call.query.organization_id:
        await get_organization(tx, call.principal.reach, call.query.organization_id)
    seen = call.principal.organization_id
    is_seen = not seen or await find_active_membership(tx, call.principal.within(seen), user_id) is not None
    if not is_seen or await find_present(tx, user_id) is None:
        raise Problem("unknown_user", 404, "There is no such user; check the id.", number=1035)


def _reply(permission: Permission) -> Reply:
    return versioned(permission, permission_answer(permission))
