"""Becoming more than one is: scopes, operators, applications, roles and invitations, by every path that there is."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from access.team import Team, a_team
from api.organizations.callers import as_person, by_key, code_of
from attacks.test_management_idor import ask, rows_of
from attacks.two_organizations import BOB, a_stage
from gate.management.callers import a_key
from gatepass.access.model import DANGEROUS_SCOPES, Scope, expand
from gatepass.gate.model import Caller
from impersonation.people import make_operator
from organizations.stage import a_person
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
_MANY = frozenset({Scope.OWNER, Scope.ADMIN})
SINGLE = tuple(sorted(set(Scope) - _MANY))
NEARLY_ALL = tuple(sorted(set(Scope) - {Scope.OWNER}))
"""All that an administrator can be given who is no owner."""
SEEDED = ("owner", "admin", "developer")


async def keyed(spine: Spine, *scopes: str) -> httpx2.AsyncClient:
    """Return a door with a key of the whole server."""
    made = await a_key(spine, *scopes)
    return spine.door(authorization=f"Bearer {made.secret.reveal()}")


def all_but(needed: Scope) -> tuple[str, ...]:
    """Return as many scopes as can be had without one."""
    return NEARLY_ALL if needed is Scope.OWNER else tuple(scope for scope in SINGLE if scope != needed)


async def test_every_scope_but_the_needed_one_opens_no_call(spine: Spine) -> None:
    stage = await a_stage(spine)
    before, faults = stage.rows(), []
    rows = rows_of(stage, Caller.MANAGER)
    for needed in sorted({endpoint.scope for endpoint, _ in rows if endpoint.scope is not None}):
        async with await keyed(spine, *all_but(needed)) as door:
            for endpoint, path in rows:
                if endpoint.scope is needed:
                    answer = await ask(door, stage, endpoint, path)
                    if code_of(answer) != (403, "insufficient_scope"):
                        faults.append(f"{endpoint.method} {path} without {needed}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    assert stage.rows() == before


@pytest.mark.parametrize("scope", sorted(Scope))
async def test_no_key_is_given_a_scope_that_its_maker_lacks(spine: Spine, scope: Scope) -> None:
    held = [one for one in Scope if scope not in expand(frozenset({one})) and one != scope]
    async with await keyed(spine, Scope.API_KEYS_WRITE, *held) as door:
        if scope is Scope.API_KEYS_WRITE:
            return
        for asked in ([scope], [Scope.API_KEYS_WRITE, scope], [scope, scope]):
            answer = await door.post("/api/v1/api-keys", json={"name": "More", "scopes": asked})
            assert code_of(answer) == (403, "scope_not_held"), asked
        for spelled in (scope.upper(), f" {scope}", f"{scope} ", f"{scope}\u200b", "*", "sys_*", f"users:read {scope}"):
            answer = await door.post("/api/v1/api-keys", json={"name": "More", "scopes": [spelled]})
            assert code_of(answer) == (400, "invalid_api_key"), spelled


@pytest.mark.parametrize(
    ("asked", "is_made"),
    [
        ({}, False),
        ({"networks": ["127.0.0.1"]}, False),
        ({"expires_at": "SOON"}, False),
        ({"networks": ["127.0.0.1"], "expires_at": "SOON"}, True),
        ({"networks": ["127.0.0.0/8"], "expires_at": "SOON"}, True),
        ({"networks": ["127.0.0.1", "0.0.0.0/0"], "expires_at": "SOON"}, False),
        ({"networks": ["126.0.0.0/7"], "expires_at": "SOON"}, False),
        ({"networks": ["::/0"], "expires_at": "SOON"}, False),
        ({"networks": ["127.0.0.1"], "expires_at": "LATER"}, False),
    ],
    ids=range(9),
)
async def test_a_key_makes_none_for_other_places_or_a_longer_time(
    spine: Spine, asked: dict[str, Any], is_made: bool
) -> None:
    until = spine.clock.now() + timedelta(hours=1)
    made = await a_key(spine, "sys_owner", networks=("127.0.0.0/8",), until=until)
    times = {"SOON": until, "LATER": until + timedelta(seconds=1)}
    body = {**asked, **({"expires_at": times[asked["expires_at"]].isoformat()} if "expires_at" in asked else {})}
    async with spine.door(authorization=f"Bearer {made.secret.reveal()}") as door:
        answer = await door.post("/api/v1/api-keys", json={"name": "More", "scopes": ["users:read"], **body})
        assert answer.status_code == (201 if is_made else 403), answer.text


async def test_an_administrator_makes_no_application_that_outranks_them(spine: Spine) -> None:
    async with await keyed(spine, Scope.ADMIN) as admin:
        robot = {"name": "Robot", "type": "m2m"}
        made = (await admin.post("/api/v1/applications", json=robot)).json()
        one = f"/api/v1/applications/{made['id']}"
        for scope in sorted(DANGEROUS_SCOPES):
            wanted = {"oauth": {"scopes": ["sys_admin", scope]}}
            for answer in (
                await admin.post("/api/v1/applications", json={**robot, **wanted}),
                await admin.patch(one, json=wanted),
                await admin.put(one, json={**robot, **wanted}),
            ):
                assert code_of(answer) == (403, "application_outranks_caller"), scope


async def test_an_administrator_takes_over_no_application_of_an_owners(spine: Spine) -> None:
    robot = {"name": "Robot", "type": "m2m", "oauth": {"scopes": ["sys_owner"]}}
    async with managing(spine, "sys_owner") as owner, await keyed(spine, *NEARLY_ALL) as admin:
        made = (await owner.post("/api/v1/applications", json=robot)).json()
        secret = (await owner.get(f"/api/v1/applications/{made['id']}/secrets")).json()[0]
        for name in (made["id"], made["client_id"]):
            one = f"/api/v1/applications/{name}"
            for method, path, body in (
                ("POST", f"{one}/secrets", None),
                ("DELETE", f"{one}/secrets/{secret['id']}", None),
                ("PATCH", one, {"oauth": {"jwks": {"keys": []}}}),
                ("PATCH", one, {"oauth": {"authentication": "none"}}),
                ("PATCH", one, {"oauth": {"scopes": []}}),
                ("PATCH", one, {"callback_urls": ["https://evil.test/"]}),
                ("PUT", one, {"name": "Mine", "type": "m2m"}),
                ("POST", f"{one}/deactivate", None),
                ("DELETE", one, None),
            ):
                answer = await admin.request(method, path, json=body)
                assert code_of(answer) == (403, "application_outranks_caller"), (method, path, body)


async def test_an_administrator_can_do_nothing_to_an_owner_of_the_server(spine: Spine) -> None:
    stage = await a_stage(spine)
    await make_operator(spine, stage.things["user_id"], "sys_owner")
    judged, faults = 0, []
    before = stage.rows()
    async with await keyed(spine, *NEARLY_ALL) as admin:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if endpoint.method == "GET" or not re.match(r"/api/v1/(users|operators)/\{user_id\}", path):
                continue
            judged += 1
            answer = await ask(admin, stage, endpoint, path)
            if endpoint.name != "impersonation_end" and answer.status_code != 403:
                faults.append(f"{endpoint.method} {path}: {answer.status_code} {answer.text[:200]}")
            if endpoint.name != "impersonation_end" and stage.rows() != before:
                faults.append(f"{endpoint.method} {path} changed {sorted(stage.rows() ^ before)[:2]}")
            before = stage.rows()
    assert judged > 15
    assert not faults, "\n".join(faults)


async def test_nobody_is_made_an_owner_by_a_record_of_theirs(spine: Spine) -> None:
    """Neither another user with an owner's address nor the address given to oneself leads to the owner's session."""
    stage = await a_stage(spine)
    await make_operator(spine, stage.things["user_id"], "sys_owner")
    async with await keyed(spine, *NEARLY_ALL) as admin:
        mine = (await admin.post("/api/v1/users", json={"email": "mallory@acme.test", "email_verified": True})).json()
        one = f"/api/v1/users/{mine['_id']}"
        for spelled in (BOB, BOB.upper(), f" {BOB} ", BOB.replace("@", "@\u200b"), BOB.replace("o", "\u03bf")):
            for answer in (
                await admin.post("/api/v1/users", json={"email": spelled, "email_verified": True}),
                await admin.patch(one, json={"email": spelled}),
                await admin.post(f"{one}/addresses", json={"email": spelled, "email_verified": True}),
            ):
                assert answer.status_code in {400, 409}, (spelled, answer.text)
        batch = await admin.post("/api/v1/users/batch", json={"users": [{"email": BOB, "email_verified": True}]})
        assert BOB not in batch.text or "taken" in batch.text
    assert (await spine.sign_in(BOB)).user.id == stage.things["user_id"]


async def seats(team: Team) -> dict[str, str]:
    """Let somebody join for each role that every server has, and return the ids of the roles."""
    ids = {}
    for slug in SEEDED:
        await team.joins(f"{slug}-holder", slug)
        ids[slug] = (await team.role(slug)).id
    return ids


MAY_GIVE = {("owner", "owner"), ("owner", "admin"), ("owner", "developer"), ("admin", "admin"), ("admin", "developer")}


@pytest.mark.parametrize("giver", SEEDED)
async def test_members_give_nothing_wider_than_their_own(spine: Spine, giver: str) -> None:
    team = await a_team(spine)
    ids = await seats(team)
    nora = await team.joins("nora")
    place = f"/api/v1/auth/tenants/{team.organization.id}"
    async with as_person(spine, f"{giver}-holder@acme.test") as door:
        for slug in SEEDED:
            invitee = {"email": f"{slug}@acme.test"}
            for answer in (
                await door.post(f"{place}/users/{nora.id}/roles", json={"role_ids": [ids[slug]]}),
                await door.post(f"{place}/invitations", json={"invitee": invitee, "role_ids": [ids[slug]]}),
            ):
                assert (answer.status_code < 300) is ((giver, slug) in MAY_GIVE), (giver, slug, answer.text)


async def test_an_administrator_neither_becomes_an_owner_nor_puts_one_out(spine: Spine) -> None:
    team = await a_team(spine)
    ids = await seats(team)
    founder = await team.joins("founder", "owner")
    adam = await a_person(spine, "admin-holder@acme.test")
    place = f"/api/v1/auth/tenants/{team.organization.id}/users"
    async with as_person(spine, "admin-holder@acme.test") as door:
        for answer in (
            await door.post(f"{place}/{adam.id}/roles", json={"role_ids": [ids["owner"], ids["admin"]]}),
            await door.post(f"{place}/{founder.id}/roles", json={"role_ids": []}),
            await door.patch(f"{place}/{founder.id}", json={"status": "inactive"}),
            await door.request("DELETE", place, json={"user_ids": [founder.id]}),
        ):
            assert code_of(answer) == (403, "role_too_wide")


async def test_roles_come_by_an_invitation_only_from_who_may_give_roles(spine: Spine) -> None:
    team = await a_team(spine)
    owner = await team.role("owner")
    path = f"/api/v1/organizations/{team.organization.id}/invitations"
    asked: dict[str, Any] = {"invitee": {"email": "mallory@acme.test"}, "role_ids": [owner.id]}
    for door_of in (by_key(spine, team.organization, "organizations:write"), managing(spine, "organizations:write")):
        async with door_of as door:
            refused = await door.post(path, json=asked)
            assert (refused.status_code, "roles:write" in refused.text) == (403, True)
            assert (await door.post(path, json={**asked, "role_ids": []})).status_code == 201
    async with by_key(spine, team.organization, "organizations:write", "roles:write") as door:
        assert (await door.post(path, json=asked)).status_code == 201
