"""Whoever was deleted becomes no member and no operator, holds no new role, and is asked about by nobody."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from gatepass.access.flows import add_operator, add_roles, assign, seed
from gatepass.access.model import Scope
from gatepass.access.queries import find_operator, find_owner_role, roles_of
from gatepass.app.forgetting import forget
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import add_member, join_by_domain
from gatepass.organizations.model import MemberSource, Organization, OrganizationPolicy
from gatepass.organizations.queries import find_membership
from gatepass.users.flows import delete
from gatepass.users.queries import find_person
from organizations.stage import a_person, an_organization, joined, proved
from support.spine import ORIGIN, PAUSE, Spine
from users.people import alter, make

pytestmark = pytest.mark.anyio


async def an_open_organization(spine: Spine) -> Organization:
    """An organization that takes anybody, and whoever is at its domain by themselves."""
    made = await an_organization(spine, allows_outsiders=True, policy=OrganizationPolicy(joins_by_domain=True))
    await proved(spine, made, "acme.test")
    return made


async def owner_role(spine: Spine) -> str:
    await spine.transact(lambda tx: seed(tx, spine.clock.now()))
    role = await spine.read(find_owner_role)
    assert role is not None
    return role.id


async def test_the_deleted_get_nothing_new(each_spine: Spine) -> None:
    spine, at = each_spine, each_spine.clock.now()
    organization, role_id = await an_open_organization(spine), await owner_role(spine)
    within = Within(organization.id)
    member = await joined(spine, organization, "ada@acme.test")
    outsider = await a_person(spine, "bob@acme.test")
    for user in (member, outsider):
        person = await spine.read(lambda tx, user=user: find_person(tx, user.id))  # type: ignore[misc]
        assert person is not None
        await alter(spine, person, delete)
    flows: dict[str, Callable[[Tx], Coroutine[Any, Any, Any]]] = {
        "unknown_user membership": lambda tx: add_member(tx, within, outsider.id, MemberSource.ADDED, at, ORIGIN),
        "unknown_user operating": lambda tx: add_operator(tx, outsider.id, (Scope.OWNER,), at, ORIGIN),
        "unknown_user everywhere": lambda tx: assign(tx, EVERYWHERE, outsider.id, [role_id], at, ORIGIN),
        "unknown_member set": lambda tx: assign(tx, within, member.id, [role_id], at, ORIGIN),
        "unknown_member given": lambda tx: add_roles(tx, within, member.id, [role_id], at, ORIGIN),
    }
    for what, flow in flows.items():
        with pytest.raises(Problem) as refused:
            await spine.transact(flow)
        assert (refused.value.code, refused.value.status) == (what.split()[0], 404), what
    assert await spine.transact(lambda tx: join_by_domain(tx, outsider, at, ORIGIN)) == ""
    assert await spine.read(lambda tx: find_operator(tx, outsider.id)) is None
    assert await spine.read(lambda tx: roles_of(tx, member.id, organization.id)) == []


async def test_nobody_joins_while_they_are_being_purged(each_spine: Spine) -> None:
    spine, at = each_spine, each_spine.clock.now()
    organization = await an_open_organization(spine)
    person, within = await make(spine, "bob@example.com"), Within(organization.id)

    async def purge(tx: Tx) -> None:
        await take_turn(tx, f"user:{person.id}")
        await forget(tx, person, at)
        await tx.one(PAUSE)

    purging = asyncio.create_task(spine.transact(purge))
    await asyncio.sleep(0.1)
    with pytest.raises(Problem, match="unknown_user"):
        await spine.transact(lambda tx: add_member(tx, within, person.id, MemberSource.ADDED, at, ORIGIN))
    await purging
    assert await spine.read(lambda tx: find_membership(tx, within, person.id)) is None
