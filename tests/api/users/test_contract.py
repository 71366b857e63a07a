"""The ten documented calls of users (entries 36 to 45), body for body."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx2
import pytest

from gatepass.access.flows import assign, seed
from gatepass.access.model import Role
from gatepass.access.queries import find_owner_role
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.organizations.flows import add_member, create
from gatepass.organizations.model import MemberSource, NewOrganization
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

USERS = "/api/v1/users"
ID = re.compile(r"[0-9a-f]{24}")
FULL: dict[str, Any] = {
    "_id": ID, "account_id": ID, "connection_id": ID, "email": str, "first_name": str, "last_name": str,
    "groups": None, "raw_attributes": None, "roles": None, "passkey_credential": None, "phone_id": str,
    "created_at": datetime, "modified_at": datetime, "email_verified": bool, "is_active": bool, "LastLoginAt": None,
    "tenants": None, "identities": None,
}  # fmt: skip
SHORT: dict[str, Any] = {
    "id": ID, "account_id": ID, "connection_type": "ManualUser", "email": str, "first_name": str, "last_name": str,
    "created_at": datetime, "modified_at": datetime, "is_active": bool, "LastLoginAt": None,
}  # fmt: skip
# What stands beside the documented members.
BESIDE = {
    "id", "connection_type", "external_id", "state", "block_reason", "blocked_at", "deleted_at", "source", "locale",
    "picture", "public_metadata",
}  # fmt: skip


def fits(sent: dict[str, Any], documented: dict[str, Any], beside: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Hold an answer against the documented members, no more and no fewer but those that stand beside."""
    assert sent.keys() == documented.keys() | beside
    for name, kind in documented.items():
        value = sent[name]
        if kind is datetime:
            assert datetime.fromisoformat(value).tzinfo is not None
            assert value.endswith("Z")
        elif isinstance(kind, re.Pattern):
            assert kind.fullmatch(value), name
        elif isinstance(kind, type):
            assert isinstance(value, kind), name
        else:
            assert value == kind, name


@pytest.fixture
async def door(each_spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    """The door, opened by whoever may do everything."""
    async with managing(each_spine, "sys_owner") as opened:
        yield opened


async def made(door: httpx2.AsyncClient, **body: Any) -> dict[str, Any]:
    sent = {"first_name": "Ana", "last_name": "López", "email": "ana@example.com", **body}
    answer = await door.post(USERS, params={"client_id": "cli_any"}, json=sent)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_36_all_users_are_an_array_of_full_records(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    answer = await door.get(USERS, params=[("client_id", "x"), ("client_id", "")])
    assert (answer.status_code, len(answer.json())) == (200, 1)
    fits(answer.json()[0], FULL, BESIDE)
    assert answer.json()[0]["_id"] == user["_id"]
    assert "link" not in answer.headers


async def test_36_a_long_list_goes_on_behind_a_link(door: httpx2.AsyncClient) -> None:
    for number in range(5):
        await made(door, email=f"p{number}@example.com")
    seen, address = [], f"{USERS}?limit=2&client_id=cli_any"
    for count in (2, 2, 1):
        answer = await door.get(address)
        assert len(answer.json()) == count
        seen += [user["email"] for user in answer.json()]
        found = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        address = found[1] if found else ""
    assert address == ""
    assert seen == [f"p{number}@example.com" for number in range(5)]


async def test_37_a_user_is_read_by_id(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    answer = await door.get(f"{USERS}/{user['_id']}", params={"client_id": "cli_any"})
    assert answer.status_code == 200
    fits(answer.json(), FULL, BESIDE)
    assert answer.headers["etag"].startswith('"')


@pytest.mark.parametrize("email", ["ana@example.com", "ANA@EXAMPLE.com", "ana%40example.com"])
async def test_38_a_user_is_read_by_address_in_short(door: httpx2.AsyncClient, email: str) -> None:
    user = await made(door)
    answer = await door.get(f"{USERS}/{email}/email", params={"client_id": "cli_any"})
    assert answer.status_code == 200
    fits(answer.json(), SHORT)
    assert answer.json()["id"] == user["_id"]


async def test_38_the_spelling_without_the_suffix_finds_the_same_user(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    answer = await door.get(f"{USERS}/ana@example.com")
    assert (answer.status_code, answer.json()["_id"]) == (200, user["_id"])
    assert answer.json().keys() >= SHORT.keys()


@pytest.mark.parametrize("path", ["nobody@example.com", "nobody@example.com/email", "x@/email", "0" * 24, "x"])
async def test_37_and_38_whoever_is_not_there_is_not_found(door: httpx2.AsyncClient, path: str) -> None:
    answer = await door.get(f"{USERS}/{path}")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "unknown_user")


async def test_39_a_new_user_is_answered_with_an_organization_of_zeros(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    fits(user, {**FULL, "organization_id": "0" * 24}, BESIDE)
    assert (user["email_verified"], user["is_active"], user["first_name"]) == (False, True, "Ana")


async def test_39_an_address_that_somebody_has_is_a_conflict(door: httpx2.AsyncClient) -> None:
    await made(door)
    answer = await door.post(USERS, json={"first_name": "A", "last_name": "B", "email": "ANA@example.com"})
    assert (answer.status_code, answer.json()["error_code"], answer.json()["code"]) == (409, "address_taken", 1049)


async def test_40_an_update_keeps_groups_and_raw_attributes(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    body = {
        "email": "anna@example.com", "first_name": "Anna", "last_name": "L", "groups": {"staff": True},
        "raw_attributes": {"cost_center": 7},
    }  # fmt: skip
    answer = await door.put(f"{USERS}/{user['_id']}", headers={"cookie": "sj_cookie=x"}, json=body)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), {**FULL, **body}, BESIDE)
    assert answer.json()["email_verified"] is False
    read = (await door.get(f"{USERS}/{user['_id']}")).json()
    assert read == answer.json()
    assert (await door.get(f"{USERS}/ana@example.com")).status_code == 404


@pytest.mark.parametrize(
    ("body", "verified"),
    [
        ({"verification_status": "true"}, True),
        ({"vefification_status": "true"}, True),
        ({"verification_status": True}, True),
        ({"verification_status": "false"}, False),
    ],
)
async def test_41_an_operator_says_whether_an_address_is_verified(
    door: httpx2.AsyncClient, body: dict[str, Any], verified: bool
) -> None:
    user = await made(door, email_verified=not verified)
    answer = await door.post(f"{USERS}/{user['_id']}/verify", params={"client_id": "cli_any"}, json=body)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), {**FULL, "email_verified": verified}, BESIDE)


@pytest.mark.parametrize("body", [{}, {"verification_status": "maybe"}, {"verification_status": None}])
async def test_41_anything_else_is_refused(door: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    user = await made(door)
    answer = await door.post(f"{USERS}/{user['_id']}/verify", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")


async def test_42_a_deleted_user_is_gone_from_every_reading_call(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    answer = await door.request("DELETE", f"{USERS}/{user['_id']}", params={"client_id": "cli_any"}, json={})
    assert (answer.status_code, answer.json()) == (200, {"is_deleted": True})
    for path in (user["_id"], "ana@example.com", "ana@example.com/email"):
        assert (await door.get(f"{USERS}/{path}")).status_code == 404
    assert (await door.get(USERS)).json() == []
    assert (await door.delete(f"{USERS}/{user['_id']}")).status_code == 404


@pytest.mark.parametrize("name", ["role_id", "role_ids"])
async def test_43_the_roles_of_a_user_are_set(door: httpx2.AsyncClient, each_spine: Spine, name: str) -> None:
    role = await seeded(each_spine)
    user = await made(door)
    answer = await door.put(f"{USERS}/{user['_id']}/roles", json={name: [role.id]})
    assert answer.status_code == 200, answer.text
    fits(answer.json(), {**FULL, "roles": [role.id]}, BESIDE)
    listed = (await door.get(f"{USERS}/{user['_id']}/roles")).json()
    assert [(one["role_id"], one["role_name"]) for one in listed] == [(role.id, role.name)]
    answer = await door.put(f"{USERS}/{user['_id']}/roles", json={name: []})
    assert (answer.status_code, answer.json()["roles"]) == (200, None)
    answer = await door.put(f"{USERS}/{user['_id']}/roles", json={name: ["0" * 24]})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_role_id")
    assert (await door.put(f"{USERS}/{user['_id']}/roles", json={})).status_code == 400


async def seeded(spine: Spine) -> Role:
    at = spine.clock.now()

    async def body(tx: Tx) -> Role | None:
        await seed(tx, at)
        return await find_owner_role(tx)

    role = await spine.transact(body)
    assert role is not None
    return role


async def joined(spine: Spine, user_id: str) -> tuple[str, Role]:
    """Let a user own an organization and return its id and the role."""
    role, at = await seeded(spine), spine.clock.now()

    async def body(tx: Tx) -> str:
        new = NewOrganization("Acme", workspace_name="acme", allows_outsiders=True, domains=("acme.example",))
        organization = (await create(tx, new, at, ORIGIN)).organization
        within = Within(organization.id)
        await add_member(tx, within, user_id, MemberSource.ADDED, at, ORIGIN)
        await assign(tx, within, user_id, [role.id], at, ORIGIN)
        return organization.id

    return await spine.transact(body), role


@pytest.mark.parametrize("path", ["/api/account/identity/users/{}/organizations", USERS + "/{}/organizations"])
async def test_44_the_organizations_of_a_user_at_their_odd_path(
    door: httpx2.AsyncClient, each_spine: Spine, path: str
) -> None:
    user = await made(door, email_verified=True)
    empty = (await door.get(path.format(user["_id"]))).json()
    assert empty == {"id": user["_id"], "email_id": "ana@example.com", "organizations": None}
    organization_id, role = await joined(each_spine, user["_id"])
    answer = (await door.get(path.format(user["_id"]))).json()
    permissions = answer["organizations"][0]["roles"][0].pop("permissions")
    assert answer == {
        "id": user["_id"],
        "email_id": "ana@example.com",
        "organizations": [
            {
                "id": organization_id, "Name": "Acme", "WhiteListDomains": ["acme.example"],
                "AllowProfilesOutsideOrganization": True, "domain": "", "WorkspaceName": "acme",
                "roles": [{"role_id": role.id, "role_name": role.name}], "is_active": True, "status": "active",
            }
        ],
    }  # fmt: skip
    assert set(permissions) == {"Team View", "Team Manage", "Manage SSO Connection"}
    tenants = (await door.get(f"{USERS}/{user['_id']}/tenants")).json()
    assert tenants == {
        "tenants": [
            {
                "tenant_id": organization_id, "tenant_name": "Acme", "status": "active",
                "roles": [{"id": role.id, "name": role.name}],
            }
        ]
    }  # fmt: skip


async def test_45_the_login_log_in_both_forms(door: httpx2.AsyncClient, each_spine: Spine) -> None:
    user = await made(door)
    path = f"{USERS}/{user['_id']}/loginlogs"
    assert (await door.get(path)).json() == {"login_logs": []}
    for _ in range(3):
        await each_spine.sign_in("ana@example.com")
    logs = (await door.get(path, params={"client_id": "cli_any"})).json()
    assert logs.keys() == {"login_logs"}
    assert len(logs["login_logs"]) == 3
    fits(
        logs["login_logs"][0],
        {
            "IpAddress": "192.0.2.7", "Country": str, "City": str, "UserAgent": "Agent/1.0", "Name": str, "Os": str,
            "Device": str, "CreatedAt": datetime,
        },
    )  # fmt: skip
    page = (await door.get(path, params={"event": "login", "limit": 2})).json()
    assert page.keys() == {"audit_logs", "limit", "next_cursor"}
    assert (page["limit"], len(page["audit_logs"])) == (2, 2)
    fits(
        page["audit_logs"][0],
        {
            "city": str, "country": str, "created_at": datetime, "device": str, "event": "login",
            "ip_address": "192.0.2.7", "name": str, "os": str, "user_agent": "Agent/1.0",
        },
    )  # fmt: skip
    last = (await door.get(path, params={"event": "login", "limit": 2, "cursor": page["next_cursor"]})).json()
    assert (len(last["audit_logs"]), last["next_cursor"]) == (1, "")
    assert (await door.get(path, params={"event": "purchase"})).status_code == 400
    assert (await door.get(f"{USERS}/{new_id()}/loginlogs")).status_code == 404


async def test_roles_of_everywhere_are_told_in_lists_too(door: httpx2.AsyncClient, each_spine: Spine) -> None:
    role, user, at = await seeded(each_spine), await made(door), each_spine.clock.now()
    await each_spine.transact(lambda tx: assign(tx, EVERYWHERE, user["_id"], [role.id], at, ORIGIN))
    assert (await door.get(USERS)).json()[0]["roles"] == [role.id]


async def test_users_are_listed_by_organization_and_by_role(door: httpx2.AsyncClient, each_spine: Spine) -> None:
    ids = [(await made(door, email=f"p{number}@example.com", email_verified=True))["_id"] for number in range(5)]
    organization_id, role = await joined(each_spine, ids[0])
    at, within = each_spine.clock.now(), Within(organization_id)

    async def body(tx: Tx) -> None:
        for user_id in ids[1:4]:
            await add_member(tx, within, user_id, MemberSource.ADDED, at, ORIGIN)
        await assign(tx, within, ids[2], [role.id], at, ORIGIN)
        await assign(tx, EVERYWHERE, ids[4], [role.id], at, ORIGIN)

    await each_spine.transact(body)

    async def listed(**query: str) -> list[int]:
        found, cursor = [], ""
        for _ in range(9):
            answer = await door.get(USERS, params={**query, "limit": "1", **({"cursor": cursor} if cursor else {})})
            assert answer.status_code == 200, answer.text
            found += [ids.index(user["_id"]) for user in answer.json()]
            following = re.search(r"cursor=([\w-]+)", answer.headers.get("link", ""))
            if following is None:
                return found
            cursor = following[1]
        raise AssertionError("the list has no end")

    assert await listed(organization_id=organization_id) == [0, 1, 2, 3]
    assert await listed(organization_id=organization_id, email="p3@example.com") == [3]
    assert await listed(organization_id=organization_id, role_id=role.id) == [0, 2]
    assert await listed(role_id=role.id) == [4]
    await door.delete(f"{USERS}/{ids[1]}")
    assert await listed(organization_id=organization_id) == [0, 2, 3]
