"""Who holds which role, what that allows, and whoever would take the last owner away."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from access.team import Team, a_team
from gatepass.access.flows import (
    add_roles,
    assign,
    change_permission,
    change_role,
    forget_organization,
    forget_user,
    leave,
    remove_role,
    take_permission,
    take_role,
)
from gatepass.access.model import Denial, Explanation, PermissionChange, RoleChange
from gatepass.access.queries import (
    check,
    find_role,
    list_holders,
    list_permissions,
    permissions_of,
    refuse_wider_roles,
    roles_of,
    roles_of_many,
    why,
)
from gatepass.audit.model import Actor, ActorKind, EventKind
from gatepass.kit.db import Tx, query
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Reach
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import add_member, suspend_member
from gatepass.users.model import User
from organizations.stage import a_person
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
_GIVERS = query(str, "SELECT assigned_by FROM role_assignments WHERE user_id = :id")


@pytest.fixture
async def team(each_spine: Spine) -> Team:
    """An organization on each database in turn."""
    return await a_team(each_spine)


async def slugs(team: Team, user: User) -> list[str]:
    held = await team.spine.read(lambda tx: roles_of(tx, user.id, team.organization.id))
    return sorted(one.role.slug for one in held)


async def may(team: Team, user: User, permission: str, reach: Reach | None = None) -> bool:
    place = reach or team.within
    allowed = await team.spine.read(lambda tx: check(tx, place, user.id, permission))
    explained = await explain(team, user, permission, reach)
    assert allowed is (explained.denial is None), "check and why agree"
    assert bool(explained.grants) is allowed
    return allowed


async def explain(team: Team, user: User, permission: str, reach: Reach | None = None) -> Explanation:
    place = reach or team.within
    return await team.spine.read(lambda tx: why(tx, place, user.id, permission))


async def owners(team: Team) -> list[str]:
    role = await team.role("owner")
    page = await team.spine.read(lambda tx: list_holders(tx, team.within, role.id, PageRequest()))
    return list(page.items)


async def departs(team: Team, user: User) -> None:
    at = team.spine.clock.now()
    await team.spine.transact(lambda tx: leave(tx, team.within, user.id, at, ORIGIN))


async def test_several_roles_add_up_and_those_of_everywhere_count_here_too(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    await team.defines("Connector", "manage_sso_connection", everywhere=True)
    assert await may(team, ada, "team_view")
    assert not await may(team, ada, "manage_sso_connection")
    await team.gives(ada, "connector", reach=EVERYWHERE)
    assert await may(team, ada, "manage_sso_connection")
    assert await may(team, ada, "manage_sso_connection", EVERYWHERE)
    assert not await may(team, ada, "team_view", EVERYWHERE), "what was given here holds here alone"
    allowed = await team.spine.read(lambda tx: permissions_of(tx, team.organization.id, ada.id))
    assert allowed == {"team_view", "manage_sso_connection"}


async def test_a_role_of_one_organization_allows_nothing_in_another(team: Team) -> None:
    ada = await team.joins("ada", "owner")
    other = await a_team(team.spine, "Other")
    assert (await explain(other, ada, "team_view")).denial is Denial.NO_MEMBER
    within, at = other.within, team.spine.clock.now()
    await team.spine.transact(lambda tx: add_member(tx, within, ada.id, "added", at, ORIGIN))
    assert (await explain(other, ada, "team_view")).denial is Denial.NO_ROLE


async def test_a_role_that_is_switched_off_grants_nothing_at_once(team: Team) -> None:
    ada = await team.joins("ada", "admin")
    role = await team.role("admin")

    async def switch(tx: Tx, *, is_active: bool) -> None:
        taken = await take_role(tx, EVERYWHERE, role.id)
        await change_role(tx, taken, RoleChange(is_active=is_active), team.spine.clock.now(), ORIGIN)

    await team.spine.transact(lambda tx: switch(tx, is_active=False))
    assert not await may(team, ada, "team_view")
    (held,) = await team.spine.read(lambda tx: roles_of(tx, ada.id, team.organization.id))
    assert held.permissions == ()
    await team.spine.transact(lambda tx: switch(tx, is_active=True))
    assert await may(team, ada, "team_view")


async def test_a_permission_that_is_switched_off_is_granted_to_nobody(team: Team) -> None:
    ada = await team.joins("ada", "admin")
    known = await team.spine.read(lambda tx: list_permissions(tx, PageRequest()))
    view = next(one for one in known.items if one.slug == "team_view")

    async def body(tx: Tx) -> None:
        taken = await take_permission(tx, view.id)
        await change_permission(tx, taken, PermissionChange(is_active=False), team.spine.clock.now(), ORIGIN)

    await team.spine.transact(body)
    assert not await may(team, ada, "team_view")
    assert (await explain(team, ada, "team_view")).denial is Denial.PERMISSION_OFF
    assert await may(team, ada, "team_manage")


async def test_why_tells_every_role_from_where_since_when_and_by_whom(team: Team) -> None:
    given_at = team.spine.clock.now()
    ada = await team.joins("ada", "developer", "admin")
    team.spine.clock.move(timedelta(days=2))
    added_at = team.spine.clock.now()
    viewer = await team.defines("Viewer", everywhere=True)
    await team.gives(ada, "viewer", reach=EVERYWHERE)
    team.spine.clock.move(timedelta(days=2))
    widened_at = team.spine.clock.now()
    view_id = (await team.role("developer")).permission_ids

    async def widen(tx: Tx) -> None:
        taken = await take_role(tx, EVERYWHERE, viewer.id)
        await change_role(tx, taken, RoleChange(permission_ids=view_id), widened_at, ORIGIN)

    await team.spine.transact(widen)
    found = await explain(team, ada, "team_view")
    here = team.organization.id
    told = sorted((one.role_slug, one.organization_id, one.since) for one in found.grants)
    assert told == [("admin", here, given_at), ("developer", here, given_at), ("viewer", "", widened_at)]
    assert found.grants[-1].role_slug == "viewer"
    assert {one.granted_by for one in found.grants} == {ORIGIN.actor}
    assert widened_at > added_at > given_at
    assert (await explain(team, ada, "fly")).denial is Denial.UNKNOWN_PERMISSION


async def test_whoever_is_no_member_any_more_or_rests_may_do_nothing(team: Team) -> None:
    await team.joins("olga", "owner")
    ada = await team.joins("ada", "admin")
    at = team.spine.clock.now()
    await team.spine.transact(lambda tx: suspend_member(tx, team.within, ada.id, at, ORIGIN))
    assert (await explain(team, ada, "team_view")).denial is Denial.NO_MEMBER
    await departs(team, ada)
    await team.spine.transact(lambda tx: add_member(tx, team.within, ada.id, "added", at, ORIGIN))
    assert (await explain(team, ada, "team_view")).denial is Denial.NO_ROLE, "who comes back begins with nothing"


async def test_assigning_sets_what_is_held_in_one_place_alone(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    since = (await team.spine.read(lambda tx: roles_of(tx, ada.id, team.organization.id)))[0].assigned_at
    await team.defines("Auditor", "team_view")
    await team.gives(ada, "admin", reach=EVERYWHERE)
    team.spine.clock.move(timedelta(days=1))
    await team.gives(ada, "developer", "auditor")
    assert await slugs(team, ada) == ["admin", "auditor", "developer"]
    held = await team.spine.read(lambda tx: roles_of(tx, ada.id, team.organization.id))
    assert {one.role.slug: one.assigned_at for one in held}["developer"] == since, "what stays keeps its date"
    await team.gives(ada)
    assert await slugs(team, ada) == ["admin"]
    everywhere = await team.spine.read(lambda tx: roles_of(tx, ada.id))
    assert [one.organization_id for one in everywhere] == [""]


async def test_each_change_is_recorded_with_the_slugs_and_none_is_recorded_twice(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    await team.gives(ada, "developer")
    await team.gives(ada, "admin")
    recorded = [event for event in await team.spine.events() if event.kind is EventKind.ROLES_ASSIGNED]
    assert [event.organization_id for event in recorded] == [team.organization.id] * 2
    assert sorted((one.data["roles"], one.data["added"], one.data["removed"]) for one in recorded) == [
        ("admin", "admin", "developer"),
        ("developer", "developer", ""),
    ]


async def test_adding_roles_takes_none_away(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    admin = await team.role("admin")
    at = team.spine.clock.now()
    for _ in range(2):
        await team.spine.transact(lambda tx: add_roles(tx, team.within, ada.id, [admin.id], at, ORIGIN))
    assert await slugs(team, ada) == ["admin", "developer"]


async def test_only_roles_of_this_organization_or_of_everybody_can_be_given(team: Team) -> None:
    ada = await team.joins("ada")
    foreign = await (await a_team(team.spine, "Other")).defines("Spy", "team_view")
    own = await team.defines("Auditor")
    at = team.spine.clock.now()
    for reach, role_id in ((team.within, foreign.id), (EVERYWHERE, own.id), (team.within, "f" * 24), (EVERYWHERE, "x")):
        for verb in (assign, add_roles):
            with pytest.raises(Problem) as refused:
                await team.spine.transact(lambda tx: verb(tx, reach, ada.id, [role_id], at, ORIGIN))  # noqa: B023
            assert refused.value.code == "invalid_role_id"
            assert role_id in refused.value.title
    assert await slugs(team, ada) == []


async def test_roles_are_given_to_members_and_to_people_who_are_there(team: Team) -> None:
    outsider = await a_person(team.spine, "out@side.test")
    role, at = await team.role("developer"), team.spine.clock.now()
    for reach, user_id, code in ((team.within, outsider.id, "unknown_member"), (EVERYWHERE, "f" * 24, "unknown_user")):
        with pytest.raises(Problem) as refused:
            await team.spine.transact(lambda tx: assign(tx, reach, user_id, [role.id], at, ORIGIN))  # noqa: B023
        assert (refused.value.code, refused.value.status) == (code, 404)


async def test_nobody_gives_or_takes_what_they_lack(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    developer, admin = await team.role("developer"), await team.role("admin")
    await team.spine.read(lambda tx: refuse_wider_roles(tx, team.within, ada.id, [developer.id]))
    with pytest.raises(Problem) as refused:
        await team.spine.read(lambda tx: refuse_wider_roles(tx, team.within, ada.id, [developer.id, admin.id]))
    assert (refused.value.code, refused.value.status) == ("role_too_wide", 403)


async def test_a_role_that_is_switched_off_hides_no_escalation(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    sleeper = await team.defines("Sleeper", "team_manage")

    async def body(tx: Tx) -> None:
        taken = await take_role(tx, team.within, sleeper.id)
        await change_role(tx, taken, RoleChange(is_active=False), team.spine.clock.now(), ORIGIN)

    await team.spine.transact(body)
    with pytest.raises(Problem, match="team_manage"):
        await team.spine.read(lambda tx: refuse_wider_roles(tx, team.within, ada.id, [sleeper.id]))
    await team.gives(ada, "sleeper")
    with pytest.raises(Problem, match="team_manage"):
        await team.spine.read(lambda tx: refuse_wider_roles(tx, team.within, ada.id, [sleeper.id]))


async def test_the_last_owner_stays(team: Team) -> None:
    olga = await team.joins("olga", "owner")
    await team.joins("ada", "admin")
    at = team.spine.clock.now()
    for attempt in (departs(team, olga), team.gives(olga, "admin"), team.gives(olga)):
        with pytest.raises(Problem) as refused:
            await attempt
        assert (refused.value.code, refused.value.status) == ("last_owner", 409)
    assert await slugs(team, olga) == ["owner"]
    otto = await team.joins("otto", "owner")
    await team.spine.transact(lambda tx: suspend_member(tx, team.within, otto.id, at, ORIGIN))
    with pytest.raises(Problem, match="last owner"):
        await departs(team, olga)


async def test_an_owner_leaves_where_another_stays(team: Team) -> None:
    olga = await team.joins("olga", "owner")
    await team.joins("otto", "owner")
    await departs(team, olga)
    assert await slugs(team, olga) == []
    with pytest.raises(Problem, match="no such member"):
        await departs(team, olga)


async def test_an_organization_that_never_had_an_owner_needs_none(team: Team) -> None:
    ada = await team.joins("ada", "admin")
    await departs(team, ada)
    assert await slugs(team, ada) == []


@pytest.mark.parametrize("way", ["leave", "assign"])
async def test_of_two_owners_who_go_at_once_one_stays(each_spine: Spine, way: str) -> None:
    for number in range(4):
        team = await a_team(each_spine, f"Acme{number}")
        olga, otto = await team.joins("olga", "owner"), await team.joins("otto", "owner")
        goes = departs if way == "leave" else Team.gives
        outcomes = await asyncio.gather(goes(team, olga), goes(team, otto), return_exceptions=True)
        refused = [one.code for one in outcomes if isinstance(one, Problem)]
        assert refused == ["last_owner"], outcomes
        assert len(await owners(team)) == 1


async def test_roles_of_many_are_read_at_once(team: Team) -> None:
    ada, bob = await team.joins("ada", "developer", "admin"), await team.joins("bob")
    found = await team.spine.read(lambda tx: roles_of_many(tx, [bob.id, ada.id, ada.id], team.organization.id))
    assert {user_id: sorted(one.role.slug for one in held) for user_id, held in found.items()} == {
        bob.id: [],
        ada.id: ["admin", "developer"],
    }


async def test_a_role_that_is_deleted_is_held_by_nobody(team: Team) -> None:
    auditor = await team.defines("Auditor", "team_view")
    ada = await team.joins("ada", "auditor")

    async def body(tx: Tx) -> None:
        await remove_role(tx, await take_role(tx, team.within, auditor.id), team.spine.clock.now(), ORIGIN)

    await team.spine.transact(body)
    assert await slugs(team, ada) == []
    assert not await may(team, ada, "team_view")


async def test_what_is_forgotten_leaves_nothing_behind(team: Team) -> None:
    other = await a_team(team.spine, "Other")
    ada, bob = await team.joins("ada", "admin"), await other.joins("bob", "admin")
    auditor = await team.defines("Auditor")
    at = team.spine.clock.now()
    await team.spine.transact(lambda tx: forget_organization(tx, team.within, at))
    assert (await slugs(team, ada), await slugs(other, bob)) == ([], ["admin"])
    assert (await team.role("admin")).slug == "admin"
    assert await team.spine.read(lambda tx: find_role(tx, EVERYWHERE, auditor.id)) is None
    await team.spine.transact(lambda tx: forget_user(tx, bob.id))
    assert await slugs(other, bob) == []


async def test_whoever_gave_a_role_is_forgotten_although_they_hold_none_any_more(team: Team) -> None:
    giver, ada = await team.joins("olga"), await team.joins("ada")
    role, at = await team.role("developer"), team.spine.clock.now()
    operator = Actor(ActorKind.OPERATOR, "op", "Otto", acting_as=giver.id)
    for actor in (Actor(ActorKind.USER, giver.id, "Olga"), operator):
        origin = replace(ORIGIN, actor=actor)
        await team.spine.transact(lambda tx: assign(tx, team.within, ada.id, [], at, ORIGIN))
        await team.spine.transact(lambda tx: assign(tx, team.within, ada.id, [role.id], at, origin))  # noqa: B023
        await team.spine.transact(lambda tx: forget_user(tx, giver.id))
        given_by = await team.spine.read(lambda tx: tx.one(_GIVERS, id=ada.id))
        assert given_by is not None
        assert giver.id not in given_by
        assert ("Otto" in given_by, "Olga" in given_by) == (actor is operator, False)
