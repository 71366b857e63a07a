"""Strange values at every call of the management API: cursors, searches, versions, repeats, bodies and batches."""

import asyncio
import base64
import json
import time
from typing import Any

import httpx2
import pytest

from api.organizations.callers import as_person, by_key, code_of
from attacks.test_management_idor import filled, rows_of, tells
from attacks.two_organizations import Stage, a_stage, fields_of
from gate.management.callers import a_key
from gatepass.access.model import Scope
from gatepass.gate.model import Caller
from organizations.stage import a_person, an_organization
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
STRANGE = (
    *("' OR 1=1 --", "%", "_", "\\", "a\x00b", "\u202e", "x" * 8_000, "1e309", "-1", "null", "[]", "{}", "*"),
    *("0" * 24, "9" * 30, "2026-13-45T99:99:99Z", "'; DROP TABLE users; --", "\ud7ff", "%00", "../..", "true"),
)


def cursor(*parts: Any) -> str:
    """Return a cursor as a forger writes it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


FORGED = (
    *(cursor(part) for part in STRANGE),
    *(cursor(), cursor("a", "b"), cursor("a", "b", "c"), cursor(1), cursor(None), cursor(["x"]), cursor({})),
    *(cursor(*[""] * count) for count in range(1, 6)),
    *(cursor("2026-01-01T00:00:00+00:00", "0"), cursor("9" * 400), cursor("-9" * 40, "x"), cursor("NaN")),
    *("====", "W10", "bnVsbA", "!", "a" * 5_000, "eyJ", "\u00e9"),
)


def lists_of(stage: Stage) -> list[tuple[Any, str, str]]:
    """Return every call whose query has values, with each value's name."""
    rows = [(endpoint, path) for endpoint, path in rows_of(stage, Caller.MANAGER) if endpoint.paths[0] == path]
    return [
        (endpoint, path, field.encode_name)
        for endpoint, path in rows
        if endpoint.method == "GET"
        for field in fields_of(endpoint.query)
    ]


async def test_no_forged_cursor_and_no_strange_value_breaks_a_list_or_leads_elsewhere(each_spine: Spine) -> None:
    stage = await a_stage(each_spine)
    faults = []
    async with managing(each_spine, "sys_owner") as root, stage.own_key() as key:
        for endpoint, path, name in lists_of(stage):
            for value in FORGED if name == "cursor" else STRANGE:
                target = filled(stage, path)
                answers = [(root, await root.get(target, params={name: value}))]
                if endpoint.name.startswith(("organization", "tenant", "event", "webhook", "api_key", "role")):
                    answers.append((key, await key.get(filled(stage, path, organization_id=stage.own.organization.id),
                                                       params={name: value})))  # fmt: skip
                for door, answer in answers:
                    if answer.status_code not in {200, 400, 403, 404}:
                        faults.append(f"{path}?{name}={value[:60]!r}: {answer.status_code} {answer.text[:200]}")
                    if door is key and answer.status_code == 200 and tells(answer):
                        faults.append(f"{path}?{name}={value[:60]!r} shows the other organization")
    assert not faults, "\n".join(faults[:30])


async def test_strange_parts_of_a_path_name_nothing(each_spine: Spine) -> None:
    stage = await a_stage(each_spine)
    strange = ("%00", "%27%20OR%201=1--", "%25", "_", "%F0%9F%92%A9", "%ff", "0" * 24, "x" * 3_000, "%e2%80%ae", "null")
    faults = []
    async with managing(each_spine, "sys_owner") as root:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if endpoint.method != "GET" or endpoint.paths[0] != path or "{" not in path:
                continue
            for value in strange:
                head, _, rest = filled(stage, path).rpartition("/")
                for target in (f"{head}/{value}", f"{path[: path.index('{')]}{value}/{rest}"):
                    answer = await root.get(target)
                    if answer.status_code not in {200, 400, 404, 405}:
                        faults.append(f"{target[:120]}: {answer.status_code} {answer.text[:160]}")
    assert not faults, "\n".join(faults[:30])


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "bomb",
    [nested(100_000), nested(2_000), b"[" * 200_000, b'{"a":1e9999}', b'{"a":' + b"9" * 60_000 + b"}",
     b"{" + b",".join(b'"k%d":1' % number for number in range(4_500)) + b"}", b'{"a":"\\ud800"}', b'{"a":NaN}',
     b'{"email":"a@acme.test","email":"b@acme.test"}', b"\xff\xfe", b"{" * 60_000],
    ids=["deepest", "deep", "lists", "infinite", "long-number", "wide", "half-a-character", "nan", "twice", "utf-16",
         "open"],
)  # fmt: skip
async def test_no_body_stops_the_server(spine: Spine, bomb: bytes) -> None:
    organization = await an_organization(spine)
    inside = b'{"email":"x@acme.test","name":"X","Name":"X","metadata":%b,"public_metadata":%b}' % (bomb, bomb)
    async with managing(spine, "sys_owner") as root:
        for path in ("/api/v1/users", "/api/v1/organizations", "/api/v1/applications", "/api/v1/webhooks",
                     "/api/v1/users/batch", f"/api/v1/organizations/{organization.id}/invitations"):  # fmt: skip
            for body in (bomb, inside):
                began = time.monotonic()
                answer = await root.post(path, content=body, headers={"content-type": "application/json"})
                assert answer.status_code in {200, 201, 400, 413}, (path, answer.text[:300])
                assert time.monotonic() - began < 3
        assert (await root.get("/api/v1/users")).status_code == 200


async def test_a_batch_is_a_thousand_and_no_more(spine: Spine) -> None:
    people = [{"email": f"p{number}@acme.test"} for number in range(1_001)]
    async with managing(spine, "sys_owner") as root:
        for unfit in (people, []):
            assert (await root.post("/api/v1/users/batch", json={"users": unfit})).status_code == 400
        many = {"user_ids": ["0" * 24] * 501 + [f"{number:024x}" for number in range(501)]}
        organization = await an_organization(spine)
        members = f"/api/v1/organizations/{organization.id}/members"
        assert (await root.post(members, json=many)).status_code == 400
        assert (await root.get("/api/v1/users")).json() == []
        same = await root.post("/api/v1/users/batch", json={"users": [people[0]] * 3})
        assert (same.json()["created"], same.json()["failed"]) == (1, 2)


@pytest.mark.parametrize(
    "condition",
    ['"nothing"', 'W/"nothing"', "nothing", '""', '"*"', "* ", '*, "x"', '"a","b"', "x" * 4_000, '"%"', ",", " "],
)
async def test_only_the_version_that_was_read_is_overwritten(spine: Spine, condition: str) -> None:
    ana = await a_person(spine, "ana@acme.test")
    organization = await an_organization(spine)
    async with managing(spine, "sys_owner") as root:
        for path, body in (
            (f"/api/v1/users/{ana.id}", {"first_name": "Eve"}),
            (f"/api/v1/organizations/{organization.id}", {"display_name": "Eve"}),
        ):
            answer = await root.patch(path, json=body, headers={"if-match": condition})
            if condition.strip() == "*":
                assert answer.status_code == 200
                continue
            assert code_of(answer) == (412, "stale_version")
            assert "Eve" not in (await root.get(path)).text


async def test_the_answer_to_a_key_is_never_given_to_another_caller(spine: Spine) -> None:
    first, second = [(await a_key(spine)).secret.reveal() for _ in range(2)]
    own, other = await an_organization(spine, "Acme"), await an_organization(spine, "Bell")
    body, headers = {"name": "Key", "scopes": ["users:read"]}, {"idempotency-key": "one"}
    secrets = set()
    async with managing(spine, "sys_owner") as robot, managing(spine, "sys_owner") as another:
        doors: list[httpx2.AsyncClient] = [robot, another]
        async with (
            spine.door(authorization=f"Bearer {first}") as one,
            spine.door(authorization=f"Bearer {second}") as two,
            by_key(spine, own, *Scope) as three,
            by_key(spine, other, *Scope) as four,
        ):
            for door in (*doors, one, two, three, four):
                made = await door.post("/api/v1/api-keys", json=body, headers=headers)
                assert made.status_code == 201, made.text
                secrets.add(made.json()["api_key"])
    assert len(secrets) == 6


async def test_nor_for_another_place_or_after_the_right_is_gone(spine: Spine) -> None:
    stage = await a_stage(spine)
    place = "/api/v1/auth/tenants/{}/invitations"
    body, headers = {"invitee": {"email": "x@acme.test"}}, {"idempotency-key": "one"}
    olga = await a_person(spine, "olga@acme.test")
    await stage.own.joins("second", "owner")
    async with as_person(spine, "olga@acme.test") as door:
        first = await door.post(place.format(stage.own.organization.id), json=body, headers=headers)
        assert first.status_code == 201, first.text
        assert (await door.post(place.format(stage.other.id), json=body, headers=headers)).status_code == 404
        again = await door.post(place.format(stage.own.organization.id), json=body, headers=headers)
        assert again.headers["idempotent-replayed"] == "true"
        await stage.own.gives(olga, "developer")
        refused = await door.post(place.format(stage.own.organization.id), json=body, headers=headers)
        assert code_of(refused) == (403, "permission_required")


async def all_at_once(calls: list[Any]) -> list[int]:
    """Make calls at one moment and return their statuses."""
    return [answer.status_code for answer in await asyncio.gather(*calls)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/users", {"email": "one@acme.test"}),
        ("/api/v1/users", {"external_id": "one", "email": ""}),
        ("/api/v1/organizations", {"Name": "One"}),
        ("/api/v1/roles", {"name": "One"}),
        ("/api/v1/permissions", {"name": "One"}),
    ],
    ids=["address", "external-id", "organization", "role", "permission"],
)
async def test_of_many_who_make_the_same_one_does(each_spine: Spine, path: str, body: dict[str, Any]) -> None:
    async with managing(each_spine, "sys_owner") as root:
        bodies = [body] * 64
        if "external_id" in body:
            bodies = [{**body, "email": f"p{number}@acme.test"} for number in range(64)]
        statuses = await all_at_once([root.post(path, json=one) for one in bodies])
        assert sorted(set(statuses) - {200, 201}) == [409]
        assert sum(status < 300 for status in statuses) == 1


async def test_of_two_owners_who_leave_at_once_one_stays(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    place = f"/api/v1/organizations/{organization.id}/members"
    people = [await a_person(each_spine, f"{name}@acme.test") for name in ("ada", "bob")]
    async with managing(each_spine, "sys_owner") as root:
        owner = next(role["id"] for role in (await root.get("/api/v1/roles")).json() if role["slug"] == "owner")
        for _ in range(4):
            await root.post(place, json={"user_ids": [one.id for one in people]})
            for one in people:
                given = await root.put(f"{place}/{one.id}/roles", json={"role_ids": [owner]})
                assert given.status_code == 200, given.text
            ways = [
                *(root.delete(f"{place}/{one.id}") for one in people),
                *(root.put(f"{place}/{one.id}/roles", json={"role_ids": []}) for one in people),
                *(root.patch(f"{place}/{one.id}", json={"status": "inactive"}) for one in people),
                root.request("DELETE", place, json={"user_ids": [one.id for one in people]}),
            ]
            await all_at_once(ways)
            left = [await root.get(f"{place}/{one.id}") for one in people]
            owners = [
                one
                for one in left
                if one.status_code == 200
                and one.json()["status"] == "active"
                and "Owner" in {role["role_name"] for role in one.json()["tenants"][0]["roles"]}
            ]
            assert owners, [one.text for one in left]
            for one in people:
                await root.patch(f"{place}/{one.id}", json={"status": "active"})


async def test_of_two_owners_of_the_server_one_stays(each_spine: Spine) -> None:
    people = [await a_person(each_spine, f"{name}@acme.test") for name in ("ada", "bob")]
    async with managing(each_spine, "sys_owner") as root:
        for _ in range(4):
            for one in people:
                await root.post("/api/v1/operators", json={"user_id": one.id, "scopes": ["sys_owner"]})
            less = {"scopes": ["users:read"]}
            await all_at_once(
                [
                    *(root.delete(f"/api/v1/operators/{one.id}") for one in people),
                    *(root.post("/api/v1/operators", json={"user_id": one.id, **less}) for one in people),
                ]
            )
            listed = (await root.get("/api/v1/operators")).json()
            assert [one for one in listed if "sys_owner" in one["scopes"]], listed
