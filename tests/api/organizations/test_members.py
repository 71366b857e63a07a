"""Members over the API, for managers."""

import asyncio

import pytest

from access.team import a_team
from api.organizations.callers import by_key, code_of
from organizations.stage import a_person, an_organization, joined
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
READ, WRITE, ROLES = "organizations:read", "organizations:write", "roles:write"


def path(organization_id: str) -> str:
    return f"/api/v1/organizations/{organization_id}/members"


async def test_members_are_added_read_suspended_and_removed(each_spine: Spine) -> None:
    acme, ada = await an_organization(each_spine), await a_person(each_spine)
    there = path(acme.id)
    async with managing(each_spine, READ, WRITE) as door:
        for added in (1, 0):
            answer = await door.post(there, json={"user_ids": [ada.id]})
            assert answer.json() == {"is_added": True, "added": added}
        listed = (await door.get(there)).json()
        assert [one["id"] for one in listed] == [ada.id]
        assert listed == [(await door.get(f"{there}/{ada.id}")).json()]
        rested = (await door.patch(f"{there}/{ada.id}", json={"status": "inactive"})).json()
        assert (rested["status"], rested["tenants"][0]["status"]) == ("inactive", "inactive")
        assert (await door.get(f"{there}?status=active")).json() == []
        assert (await door.delete(f"{there}/{ada.id}")).json() == {"success": True}
        assert code_of(await door.delete(f"{there}/{ada.id}")) == (404, "unknown_member")
        assert code_of(await door.get(f"{there}/{ada.id}")) == (404, "unknown_member")


async def test_many_are_added_all_or_none(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    people = [(await a_person(each_spine, f"user{number}@acme.test")).id for number in range(3)]
    async with managing(each_spine, READ, WRITE) as door:
        refused = await door.post(path(acme.id), json={"user_ids": [*people, "0" * 24]})
        assert code_of(refused) == (404, "unknown_user")
        assert (await door.get(path(acme.id))).json() == []
        assert (await door.post(path(acme.id), json={"user_ids": people})).json()["added"] == 3
        first = await door.get(f"{path(acme.id)}?limit=2")
        rest = await door.get(first.links["next"]["url"])
        assert sorted(one["id"] for one in [*first.json(), *rest.json()]) == sorted(people)
        gone = await door.request("DELETE", path(acme.id), json={"user_ids": [*people[:2], "0" * 24]})
        assert code_of(gone) == (404, "unknown_member")
        await door.request("DELETE", path(acme.id), json={"users": people[:2]})
        assert [one["id"] for one in (await door.get(path(acme.id))).json()] == people[2:]


@pytest.mark.parametrize("body", [{}, {"user_ids": []}, {"user_ids": [f"{n:024x}" for n in range(501)]}], ids=range(3))
async def test_nobody_and_too_many_are_refused(spine: Spine, body: dict[str, list[str]]) -> None:
    acme = await an_organization(spine)
    async with managing(spine, WRITE) as door:
        assert code_of(await door.post(path(acme.id), json=body)) == (400, "malformed_request")


async def test_outsiders_are_refused_where_domains_are_listed(spine: Spine) -> None:
    acme = await an_organization(spine, domains=("acme.test",))
    eve = await a_person(spine, "eve@evil.test")
    async with managing(spine, WRITE) as door:
        assert code_of(await door.post(path(acme.id), json={"user_ids": [eve.id]})) == (403, "address_not_admitted")


async def test_roles_are_set_and_read(each_spine: Spine) -> None:
    team = await a_team(each_spine)
    ada = await team.joins("ada")
    admin = await team.role("admin")
    there = f"{path(team.organization.id)}/{ada.id}/roles"
    async with managing(each_spine, READ, WRITE, ROLES) as door:
        assert (await door.get(there)).json() == []
        held = (await door.put(there, json={"role_ids": [admin.id]})).json()
        assert [(one["id"], one["organization_id"]) for one in held] == [(admin.id, team.organization.id)]
        member = (await door.get(f"{path(team.organization.id)}/{ada.id}")).json()
        role = member["tenants"][0]["roles"][0]
        assert (role["role_id"], role["role_name"]) == (admin.id, "Admin")
        assert "Team View" in role["permissions"]
        assert code_of(await door.put(there, json={})) == (400, "malformed_request")
        assert code_of(await door.put(there, json={"role_ids": ["0" * 24]})) == (400, "invalid_role_id")
        assert (await door.put(there, json={"role_id": []})).json() == []


async def test_giving_roles_takes_the_scope_of_roles(spine: Spine) -> None:
    team = await a_team(spine)
    ada = await team.joins("ada")
    async with managing(spine, READ, WRITE) as door:
        answer = await door.put(f"{path(team.organization.id)}/{ada.id}/roles", json={"role_ids": []})
    assert code_of(answer) == (403, "insufficient_scope")


async def test_the_last_owner_stays(each_spine: Spine) -> None:
    team = await a_team(each_spine)
    ada, bob = await team.joins("ada", "owner"), await team.joins("bob")
    there = f"{path(team.organization.id)}/{ada.id}"
    async with managing(each_spine, READ, WRITE, ROLES) as door:
        for call in (
            door.delete(there),
            door.patch(there, json={"status": "inactive"}),
            door.put(f"{there}/roles", json={"role_ids": []}),
            door.request("DELETE", path(team.organization.id), json={"user_ids": [bob.id, ada.id]}),
        ):
            assert code_of(await call) == (409, "last_owner")
        assert (await door.get(f"{path(team.organization.id)}/{bob.id}")).status_code == 200


async def test_of_two_owners_who_are_removed_at_once_one_stays(each_spine: Spine) -> None:
    team = await a_team(each_spine)
    owners = [await team.joins(name, "owner") for name in ("ada", "bob")]
    async with managing(each_spine, READ, WRITE) as door:
        there = path(team.organization.id)
        answers = await asyncio.gather(*(door.delete(f"{there}/{one.id}") for one in owners))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_the_members_of_another_organization_are_not_there(spine: Spine) -> None:
    ours, theirs = await an_organization(spine, "Ours"), await an_organization(spine, "Theirs")
    bob = await joined(spine, theirs, "bob@acme.test")
    foreign, crossed = path(theirs.id), f"{path(ours.id)}/{bob.id}"
    async with by_key(spine, ours, READ, WRITE, ROLES) as door:
        for call in (
            door.get(foreign),
            door.post(foreign, json={"user_ids": [bob.id]}),
            door.request("DELETE", foreign, json={"user_ids": [bob.id]}),
            door.get(f"{foreign}/{bob.id}"),
            door.patch(f"{foreign}/{bob.id}", json={"status": "inactive"}),
            door.delete(f"{foreign}/{bob.id}"),
            door.get(f"{foreign}/{bob.id}/roles"),
            door.put(f"{foreign}/{bob.id}/roles", json={"role_ids": []}),
        ):
            assert code_of(await call) == (404, "unknown_organization")
        for call in (
            door.get(crossed),
            door.patch(crossed, json={"status": "inactive"}),
            door.delete(crossed),
            door.get(f"{crossed}/roles"),
            door.put(f"{crossed}/roles", json={"role_ids": []}),
        ):
            assert code_of(await call) == (404, "unknown_member")


async def test_of_a_member_only_this_organization_is_shown(spine: Spine) -> None:
    ours, theirs = await an_organization(spine, "Ours"), await an_organization(spine, "Theirs")
    bob = await joined(spine, theirs, "bob@acme.test")
    await joined(spine, ours, "bob@acme.test")
    async with by_key(spine, ours, READ) as door:
        member = (await door.get(f"{path(ours.id)}/{bob.id}")).json()
    assert [tenant["tenant_name"] for tenant in member["tenants"]] == ["Ours"]


async def test_a_key_of_one_organization_adds_no_strangers(spine: Spine) -> None:
    ours = await an_organization(spine, "Ours")
    bob = await a_person(spine, "bob@acme.test")
    async with by_key(spine, ours, READ, WRITE) as door:
        assert code_of(await door.post(path(ours.id), json={"user_ids": [bob.id]})) == (403, "invitation_required")
