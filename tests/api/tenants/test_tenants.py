"""Tenants, the newer name of organizations, body for body."""

from typing import Any

import pytest

from access.team import a_team
from api.organizations.callers import by_key, code_of
from organizations.stage import a_person, an_organization, joined
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
READ, WRITE, ROLES = "organizations:read", "organizations:write", "roles:write"
ALL = "/api/v1/tenants"


async def test_a_tenant_is_created_read_changed_and_deleted(each_spine: Spine) -> None:
    sent = {"name": "acme", "display_name": "Acme Inc.", "domains": ["Acme.example"], "metadata": {"tier": "gold"}}
    async with managing(each_spine, READ, WRITE) as door:
        answer = await door.post(ALL, json={**sent, "external_id": "crm-1"})
        made = answer.json()
        assert answer.status_code == 201
        assert made == {
            **sent, "id": made["id"], "domains": ["acme.example"], "external_id": "crm-1", "status": "active",
        }  # fmt: skip
        there = f"{ALL}/{made['id']}"
        assert (await door.get(there)).json() == made
        put = await door.put(there, json={"display_name": "Acme Ltd.", "domains": ["acme.test"]})
        assert put.json() == {"is_updated": True}
        after = (await door.get(there)).json()
        assert (after["display_name"], after["domains"], after["name"]) == ("Acme Ltd.", ["acme.test"], "acme")
        assert (await door.delete(there)).json() == {"success": True}
        assert code_of(await door.get(there)) == (404, "unknown_organization")


async def test_a_tenant_is_an_organization(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        made = (await door.post(ALL, json={"display_name": "Acme"})).json()
        read = (await door.get(f"/api/v1/organization/{made['id']}")).json()
    assert (read["name"], read["WhiteListDomains"], read["allow_profiles_outside_organization"]) == ("Acme", None, True)


async def test_a_name_or_a_proven_domain_that_is_taken_conflicts(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        assert (await door.post(ALL, json={"name": "acme"})).status_code == 201
        assert code_of(await door.post(ALL, json={"name": "ACME"})) == (409, "name_taken")
        assert code_of(await door.post(ALL, json={})) == (400, "invalid_organization")


async def test_tenants_are_listed_with_a_cursor_and_searched(each_spine: Spine) -> None:
    for number in range(3):
        await an_organization(each_spine, f"name{number}", display_name=f"Acme {number}", is_active=number != 2)
    async with managing(each_spine, READ) as door:
        first = (await door.get(f"{ALL}?limit=2")).json()
        assert first.keys() == {"limit", "next_cursor", "tenants"}
        assert (first["limit"], len(first["tenants"])) == (2, 2)
        rest = (await door.get(f"{ALL}?limit=2&cursor={first['next_cursor']}")).json()
        assert rest["next_cursor"] == ""
        assert rest["tenants"] == [
            {"id": rest["tenants"][0]["id"], "name": "name2", "display_name": "Acme 2", "status": "inactive"}
        ]
        by_default = (await door.get(f"{ALL}?search=acme&limit=2")).json()
        assert [one["display_name"] for one in by_default["tenants"]] == ["Acme 0", "Acme 1"]
        after = (await door.get(f"{ALL}?search=acme&limit=2&cursor={by_default['next_cursor']}")).json()
        assert [one["display_name"] for one in after["tenants"]] == ["Acme 2"]
        by_name = (await door.get(f"{ALL}?search=name1&search_field=name")).json()
        assert [one["name"] for one in by_name["tenants"]] == ["name1"]


async def test_users_of_a_tenant_are_added_listed_given_roles_and_removed(each_spine: Spine) -> None:
    team = await a_team(each_spine)
    owner = await team.role("owner")
    ada = await a_person(each_spine, "ada@acme.test")
    there = f"{ALL}/{team.organization.id}/users"
    async with managing(each_spine, READ, WRITE, ROLES) as door:
        assert (await door.post(there, json={"user_ids": [ada.id]})).json()["is_added"] is True
        given = await door.post(f"{there}/{ada.id}/roles", json={"role_ids": [owner.id]})
        assert given.json() == {"is_updated": True}
        page = (await door.get(there)).json()
        assert (page["limit"], page["next_cursor"]) == (100, "")
        (user,) = page["users"]
        assert (user["id"], user["email"], user["first_name"], user["last_name"], user["is_active"]) == (
            ada.id, "ada@acme.test", "", "", True,
        )  # fmt: skip
        (tenant,) = user["tenants"]
        assert (tenant["tenant_id"], tenant["tenant_name"], tenant["status"]) == (
            team.organization.id,
            "Acme",
            "active",
        )
        assert [(role["role_id"], role["role_name"]) for role in tenant["roles"]] == [(owner.id, "Owner")]
        assert user["identities"] is None
        assert user["last_login_at"] is not None
        assert (await door.get(f"{there}/{ada.id}")).json() == user
        refused = await door.request("DELETE", there, json={"users": [ada.id]})
        assert code_of(refused) == (409, "last_owner")
        await door.post(f"{there}/{(await team.joins('bob')).id}/roles", json={"role_ids": [owner.id]})
        assert (await door.request("DELETE", there, json={"users": [ada.id]})).json() == {"success": True}


@pytest.mark.parametrize("spelling", ["users", "user_ids"])
async def test_both_spellings_of_a_removal_are_read(spine: Spine, spelling: str) -> None:
    acme = await an_organization(spine)
    ada = await joined(spine, acme)
    async with managing(spine, WRITE) as door:
        answer = await door.request("DELETE", f"{ALL}/{acme.id}/users", json={spelling: [ada.id]})
    assert answer.json() == {"success": True}


async def test_another_tenant_is_not_there(spine: Spine) -> None:
    ours, theirs = await an_organization(spine, "Ours"), await an_organization(spine, "Theirs")
    bob = await joined(spine, theirs, "bob@acme.test")
    there = f"{ALL}/{theirs.id}"
    people: dict[str, Any] = {"user_ids": [bob.id]}
    async with by_key(spine, ours, READ, WRITE, ROLES) as door:
        for call in (
            door.get(there),
            door.put(there, json={}),
            door.delete(there),
            door.get(f"{there}/users"),
            door.post(f"{there}/users", json=people),
            door.request("DELETE", f"{there}/users", json=people),
            door.get(f"{there}/users/{bob.id}"),
            door.post(f"{there}/users/{bob.id}/roles", json={"role_ids": []}),
        ):
            assert code_of(await call) == (404, "unknown_organization")
        assert [one["name"] for one in (await door.get(ALL)).json()["tenants"]] == ["Ours"]
        assert code_of(await door.post(ALL, json={"name": "new"})) == (403, "organization_caller")
