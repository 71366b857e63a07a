"""API keys and operators over the wire: shown once, never wider than their maker, and never without an owner."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from access.team import a_team
from gate.management.callers import OWNER, a_key
from gatepass.access.flows import add_operator, remove_operator
from gatepass.access.model import Principal, Scope
from gatepass.access.queries import refuse_mightier
from gatepass.audit.model import Actor, ActorKind, EventKind
from gatepass.kit.db import query
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.users.model import User
from organizations.stage import a_person
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

_HASHES = query(bytes, "SELECT secret_hash FROM api_keys")
KEYS, OPERATORS = "/api/v1/api-keys", "/api/v1/operators"


async def test_a_secret_is_shown_once_and_only_its_hash_is_kept(each_spine: Spine) -> None:
    async with managing(each_spine, "sys_owner") as door:
        answer = await door.post(KEYS, json={"name": "Nightly", "scopes": ["users:read"], "networks": ["10.1.2.3/8"]})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert made["api_key"].startswith("gpk_")
        assert (made["hint"], made["networks"]) == (made["api_key"][-4:], ["10.0.0.0/8"])
        shown = (await door.get(f"{KEYS}/{made['id']}")).json()
        assert shown == {name: value for name, value in made.items() if name != "api_key"}
        assert (await door.get(KEYS)).json() == [shown]
    assert await each_spine.read(lambda tx: tx.all(_HASHES)) == [hash_token(made["api_key"])]
    events = [event for event in await each_spine.events() if event.kind is EventKind.API_KEY_CREATED]
    assert [event.data["scopes"] for event in events] == ["users:read"]
    assert made["api_key"] not in str(await each_spine.events())


async def test_a_key_that_is_revoked_stays_in_the_list(spine: Spine) -> None:
    key = await a_key(spine, "users:read")
    async with managing(spine, "api_keys:read", "api_keys:write") as door:
        path = f"{KEYS}/{key.key.id}"
        for ids in ([key.key.id], []):
            assert (await door.delete(path)).json() == {"is_deleted": True, "success": True, "revoked": ids}
        assert (await door.get(path)).json()["revoked_at"] is not None
        assert (await door.delete(f"{KEYS}/{'f' * 24}")).json()["error_code"] == "unknown_api_key"
    revoked = [event for event in await spine.events() if event.kind is EventKind.API_KEY_REVOKED]
    assert len(revoked) == 1


async def _makes(spine: Spine, secret: str) -> dict[str, str]:
    async with spine.door(authorization=f"Bearer {secret}") as door:
        answer = await door.post(KEYS, json={"name": "Made", "scopes": ["api_keys:write"]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_with_a_key_die_the_keys_that_it_made_and_no_others(each_spine: Spine) -> None:
    stolen, other = await a_key(each_spine, "api_keys:write"), await a_key(each_spine, "api_keys:write")
    child = await _makes(each_spine, stolen.secret.reveal())
    grandchild = await _makes(each_spine, child["api_key"])
    bystander = await _makes(each_spine, other.secret.reveal())
    async with managing(each_spine, "api_keys:read", "api_keys:write") as door:
        answer = await door.delete(f"{KEYS}/{stolen.key.id}")
        assert answer.json()["revoked"] == [stolen.key.id, child["id"], grandchild["id"]]
        living = {one["id"] for one in (await door.get(KEYS)).json() if one["revoked_at"] is None}
    assert living == {other.key.id, bystander["id"]}
    async with each_spine.door(authorization=f"Bearer {grandchild['api_key']}") as door:
        assert (await door.get(KEYS)).status_code == 401
    events = [event for event in await each_spine.events() if event.kind is EventKind.API_KEY_REVOKED]
    made_by = f"made by {stolen.key.id}"
    assert [(event.data["key_id"], event.reason) for event in events] == [
        (stolen.key.id, ""), (child["id"], made_by), (grandchild["id"], made_by),
    ]  # fmt: skip


async def test_a_key_that_is_revoked_while_it_makes_another_leaves_none(each_spine: Spine) -> None:
    maker = await a_key(each_spine, "api_keys:write")
    path, secret = f"{KEYS}/{maker.key.id}", maker.secret.reveal()
    async with (
        managing(each_spine, "api_keys:read", "api_keys:write") as door,
        each_spine.door(authorization=f"Bearer {secret}") as thief,
    ):
        body = {"name": "Made", "scopes": ["api_keys:write"]}
        calls = [thief.post(KEYS, json=body) for _ in range(6)]
        answers = await asyncio.gather(*calls[:3], door.delete(path), *calls[3:])
        assert {answer.status_code for answer in answers} <= {200, 201, 401, 403}
        assert all(one["revoked_at"] is not None for one in (await door.get(KEYS)).json())


@pytest.mark.parametrize("wanted", ["sys_owner", "sys_admin", "users:write", "api_keys:read"])
async def test_nobody_gives_a_scope_that_they_lack(spine: Spine, wanted: str) -> None:
    async with managing(spine, "api_keys:write", "users:read") as door:
        answer = await door.post(KEYS, json={"name": "Wider", "scopes": ["users:read", wanted]})
        assert (answer.status_code, answer.json()["error_code"]) == (403, "scope_not_held")
        assert (await door.post(KEYS, json={"name": "Same", "scopes": ["users:read"]})).status_code == 201


async def test_a_key_makes_no_key_that_may_do_more_or_sees_more(spine: Spine) -> None:
    own, other = await a_team(spine), await a_team(spine, "Other")
    maker = await a_key(spine, "api_keys:write", "api_keys:read", place=own.organization.id)
    foreign = await a_key(spine, "users:read", place=other.organization.id)
    async with spine.door(authorization=f"Bearer {maker.secret.reveal()}") as door:
        made = (await door.post(KEYS, json={"name": "K", "scopes": ["api_keys:read"]})).json()
        assert made["organization_id"] == own.organization.id, (
            "a maker who sees one organization gives sight of that one"
        )
        body = {"name": "K", "scopes": ["api_keys:read"], "organization_id": other.organization.id}
        assert (await door.post(KEYS, json=body)).json()["error_code"] == "unknown_organization"
        assert {key["id"] for key in (await door.get(KEYS)).json()} == {maker.key.id, made["id"]}
        for method in ("GET", "DELETE"):
            assert (await door.request(method, f"{KEYS}/{foreign.key.id}")).json()["error_code"] == "unknown_api_key"


async def test_every_fault_of_a_key_is_named(spine: Spine) -> None:
    body = {
        "name": "",
        "scopes": ["fly"],
        "networks": ["everywhere", "fe80::1%eth0"],
        "expires_at": (spine.clock.now() - timedelta(days=1)).isoformat(),
    }
    async with managing(spine, "sys_owner") as door:
        answer = await door.post(KEYS, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_api_key")
    for words in ("a name", "'fly'", "'everywhere'", "'fe80::1%eth0'", "in the future"):
        assert words in answer.json()["error_description"], words


async def test_operators_are_added_listed_changed_and_removed(each_spine: Spine) -> None:
    olga, otto = await a_person(each_spine, "olga@x.test"), await a_person(each_spine, "otto@x.test")
    async with managing(each_spine, "sys_owner") as door:
        added = await door.post(OPERATORS, json={"user_id": olga.id, "scopes": ["sys_owner"]})
        assert added.json() == added.json() | {"user_id": olga.id, "email": "olga@x.test", "scopes": ["sys_owner"]}
        await door.post(OPERATORS, json={"user_id": otto.id, "scopes": ["users:read"]})
        await door.post(OPERATORS, json={"user_id": otto.id, "scopes": ["users:read", "events:read"]})
        listed = {one["email"]: one["scopes"] for one in (await door.get(OPERATORS)).json()}
        assert listed == {"olga@x.test": ["sys_owner"], "otto@x.test": ["users:read", "events:read"]}
        assert (await door.delete(f"{OPERATORS}/{otto.id}")).status_code == 200
        assert (await door.delete(f"{OPERATORS}/{otto.id}")).json()["error_code"] == "unknown_operator"


async def test_the_last_owner_of_the_server_stays_and_keeps_the_scope(spine: Spine) -> None:
    olga, otto = await a_person(spine, "olga@x.test"), await a_person(spine, "otto@x.test")
    async with managing(spine, "sys_owner") as door:
        await door.post(OPERATORS, json={"user_id": olga.id, "scopes": ["sys_owner"]})
        await door.post(OPERATORS, json={"user_id": otto.id, "scopes": ["sys_admin"]})
        for answer in (
            await door.delete(f"{OPERATORS}/{olga.id}"),
            await door.post(OPERATORS, json={"user_id": olga.id, "scopes": ["sys_admin"]}),
        ):
            assert (answer.status_code, answer.json()["error_code"]) == (409, "last_operator")
        wrong = await door.post(OPERATORS, json={"user_id": "f" * 24, "scopes": ["sys_owner"]})
        assert wrong.json()["error_code"] == "unknown_user"
        wrong = await door.post(OPERATORS, json={"user_id": otto.id, "scopes": ["fly"]})
        assert wrong.json()["error_code"] == "invalid_scope_list"


async def test_of_two_owners_who_are_removed_at_once_one_stays(each_spine: Spine) -> None:
    olga, otto = await a_person(each_spine, "olga@x.test"), await a_person(each_spine, "otto@x.test")
    at = each_spine.clock.now()

    async def lets_in(user: User) -> None:
        await each_spine.transact(lambda tx: add_operator(tx, user.id, ("sys_owner",), at, ORIGIN))

    async def shuts_out(user: User) -> None:
        await each_spine.transact(lambda tx: remove_operator(tx, user.id, at, ORIGIN))

    for _ in range(4):
        for user in (olga, otto):
            await lets_in(user)
        outcomes = await asyncio.gather(shuts_out(olga), shuts_out(otto), return_exceptions=True)
        assert [one.code for one in outcomes if isinstance(one, Problem)] == ["last_operator"]


async def test_an_operator_is_no_lesser_callers_to_change(spine: Spine) -> None:
    olga, ana = await a_person(spine, "olga@x.test"), await a_person(spine, "ana@x.test")
    at = spine.clock.now()
    await spine.transact(lambda tx: add_operator(tx, olga.id, ("sys_admin",), at, ORIGIN))
    lesser = Principal(Actor(ActorKind.API_KEY, "k"), frozenset({Scope.USERS_WRITE}))
    of_one_organization = replace(OWNER, organization_id="a" * 24)
    for caller in (lesser, of_one_organization):
        await spine.read(lambda tx, one=caller: refuse_mightier(tx, one, ana.id))  # type: ignore[misc]
        with pytest.raises(Problem) as refused:
            await spine.read(lambda tx, one=caller: refuse_mightier(tx, one, olga.id))  # type: ignore[misc]
        assert (refused.value.code, refused.value.status) == ("operator_protected", 403)
    await spine.read(lambda tx: refuse_mightier(tx, OWNER, olga.id))
