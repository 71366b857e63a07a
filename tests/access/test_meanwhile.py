"""Roles of those who may do nothing at present, and what is deleted in the very moment in which it is given."""

import asyncio
from dataclasses import replace

import pytest

from access.team import Team, a_team
from gatepass.access.flows import (
    add_roles,
    assign,
    create_permission,
    create_role,
    remove_permission,
    remove_role,
    take_permission,
    take_role,
)
from gatepass.access.model import NewPermission, NewRole
from gatepass.access.queries import roles_of, roles_of_many
from gatepass.kit.db import Tx, command, query
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import as_new, change, suspend_member
from gatepass.users.model import User
from organizations.stage import shut_out
from support.spine import ORIGIN, PAUSE, Spine

pytestmark = pytest.mark.anyio

_DANGLING_ROLES = query(int, "SELECT count(*) FROM role_assignments WHERE role_id NOT IN (SELECT id FROM roles)")
_DANGLING_PERMISSIONS = query(
    int, "SELECT count(*) FROM role_permissions WHERE permission_id NOT IN (SELECT id FROM permissions)"
)
_LOSE_ROLE = command("DELETE FROM roles WHERE id = :id")


@pytest.fixture
async def team(each_spine: Spine) -> Team:
    """An organization on each database in turn."""
    return await a_team(each_spine)


async def slugs(team: Team, user: User) -> list[str]:
    held = await team.spine.read(lambda tx: roles_of(tx, user.id, team.organization.id))
    return sorted(one.role.slug for one in held)


async def switches_off(team: Team) -> None:
    wanted = replace(as_new(team.organization, ()), is_active=False)
    at = team.spine.clock.now()
    await team.spine.transact(lambda tx: change(tx, team.organization, wanted, at, ORIGIN))


async def test_who_may_do_nothing_at_present_loses_roles_but_gets_none(team: Team) -> None:
    await team.joins("olga", "owner")
    ada = await team.joins("ada", "admin", "developer")
    at = team.spine.clock.now()
    await team.spine.transact(lambda tx: suspend_member(tx, team.within, ada.id, at, ORIGIN))
    await team.gives(ada, "developer")
    developer, owner = await team.role("developer"), await team.role("owner")
    for give in (
        lambda tx: assign(tx, team.within, ada.id, [developer.id, owner.id], at, ORIGIN),
        lambda tx: add_roles(tx, team.within, ada.id, [owner.id], at, ORIGIN),
    ):
        with pytest.raises(Problem) as refused:
            await team.spine.transact(give)
        assert (refused.value.code, refused.value.status) == ("member_suspended", 409)
    await team.gives(ada)
    assert await slugs(team, ada) == []


async def test_who_may_not_sign_in_loses_roles_but_gets_none(team: Team) -> None:
    await team.joins("olga", "owner")
    ada = await team.joins("ada", "admin", "developer")
    await shut_out(team.spine, ada)
    await team.gives(ada, "developer")
    for reach in (team.within, EVERYWHERE):
        with pytest.raises(Problem) as refused:
            await team.gives(ada, "developer", "admin", reach=reach)
        assert (refused.value.code, refused.value.status) == ("user_switched_off", 409)
    assert await slugs(team, ada) == ["developer"]


async def test_roles_are_taken_where_the_organization_is_switched_off(team: Team) -> None:
    olga, otto = await team.joins("olga", "owner"), await team.joins("otto", "owner", "admin")
    await switches_off(team)
    await team.gives(otto, "admin")
    assert await slugs(team, otto) == ["admin"]
    with pytest.raises(Problem, match="last owner"):
        await team.gives(olga)


async def test_a_role_that_is_deleted_while_it_is_given_is_held_by_nobody(team: Team) -> None:
    ada, auditor = await team.joins("ada"), await team.defines("Auditor", "team_view")
    at = team.spine.clock.now()
    deleting: list[asyncio.Task[None]] = []

    async def delete(tx: Tx) -> None:
        await remove_role(tx, await take_role(tx, team.within, auditor.id), at, ORIGIN)

    async def give(tx: Tx) -> None:
        await assign(tx, team.within, ada.id, [auditor.id], at, ORIGIN)
        deleting[:] = deleting or [asyncio.create_task(team.spine.transact(delete))]
        await tx.one(PAUSE)

    await team.spine.transact(give)
    await deleting[0]
    assert await team.spine.read(lambda tx: tx.one(_DANGLING_ROLES)) == 0
    assert await slugs(team, ada) == []


async def test_a_permission_that_is_deleted_while_a_role_gets_it_is_granted_by_none(team: Team) -> None:
    at = team.spine.clock.now()
    deleting: list[asyncio.Task[None]] = []
    flying = await team.spine.transact(lambda tx: create_permission(tx, NewPermission("Fly"), at, ORIGIN))

    async def delete(tx: Tx) -> None:
        await remove_permission(tx, await take_permission(tx, flying.id), at, ORIGIN)

    async def grant(tx: Tx) -> None:
        await create_role(tx, team.within, NewRole("Pilot", permission_ids=(flying.id,)), at, ORIGIN)
        deleting[:] = deleting or [asyncio.create_task(team.spine.transact(delete))]
        await tx.one(PAUSE)

    await team.spine.transact(grant)
    await deleting[0]
    assert await team.spine.read(lambda tx: tx.one(_DANGLING_PERMISSIONS)) == 0


async def test_an_assignment_whose_role_is_gone_counts_for_nothing(team: Team) -> None:
    ada, auditor = await team.joins("ada", "developer"), await team.defines("Auditor", "team_view")
    await team.gives(ada, "developer", "auditor")
    await team.spine.transact(lambda tx: tx.run(_LOSE_ROLE, id=auditor.id))
    assert await slugs(team, ada) == ["developer"]
    found = await team.spine.read(lambda tx: roles_of_many(tx, [ada.id], team.organization.id))
    assert [one.role.slug for one in found[ada.id]] == ["developer"]
