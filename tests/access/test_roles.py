"""Roles and permissions: what every server has, what an operator defines, and what may not be."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.access.flows import (
    change_permission,
    change_role,
    create_permission,
    create_role,
    remove_permission,
    remove_role,
    seed,
    take_permission,
    take_role,
)
from gatepass.access.model import NewPermission, NewRole, Permission, PermissionChange, Role, RoleChange
from gatepass.access.queries import find_role, list_permissions, list_roles
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Reach, Within
from gatepass.kit.problems import Problem
from support.spine import ORIGIN, PAUSE, Spine

pytestmark = pytest.mark.anyio

ACME, OTHER = Within("a" * 24), Within("b" * 24)


async def roles(spine: Spine, reach: Reach = EVERYWHERE) -> dict[str, Role]:
    page = await spine.read(lambda tx: list_roles(tx, reach, PageRequest()))
    return {role.slug: role for role in page.items}


async def permissions(spine: Spine) -> dict[str, Permission]:
    page = await spine.read(lambda tx: list_permissions(tx, PageRequest()))
    return {permission.slug: permission for permission in page.items}


async def create(spine: Spine, asked: NewRole, reach: Reach = EVERYWHERE) -> Role:
    return await spine.transact(lambda tx: create_role(tx, reach, asked, spine.clock.now(), ORIGIN))


async def change(spine: Spine, role: Role, what: RoleChange, reach: Reach = EVERYWHERE) -> Role:
    async def body(tx: Tx) -> Role:
        taken = await take_role(tx, reach, role.id)
        return await change_role(tx, taken, what, spine.clock.now(), ORIGIN)

    return await spine.transact(body)


async def remove(spine: Spine, role: Role, reach: Reach = EVERYWHERE) -> None:
    async def body(tx: Tx) -> None:
        await remove_role(tx, await take_role(tx, reach, role.id), spine.clock.now(), ORIGIN)

    await spine.transact(body)


async def define(spine: Spine, asked: NewPermission) -> Permission:
    return await spine.transact(lambda tx: create_permission(tx, asked, spine.clock.now(), ORIGIN))


async def test_every_server_has_the_documented_roles_and_permissions(each_spine: Spine) -> None:
    known = await permissions(each_spine)
    assert {slug: one.name for slug, one in known.items()} == {
        "team_view": "Team View",
        "team_manage": "Team Manage",
        "manage_sso_connection": "Manage SSO Connection",
    }
    found = await roles(each_spine)
    assert list(found) == ["owner", "admin", "developer"]
    everything = tuple(sorted(one.id for one in known.values()))
    assert found["owner"].permission_ids == found["admin"].permission_ids == everything
    assert found["developer"].permission_ids == (known["team_view"].id,)
    assert all(role.is_seeded for role in found.values())


async def test_seeding_again_changes_nothing_that_an_operator_changed(each_spine: Spine) -> None:
    developer = (await roles(each_spine))["developer"]
    await change(each_spine, developer, RoleChange(name="Builder", permission_ids=()))
    each_spine.clock.move(timedelta(days=1))
    await each_spine.transact(lambda tx: seed(tx, each_spine.clock.now()))
    after = (await roles(each_spine))["developer"]
    assert (after.name, after.permission_ids, after.id) == ("Builder", (), developer.id)
    assert len(await permissions(each_spine)) == 3


async def test_nobody_is_recorded_for_seeding(spine: Spine) -> None:
    assert {event.kind for event in await spine.events()} == {EventKind.APPLICATION_CREATED}


async def test_a_role_gets_a_slug_from_its_name_and_can_be_changed(each_spine: Spine) -> None:
    view = (await permissions(each_spine))["team_view"]
    role = await create(each_spine, NewRole("Billing & Taxes", permission_ids=(view.id, view.id)))
    assert (role.slug, role.permission_ids) == ("billing_taxes", (view.id,))
    changed = await change(each_spine, role, RoleChange(slug="billing", is_active=False, permission_ids=()))
    found = await each_spine.read(lambda tx: find_role(tx, EVERYWHERE, role.id))
    assert found == changed
    assert (changed.name, changed.slug, changed.is_active, changed.permission_ids) == (role.name, "billing", False, ())
    assert changed.modified_at > role.modified_at, "a version that differs even within one tick of the clock"
    recorded = {event.data["slug"]: event.kind for event in await each_spine.events() if "role_id" in event.data}
    assert recorded == {"billing_taxes": EventKind.ROLE_CREATED, "billing": EventKind.ROLE_CHANGED}


async def test_a_role_without_a_word_about_permissions_gets_those_of_default(spine: Spine) -> None:
    default = await define(spine, NewPermission("read:reports", is_default=True))
    assert default.slug == "read:reports"
    assert (await create(spine, NewRole("Reader"))).permission_ids == (default.id,)
    assert (await create(spine, NewRole("Nobody", permission_ids=()))).permission_ids == ()


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (NewRole(" "), "invalid_role", "1 to 100 characters"),
        (NewRole("管理者"), "invalid_role", "No slug follows"),
        (NewRole("A\nB", description="\x07"), "invalid_role", "on one line"),
        (NewRole("A", slug="Not A Slug"), "invalid_role", "lower-case letters"),
        (NewRole("A", permission_ids=("f" * 24,)), "invalid_permission_id", "f" * 24),
        (NewRole("Owner"), "slug_taken", "owner"),
    ],
    ids=["no-name", "no-slug", "control-characters", "wrong-slug", "unknown-permission", "taken-slug"],
)
async def test_a_role_that_can_not_be_is_refused_in_a_sentence(
    each_spine: Spine, asked: NewRole, code: str, says: str
) -> None:
    with pytest.raises(Problem) as refused:
        await create(each_spine, asked)
    assert refused.value.code == code
    assert says in refused.value.title


async def test_all_faults_are_named_together(spine: Spine) -> None:
    with pytest.raises(Problem) as refused:
        await create(spine, NewRole("x" * 101, slug="-", description="\x00" * 501))
    for part in ("1 to 100 characters", "lower-case letters", "within 500 characters"):
        assert part in refused.value.title


@pytest.mark.parametrize("slug", ["owner", "admin", "developer"])
async def test_a_seeded_role_keeps_its_slug_and_stays(each_spine: Spine, slug: str) -> None:
    role = (await roles(each_spine))[slug]
    renamed = await change(each_spine, role, RoleChange(name="Chief", description="Of all.", slug=slug))
    assert (renamed.name, renamed.slug) == ("Chief", slug)
    for attempt in (change(each_spine, role, RoleChange(slug="chief")), remove(each_spine, role)):
        with pytest.raises(Problem) as refused:
            await attempt
        assert (refused.value.code, refused.value.status) == ("seeded", 409)


async def test_a_seeded_permission_keeps_its_slug_and_stays(spine: Spine) -> None:
    view = (await permissions(spine))["team_view"]

    async def rename(tx: Tx) -> Permission:
        taken = await take_permission(tx, view.id)
        return await change_permission(tx, taken, PermissionChange(slug="see"), spine.clock.now(), ORIGIN)

    async def delete(tx: Tx) -> None:
        await remove_permission(tx, await take_permission(tx, view.id), spine.clock.now(), ORIGIN)

    for body in (rename, delete):
        with pytest.raises(Problem, match="every server has"):
            await spine.transact(body)


async def test_a_permission_that_is_deleted_is_granted_by_no_role(each_spine: Spine) -> None:
    reports = await define(each_spine, NewPermission("Read reports"))
    role = await create(each_spine, NewRole("Reader", permission_ids=(reports.id,)))

    async def body(tx: Tx) -> None:
        await remove_permission(tx, await take_permission(tx, reports.id), each_spine.clock.now(), ORIGIN)

    await each_spine.transact(body)
    assert (await roles(each_spine))["reader"].permission_ids == ()
    assert (await change(each_spine, role, RoleChange(name="R"))).permission_ids == ()


async def test_an_organization_sees_its_own_roles_and_those_of_everybody(each_spine: Spine) -> None:
    own = await create(each_spine, NewRole("Auditor"), ACME)
    assert list(await roles(each_spine, ACME)) == ["owner", "admin", "developer", "auditor"]
    assert "auditor" not in await roles(each_spine, OTHER)
    assert "auditor" not in await roles(each_spine)
    assert await each_spine.read(lambda tx: find_role(tx, OTHER, own.id)) is None
    assert await each_spine.read(lambda tx: find_role(tx, EVERYWHERE, own.id)) == own


async def test_an_organization_changes_no_role_of_anybody_else(each_spine: Spine) -> None:
    foreign = await create(each_spine, NewRole("Auditor"), OTHER)
    owner = (await roles(each_spine))["owner"]
    for role, code in ((foreign, "unknown_role"), (owner, "shared_role")):
        for attempt in (change(each_spine, role, RoleChange(name="Mine"), ACME), remove(each_spine, role, ACME)):
            with pytest.raises(Problem) as refused:
                await attempt
            assert refused.value.code == code


async def test_two_organizations_may_use_one_slug_but_not_one_of_everybody(each_spine: Spine) -> None:
    first, second = (
        await create(each_spine, NewRole("Auditor"), ACME),
        await create(each_spine, NewRole("Auditor"), OTHER),
    )
    assert first.slug == second.slug
    for asked, reach in ((NewRole("Auditor"), ACME), (NewRole("Owner"), ACME)):
        with pytest.raises(Problem, match="taken"):
            await create(each_spine, asked, reach)


async def test_a_role_of_everybody_takes_no_slug_that_an_organization_uses(each_spine: Spine) -> None:
    await create(each_spine, NewRole("Auditor"), ACME)
    clerk = await create(each_spine, NewRole("Clerk"))
    for attempt in (create(each_spine, NewRole("Auditor")), change(each_spine, clerk, RoleChange(slug="auditor"))):
        with pytest.raises(Problem) as refused:
            await attempt
        assert refused.value.code == "slug_taken"


async def test_of_two_who_want_one_slug_for_a_permission_at_once_one_gets_it(each_spine: Spine) -> None:
    at = each_spine.clock.now()
    swim = await each_spine.transact(lambda tx: create_permission(tx, NewPermission("Swim"), at, ORIGIN))
    renaming: list[asyncio.Task[Permission]] = []

    async def rename(tx: Tx) -> Permission:
        return await change_permission(tx, await take_permission(tx, swim.id), PermissionChange(slug="fly"), at, ORIGIN)

    async def make(tx: Tx) -> None:
        await create_permission(tx, NewPermission("Fly"), at, ORIGIN)
        renaming[:] = renaming or [asyncio.create_task(each_spine.transact(rename))]
        await tx.one(PAUSE)

    await each_spine.transact(make)
    with pytest.raises(Problem, match="taken"):
        await renaming[0]


async def test_pages_go_on_where_the_last_one_ended(spine: Spine) -> None:
    for number in range(4):
        await create(spine, NewRole(f"Role {number}"))
    seen: list[str] = []
    request = PageRequest(limit=3)
    while True:
        page = await spine.read(lambda tx, wanted=request: list_roles(tx, EVERYWHERE, wanted))  # type: ignore[misc]
        seen += [role.slug for role in page.items]
        if not page.next_after:
            break
        request = replace(request, after=page.next_after)
    assert seen[:3] == ["owner", "admin", "developer"]
    assert sorted(seen[3:]) == ["role_0", "role_1", "role_2", "role_3"]
