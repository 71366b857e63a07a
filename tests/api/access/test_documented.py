"""Entries 29 to 35 of the documented API, body for body: roles and permissions."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio

ROLE_FIELDS = {"id", "name", "slug", "description", "permission_id", "is_deleted", "is_active"}
LATER_ROLE_FIELDS = {"permission_ids", "organization_id", "created_at", "modified_at"}
NOWHERE = "f" * 24


@pytest.fixture
async def door(each_spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    """The door, opened by whoever may read and write roles."""
    async with managing(each_spine, "roles:read", "roles:write") as opened:
        yield opened


async def made(door: httpx2.AsyncClient, noun: str = "roles", **body: Any) -> dict[str, Any]:
    answer = await door.post(f"/api/v1/{noun}", json=body, params={"client_id": "cli_x"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def permissions(door: httpx2.AsyncClient) -> dict[str, str]:
    """Return the ids of the permissions by their slugs."""
    return {one["slug"]: one["id"] for one in (await door.get("/api/v1/permissions")).json()}


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


async def test_29_all_roles_are_a_bare_array(door: httpx2.AsyncClient) -> None:
    roles = (await door.get("/api/v1/roles?client_id=cli_x&client_id=")).json()
    assert [(role["name"], role["slug"], len(role["permission_id"])) for role in roles] == [
        ("Owner", "owner", 3),
        ("Admin", "admin", 3),
        ("Developer", "developer", 1),
    ]
    for role in roles:
        assert role.keys() == ROLE_FIELDS | LATER_ROLE_FIELDS
        assert (role["is_deleted"], role["is_active"], role["organization_id"]) == (False, True, None)
        assert len(role["id"]) == 24
        assert role["permission_ids"] == role["permission_id"]


async def test_30_all_permissions_are_a_bare_array(door: httpx2.AsyncClient) -> None:
    found = (await door.get("/api/v1/permissions", params={"client_id": "cli_x"})).json()
    assert [(one["name"], one["slug"]) for one in found] == [
        ("Team View", "team_view"),
        ("Team Manage", "team_manage"),
        ("Manage SSO Connection", "manage_sso_connection"),
    ]
    fields = {"id", "name", "slug", "description", "is_deleted", "is_active", "is_default", "created_at", "modified_at"}
    assert all(one.keys() == fields for one in found)


async def test_31_a_new_role_is_answered(door: httpx2.AsyncClient) -> None:
    role = await made(door, name="Auditor", slug="auditor", description="Reads reports.")
    expected = {"name": "Auditor", "slug": "auditor", "description": "Reads reports.", "permission_id": None}
    assert role == role | expected | {"is_deleted": False, "is_active": True}
    assert (await door.get(f"/api/v1/roles/{role['id']}")).json() == role
    assert refused(await door.post("/api/v1/roles", json={"name": "Other", "slug": "auditor"})) == (409, "slug_taken")


@pytest.mark.parametrize("spelling", ["permission_id", "permission_ids"])
async def test_32_a_role_is_changed_in_either_spelling(door: httpx2.AsyncClient, spelling: str) -> None:
    role, known = await made(door, name="Auditor"), await permissions(door)
    path = f"/api/v1/roles/{role['id']}"
    body = {"name": "Clerk", "slug": "clerk", "description": "Files.", spelling: [known["team_view"]]}
    changed = (await door.put(path, json=body)).json()
    assert (changed["name"], changed["slug"], changed["permission_id"]) == ("Clerk", "clerk", [known["team_view"]])
    kept = (await door.put(path, json={"id": role["id"], "description": ""})).json()
    assert (kept["name"], kept["permission_ids"]) == ("Clerk", [known["team_view"]]), "what is left out stays"
    emptied = (await door.patch(path, json={spelling: None})).json()
    assert emptied["permission_id"] is None, "null is what no permissions look like"


async def test_32_an_answer_that_is_sent_back_changes_nothing(door: httpx2.AsyncClient) -> None:
    for role in (await door.get("/api/v1/roles")).json():
        echoed = await door.put(f"/api/v1/roles/{role['id']}", json=role)
        assert echoed.status_code == 200, echoed.text
        assert {**echoed.json(), "modified_at": ""} == {**role, "modified_at": ""}


async def test_32_two_spellings_that_differ_are_refused(door: httpx2.AsyncClient) -> None:
    role, known = await made(door, name="Auditor"), await permissions(door)
    body = {"permission_id": [known["team_view"]], "permission_ids": [known["team_manage"]]}
    assert refused(await door.put(f"/api/v1/roles/{role['id']}", json=body)) == (400, "malformed_request")


async def test_33_a_permission_is_changed(door: httpx2.AsyncClient) -> None:
    permission = await made(door, "permissions", name="read:reports", is_default=True)
    assert (permission["slug"], permission["is_default"], permission["is_active"]) == ("read:reports", True, True)
    path = f"/api/v1/permissions/{permission['id']}"
    body = {"name": "Read reports", "slug": "reports.read", "description": "Any of them."}
    changed = (await door.put(path, json=body)).json()
    assert changed == changed | body | {"id": permission["id"], "is_default": True}
    assert (await door.get(path)).json() == changed
    assert refused(await door.put(path, json={"slug": "team_view"})) == (409, "slug_taken")


@pytest.mark.parametrize("noun", ["roles", "permissions"])
async def test_34_and_35_what_is_deleted_is_gone(door: httpx2.AsyncClient, noun: str) -> None:
    one = await made(door, noun, name="Passing")
    path = f"/api/v1/{noun}/{one['id']}"
    answer = await door.request("DELETE", path, json={})
    assert (answer.status_code, answer.json()) == (200, {"is_deleted": True, "success": True})
    missing = (404, f"unknown_{noun.removesuffix('s')}")
    assert refused(await door.get(path)) == missing
    assert refused(await door.delete(path)) == missing
    assert refused(await door.put(path, json={"name": "Back"})) == missing
    seeded = (await door.get(f"/api/v1/{noun}")).json()[0]
    assert refused(await door.delete(f"/api/v1/{noun}/{seeded['id']}")) == (409, "seeded")
    assert refused(await door.put(f"/api/v1/{noun}/{seeded['id']}", json={"slug": "other"})) == (409, "seeded")


async def test_permissions_are_added_to_a_role(door: httpx2.AsyncClient) -> None:
    role, known = await made(door, name="Auditor"), await permissions(door)
    for slug in ("team_view", "team_manage", "team_view"):
        body = {"id": role["id"], "permission_ids": [known[slug]]}
        answer = await door.put("/api/v1/roles/assignpermission", json=body)
        assert answer.status_code == 200, answer.text
    assert answer.json()["permission_ids"] == sorted([known["team_view"], known["team_manage"]])
    body = {"id": NOWHERE, "permission_ids": []}
    assert refused(await door.put("/api/v1/roles/assignpermission", json=body)) == (404, "unknown_role")
    body = {"id": role["id"], "permission_ids": [NOWHERE]}
    assert refused(await door.put("/api/v1/roles/assignpermission", json=body)) == (400, "invalid_permission_id")


async def test_nobody_sets_what_is_not_theirs_to_set(door: httpx2.AsyncClient) -> None:
    forged: dict[str, Any] = {
        "id": NOWHERE,
        "is_seeded": True,
        "organization_id": NOWHERE,
        "is_deleted": True,
        "created_at": "1970-01-01T00:00:00Z",
    }
    role = await made(door, name="Auditor", **forged)
    assert role["id"] != NOWHERE
    assert (role["organization_id"], role["is_deleted"]) == (None, False)
    assert not role["created_at"].startswith("1970")
    assert (await door.delete(f"/api/v1/roles/{role['id']}")).status_code == 200, "it did not become a seeded one"


async def test_every_fault_is_named_in_one_answer(door: httpx2.AsyncClient) -> None:
    answer = await door.post("/api/v1/roles", json={"name": " ", "slug": "NO", "description": "x" * 501})
    assert refused(answer) == (400, "invalid_role")
    for words in ("1 to 100 characters", "lower-case letters", "within 500 characters"):
        assert words in answer.json()["error_description"]
    assert answer.json()["code"] == 1004


async def test_a_list_goes_on_by_its_link(door: httpx2.AsyncClient) -> None:
    seen: list[str] = []
    address = "/api/v1/roles?limit=2&client_id=cli_x"
    while address:
        answer = await door.get(address)
        seen += [role["slug"] for role in answer.json()]
        address = answer.links.get("next", {}).get("url", "")
        assert not address or address.startswith("/api/v1/roles?limit=2&client_id=cli_x&cursor=")
    assert seen == ["owner", "admin", "developer"]
    assert refused(await door.get("/api/v1/roles?limit=501")) == (400, "invalid_limit")
    assert refused(await door.get("/api/v1/roles?cursor=x")) == (400, "invalid_cursor")


@pytest.mark.parametrize("noun", ["roles", "permissions"])
async def test_nobody_overwrites_what_they_have_not_seen(door: httpx2.AsyncClient, noun: str) -> None:
    one = await made(door, noun, name="Passing")
    path = f"/api/v1/{noun}/{one['id']}"
    first = (await door.get(path)).headers["etag"]
    second = (await door.put(path, json={"name": "A"}, headers={"if-match": first})).headers["etag"]
    assert first != second
    for method in ("PUT", "DELETE"):
        answer = await door.request(method, path, json={"name": "B"}, headers={"if-match": first})
        assert refused(answer) == (412, "stale_version")
    assert (await door.get(path)).json()["name"] == "A"
    assert (await door.delete(path, headers={"if-match": f'"x", {second}'})).status_code == 200


async def test_a_repeat_with_the_same_key_makes_no_second_role(door: httpx2.AsyncClient) -> None:
    headers = {"idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
    first = await door.post("/api/v1/roles", json={"name": "Auditor"}, headers=headers)
    again = await door.post("/api/v1/roles", json={"name": "Auditor"}, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await door.post("/api/v1/roles", json={"name": "Clerk"}, headers=headers)
    assert refused(other) == (409, "idempotency_key_reused")
