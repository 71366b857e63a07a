"""What members see and do in their own organizations, with their own tokens."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from access.team import Team, a_team
from api.organizations.callers import as_person, code_of
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.organizations.flows import remove, suspend_member
from organizations.stage import a_person, an_organization, joined, proved
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
ALL = "/api/v1/auth/tenants"


def path(team: Team, rest: str = "") -> str:
    return f"{ALL}/{team.organization.id}{rest}"


@pytest.fixture
async def team(spine: Spine) -> Team:
    """An organization with an owner, an administrator, a viewer and somebody without roles."""
    team = await a_team(spine)
    for name, role in (("olga", "owner"), ("adam", "admin"), ("dora", "developer")):
        await team.joins(name, role)
    await team.joins("nora")
    return team


@pytest.fixture
async def owner(team: Team) -> AsyncIterator[httpx2.AsyncClient]:
    async with as_person(team.spine, "olga@acme.test") as door:
        yield door


async def the_id(team: Team, name: str) -> str:
    return (await a_person(team.spine, f"{name}@acme.test")).id


async def test_a_member_reads_their_organization_and_not_its_private_side(
    team: Team, owner: httpx2.AsyncClient
) -> None:
    answer = await owner.get(path(team))
    assert answer.json() == {
        "id": team.organization.id, "name": "Acme", "display_name": "Acme", "domains": None, "external_id": "",
        "metadata": {}, "status": "active",
    }  # fmt: skip


async def test_an_owner_sees_everybody_and_changes_what_people_read(team: Team, owner: httpx2.AsyncClient) -> None:
    users = (await owner.get(path(team, "/users"))).json()["users"]
    assert {user["email"] for user in users} == {f"{name}@acme.test" for name in ("olga", "adam", "dora", "nora")}
    assert (await owner.put(path(team), json={"display_name": "Acme Inc.", "name": "x"})).json() == {"is_updated": True}
    after = (await owner.get(path(team))).json()
    assert (after["name"], after["display_name"]) == ("Acme", "Acme Inc.")


async def test_an_owner_gives_and_takes_roles_suspends_and_removes(team: Team, owner: httpx2.AsyncClient) -> None:
    nora = await the_id(team, "nora")
    there = path(team, f"/users/{nora}")
    given = await owner.post(f"{there}/roles", json={"role_ids": [(await team.role("owner")).id]})
    assert given.json() == {"is_updated": True}
    rested = await owner.patch(there, json={"status": "inactive"})
    assert rested.json()["status"] == "inactive"
    gone = await owner.request("DELETE", path(team, "/users"), json={"user_ids": [nora]})
    assert gone.json() == {"success": True}
    assert code_of(await owner.get(there)) == (404, "unknown_member")


async def test_a_member_without_roles_sees_the_organization_and_not_its_people(team: Team) -> None:
    olga = await the_id(team, "olga")
    async with as_person(team.spine, "nora@acme.test") as nora:
        assert (await nora.get(path(team))).status_code == 200
        for call in (
            nora.get(path(team, "/users")),
            nora.get(path(team, f"/users/{olga}")),
            nora.put(path(team), json={"display_name": "x"}),
            nora.post(path(team, "/users"), json={"user_ids": [olga]}),
            nora.request("DELETE", path(team, "/users"), json={"user_ids": [olga]}),
            nora.patch(path(team, f"/users/{olga}"), json={"status": "inactive"}),
            nora.post(path(team, f"/users/{olga}/roles"), json={"role_ids": []}),
        ):
            assert code_of(await call) == (403, "permission_required")


async def test_nobody_gives_a_role_that_allows_more_than_their_own(team: Team) -> None:
    host = await team.defines("Host", "team_view", "team_manage")
    helga = await team.joins("helga", "host")
    owner_role, nora = await team.role("owner"), await the_id(team, "nora")
    async with as_person(team.spine, "helga@acme.test") as door:
        for who in (nora, helga.id):
            answer = await door.post(path(team, f"/users/{who}/roles"), json={"role_ids": [owner_role.id]})
            assert code_of(answer) == (403, "role_too_wide")
        fine = await door.post(path(team, f"/users/{nora}/roles"), json={"role_ids": [host.id]})
        assert fine.status_code == 200


async def test_nobody_demotes_suspends_or_removes_whoever_may_do_more(team: Team) -> None:
    await team.defines("Host", "team_view", "team_manage")
    await team.joins("helga", "host")
    olga = await the_id(team, "olga")
    await team.joins("oscar", "owner")
    async with as_person(team.spine, "helga@acme.test") as door:
        for call in (
            door.post(path(team, f"/users/{olga}/roles"), json={"role_ids": []}),
            door.patch(path(team, f"/users/{olga}"), json={"status": "inactive"}),
            door.request("DELETE", path(team, "/users"), json={"user_ids": [olga]}),
        ):
            assert code_of(await call) == (403, "role_too_wide")


async def test_the_last_owner_can_not_leave(team: Team, owner: httpx2.AsyncClient) -> None:
    olga = await the_id(team, "olga")
    for call in (
        owner.post(path(team, f"/users/{olga}/roles"), json={"role_ids": []}),
        owner.patch(path(team, f"/users/{olga}"), json={"status": "inactive"}),
        owner.request("DELETE", path(team, "/users"), json={"user_ids": [olga]}),
    ):
        assert code_of(await call) == (409, "last_owner")


async def test_two_owners_who_remove_each_other_at_once_leave_one(team: Team, owner: httpx2.AsyncClient) -> None:
    oscar, olga = (await team.joins("oscar", "owner")).id, await the_id(team, "olga")
    async with as_person(team.spine, "oscar@acme.test") as other:
        answers = await asyncio.gather(
            owner.request("DELETE", path(team, "/users"), json={"user_ids": [oscar]}),
            other.request("DELETE", path(team, "/users"), json={"user_ids": [olga]}),
        )
    assert [answer.status_code for answer in answers].count(200) == 1


async def test_strangers_are_invited_and_never_added(team: Team, owner: httpx2.AsyncClient) -> None:
    stranger = await a_person(team.spine, "eve@evil.test")
    for user_id in (stranger.id, "0" * 24):
        answer = await owner.post(path(team, "/users"), json={"user_ids": [user_id]})
        assert code_of(answer) == (403, "invitation_required")


async def test_people_at_a_proven_domain_are_added(team: Team, owner: httpx2.AsyncClient) -> None:
    newcomer = await a_person(team.spine, "nick@acme.test")
    await proved(team.spine, team.organization, "acme.test")
    answer = await owner.post(path(team, "/users"), json={"user_ids": [newcomer.id]})
    assert answer.json() == {"is_added": True, "added": 1}


async def test_another_organization_is_not_there(team: Team, owner: httpx2.AsyncClient) -> None:
    other = Team(team.spine, await an_organization(team.spine, "Other"))
    bob = (await other.joins("bob", "owner")).id
    for there, code in ((other, "unknown_organization"), (team, "unknown_member")):
        for call in (
            owner.get(path(there, f"/users/{bob}")),
            owner.patch(path(there, f"/users/{bob}"), json={"status": "inactive"}),
            owner.post(path(there, f"/users/{bob}/roles"), json={"role_ids": []}),
            owner.request("DELETE", path(there, "/users"), json={"user_ids": [bob]}),
        ):
            assert code_of(await call) == (404, code)
    for call in (
        owner.get(path(other)),
        owner.put(path(other), json={"display_name": "x"}),
        owner.get(path(other, "/users")),
    ):
        assert code_of(await call) == (404, "unknown_organization")


@pytest.mark.parametrize("ending", ["suspended", "organization_removed"])
async def test_nobody_goes_on_where_their_membership_ended(team: Team, owner: httpx2.AsyncClient, ending: str) -> None:
    olga, at = await the_id(team, "olga"), team.spine.clock.now()
    if ending == "suspended":
        await team.spine.transact(lambda tx: suspend_member(tx, Within(team.organization.id), olga, at, ORIGIN))
    else:
        await team.spine.transact(lambda tx: remove(tx, EVERYWHERE, team.organization.id, at, ORIGIN))
    assert code_of(await owner.get(path(team))) == (404, "unknown_organization")


async def test_a_person_lists_their_own_organizations(team: Team, owner: httpx2.AsyncClient) -> None:
    other = await an_organization(team.spine, "Other")
    olga = (await joined(team.spine, other, "olga@acme.test")).id
    tenants = (await owner.get(f"/api/v1/auth/users/{olga}/tenants")).json()["tenants"]
    role = await team.role("owner")
    assert sorted(tenants, key=lambda one: str(one["tenant_name"])) == [
        {"tenant_id": team.organization.id, "tenant_name": "Acme", "status": "active",
         "roles": [{"id": role.id, "name": "Owner"}]},
        {"tenant_id": other.id, "tenant_name": "Other", "status": "active", "roles": []},
    ]  # fmt: skip


async def test_of_somebody_else_only_shared_organizations_are_listed(team: Team, owner: httpx2.AsyncClient) -> None:
    other = await an_organization(team.spine, "Other")
    nora = (await joined(team.spine, other, "nora@acme.test")).id
    tenants = (await owner.get(f"/api/v1/auth/users/{nora}/tenants")).json()["tenants"]
    assert [one["tenant_name"] for one in tenants] == ["Acme"]
    stranger = await joined(team.spine, other, "eve@evil.test")
    for user_id in (stranger.id, "0" * 24):
        assert code_of(await owner.get(f"/api/v1/auth/users/{user_id}/tenants")) == (404, "unknown_user")
    async with as_person(team.spine, "nora@acme.test") as door:
        olga = await the_id(team, "olga")
        assert code_of(await door.get(f"/api/v1/auth/users/{olga}/tenants")) == (404, "unknown_user")


async def test_a_management_token_is_no_member(team: Team) -> None:
    async with managing(team.spine, "sys_owner") as door:
        assert (await door.get(path(team))).status_code in {401, 403}
