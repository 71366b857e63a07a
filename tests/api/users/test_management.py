"""What stands beside the documented calls: searches, patches, batches, contacts, metadata, standing, sessions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.access.flows import add_operator, create_key
from gatepass.access.model import NewKey, Principal, Scope
from gatepass.audit.model import Actor, ActorKind
from gatepass.kit.db import Tx
from gatepass.organizations.flows import create as create_organization
from gatepass.organizations.model import NewOrganization
from gatepass.users.flows import create
from gatepass.users.model import NewIdentity, NewPerson
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

USERS = "/api/v1/users"


@pytest.fixture
async def door(spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    """The door, opened by whoever may do everything."""
    async with managing(spine, "sys_owner") as opened:
        yield opened


async def made(door: httpx2.AsyncClient, email: str = "ana@example.com", **body: Any) -> dict[str, Any]:
    answer = await door.post(USERS, json={"email": email, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["error_code"])


async def emails(door: httpx2.AsyncClient, **query: Any) -> list[str]:
    answer = await door.get(USERS, params=query)
    assert answer.status_code == 200, answer.text
    return [user["email"] for user in answer.json()]


async def test_users_are_searched_by_what_is_known_of_them(spine: Spine, door: httpx2.AsyncClient) -> None:
    await made(door, "ana@example.com", first_name="Ana", last_name="López", phone="+49 30 123456", external_id="x-1")
    spine.clock.move(timedelta(minutes=1))
    between = spine.clock.now()
    spine.clock.move(timedelta(minutes=1))
    eva = await made(door, "eva@example.com", first_name="Eva", last_name="Ana", public_metadata={"plan": "pro"})
    everybody = ["ana@example.com", "eva@example.com"]
    assert await emails(door) == everybody
    assert await emails(door, email="ANA@example.com") == ["ana@example.com"]
    assert await emails(door, email="ev*") == ["eva@example.com"]
    assert sorted(await emails(door, name="ana")) == everybody
    assert await emails(door, name="ana l") == ["ana@example.com"]
    assert await emails(door, phone="+4930123456") == await emails(door, external_id="x-1") == ["ana@example.com"]
    assert await emails(door, metadata="plan:pro") == ["eva@example.com"]
    assert await emails(door, created_from=between.isoformat()) == ["eva@example.com"]
    assert await emails(door, created_before=between.isoformat()) == ["ana@example.com"]
    await door.post(f"{USERS}/{eva['_id']}/block", json={"reason": "fraud"})
    assert await emails(door, state="blocked") == ["eva@example.com"]
    assert await emails(door, state="active") == ["ana@example.com"]


@pytest.mark.parametrize(
    "query",
    [
        {"email": "ana"}, {"phone": "123"}, {"metadata": "plan"}, {"state": "odd"}, {"created_from": "yesterday"},
        {"created_from": "2026-01-01T00:00:00"}, {"limit": 0}, {"limit": 501}, {"cursor": "!"},
    ],
    ids=lambda query: "-".join(map(str, *query.items())),
)  # fmt: skip
async def test_a_search_that_makes_no_sense_is_refused_in_a_sentence(
    door: httpx2.AsyncClient, query: dict[str, Any]
) -> None:
    answer = await door.get(USERS, params=query)
    assert answer.status_code == 400
    assert answer.json()["message"].endswith(".")


async def test_every_fault_of_a_search_is_told_at_once(door: httpx2.AsyncClient) -> None:
    answer = await door.get(USERS, params={"email": "x", "phone": "y", "metadata": "z"})
    assert all(word in answer.json()["message"] for word in ("e-mail", "phone", "metadata"))


async def test_an_organization_or_role_that_is_not_there_is_not_found(door: httpx2.AsyncClient) -> None:
    assert refusal(await door.get(USERS, params={"organization_id": "0" * 24})) == (404, "unknown_organization")
    assert refusal(await door.get(USERS, params={"role_id": "0" * 24})) == (404, "unknown_role")


async def test_a_patch_changes_what_it_names_and_null_clears(door: httpx2.AsyncClient) -> None:
    user = await made(
        door, first_name="Ana", last_name="L", external_id="x-1", groups=["a"], public_metadata={"a": 1, "b": 2},
        private_metadata={"x": {"y": 1, "z": 2}},
    )  # fmt: skip
    address = f"{USERS}/{user['_id']}"
    patch = {
        "last_name": None, "external_id": None, "public_metadata": {"a": None}, "raw_attributes": {"k": 1},
        "private_metadata": {"x": {"y": None}}, "groups": None,
    }  # fmt: skip
    answer = await door.patch(address, json=patch)
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    assert (sent["first_name"], sent["last_name"], sent["external_id"]) == ("Ana", "", None)
    assert (sent["public_metadata"], sent["groups"], sent["raw_attributes"]) == ({"b": 2}, None, {"k": 1})
    metadata = (await door.get(f"{address}/metadata")).json()
    assert metadata["private_metadata"] == {"x": {"z": 2}, "raw_attributes": {"k": 1}}
    assert (await door.patch(address, json={"public_metadata": None})).json()["public_metadata"] == {}


async def test_a_patch_may_be_announced_as_what_it_is(door: httpx2.AsyncClient) -> None:
    user = await made(door, first_name="Ana")
    kind = {"content-type": "application/merge-patch+json"}
    answer = await door.patch(f"{USERS}/{user['_id']}", content=b'{"first_name": null}', headers=kind)
    assert (answer.status_code, answer.json()["first_name"]) == (200, "")
    answer = await door.put(f"{USERS}/{user['_id']}", content=b"{}", headers=kind)
    assert refusal(answer) == (415, "unsupported_media_type")


async def test_what_decides_over_somebody_is_not_set_by_a_change(door: httpx2.AsyncClient) -> None:
    """Mass assignment (CWE-915): of the whole record, a change takes what it lists alone."""
    user = await made(door)
    stolen = {
        **user, "_id": "f" * 24, "id": "f" * 24, "email_verified": True, "is_active": False, "roles": ["f" * 24],
        "organization_id": "f" * 24, "source": "x", "state": "blocked", "created_at": "2000-01-01T00:00:00Z",
        "identities": [{"provider": "google"}], "blocked_at": "2000-01-01T00:00:00Z", "deleted_at": None,
        "phone_id": "+4930123456", "connection_id": "f" * 24, "account_id": "f" * 24,
    }  # fmt: skip
    for method in ("PUT", "PATCH"):
        answer = await door.request(method, f"{USERS}/{user['_id']}", json=stolen)
        assert answer.status_code == 200, answer.text
    after = (await door.get(f"{USERS}/{user['_id']}")).json()
    assert {**after, "organization_id": "0" * 24} == user


async def test_a_change_with_an_old_version_is_refused(spine: Spine, door: httpx2.AsyncClient) -> None:
    user = await made(door)
    address = f"{USERS}/{user['_id']}"
    version = (await door.get(address)).headers["etag"]
    spine.clock.move(timedelta(seconds=1))
    changed = await door.patch(address, json={"first_name": "A"}, headers={"if-match": version})
    assert (changed.status_code, changed.headers["etag"] != version) == (200, True)
    for method, path, body in (
        ("PATCH", "", {"first_name": "B"}), ("PUT", "", {}), ("DELETE", "", None), ("POST", "/block", {"reason": "x"}),
        ("POST", "/addresses", {"email": "b@example.com"}), ("PUT", "/metadata", {"public_metadata": {}}),
    ):  # fmt: skip
        answer = await door.request(method, address + path, json=body, headers={"if-match": version})
        assert refusal(answer) == (412, "stale_version"), path
    assert (await door.get(address)).json()["first_name"] == "A"


async def test_a_repeated_creation_with_one_key_makes_one_user(door: httpx2.AsyncClient) -> None:
    first = await door.post(USERS, json={"email": "ana@example.com"}, headers={"idempotency-key": "k-1"})
    again = await door.post(USERS, json={"email": "ana@example.com"}, headers={"idempotency-key": "k-1"})
    assert first.json() == again.json()
    assert await emails(door) == ["ana@example.com"]


async def test_a_batch_says_of_each_row_what_became_of_it(door: httpx2.AsyncClient) -> None:
    await made(door, "taken@example.com")
    rows: list[dict[str, Any]] = [{"email": f"p{number}@example.com", "first_name": "P"} for number in range(120)]
    rows[3] = {"email": "TAKEN@example.com"}
    rows[4] = {"email": "no address"}
    rows[5] = {"first_name": 7}
    rows[6] = {"first_name": "Nobody"}
    rows[119] = {"email": "p0@example.com"}
    answer = await door.post(f"{USERS}/batch", json={"users": rows})
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    assert (sent["created"], sent["failed"], [row["index"] for row in sent["results"]]) == (115, 5, list(range(120)))
    told = {row["index"]: (row["status"], row["error_code"]) for row in sent["results"] if row["id"] is None}
    assert told == {
        3: (409, "address_taken"), 4: (400, "invalid_email"), 5: (400, "malformed_request"), 6: (400, "invalid_user"),
        119: (409, "address_taken"),
    }  # fmt: skip
    assert len(await emails(door, limit=500)) == 116


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_holds_one_to_a_thousand_rows(door: httpx2.AsyncClient, count: int) -> None:
    answer = await door.post(f"{USERS}/batch", json={"users": [{}] * count})
    assert refusal(answer) == (400, "malformed_request")


async def test_a_batch_of_a_thousand_is_taken(door: httpx2.AsyncClient) -> None:
    rows = [{"email": f"p{number}@example.com", "public_metadata": {"n": number}} for number in range(1000)]
    sent = (await door.post(f"{USERS}/batch", json={"users": rows})).json()
    assert (sent["created"], sent["failed"]) == (1000, 0)
    assert await emails(door, metadata="n:777") == ["p777@example.com"]


async def test_addresses_come_are_vouched_for_and_go(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    addresses = f"{USERS}/{user['_id']}/addresses"
    sent = (await door.post(addresses, json={"email": "b@example.com", "email_verified": True})).json()
    assert [(one["email"], one["is_primary"], one["email_verified"]) for one in sent] == [
        ("ana@example.com", True, False), ("b@example.com", False, True),
    ]  # fmt: skip
    sent = (await door.patch(f"{addresses}/b@example.com", json={"is_primary": True})).json()
    assert sent[0]["email"] == "b@example.com"
    assert refusal(await door.delete(f"{addresses}/b@example.com")) == (409, "primary_address")
    assert (await door.delete(f"{addresses}/ana@example.com")).status_code == 200
    assert [one["email"] for one in (await door.get(addresses)).json()] == ["b@example.com"]
    for path in ("ana@example.com", "nonsense"):
        assert refusal(await door.delete(f"{addresses}/{path}")) == (404, "unknown_address")
    await made(door, "other@example.com")
    assert refusal(await door.post(addresses, json={"email": "other@example.com"})) == (409, "address_taken")


async def test_phone_numbers_come_are_vouched_for_and_go(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    phones = f"{USERS}/{user['_id']}/phones"
    await door.post(phones, json={"phone": "+49 30 123456"})
    sent = (await door.post(phones, json={"phone": "+1 415 555 0100", "is_primary": True})).json()
    assert [(one["phone"], one["is_primary"]) for one in sent] == [("+14155550100", True), ("+4930123456", False)]
    sent = (await door.patch(f"{phones}/+4930123456", json={"phone_verified": True})).json()
    assert sent[1]["phone_verified"] is True
    assert (await door.get(f"{USERS}/{user['_id']}")).json()["phone_id"] == "+14155550100"
    assert (await door.delete(f"{phones}/4930123456")).status_code == 200
    assert refusal(await door.delete(f"{phones}/+4930123456")) == (404, "unknown_phone")
    assert refusal(await door.post(phones, json={"phone": "030"})) == (400, "invalid_phone")


async def test_an_identity_is_told_and_unlinked(spine: Spine, door: httpx2.AsyncClient) -> None:
    new, at = NewPerson(identities=(NewIdentity("google", "c" * 24, "g-1"),)), spine.clock.now()
    person = await spine.transact(lambda tx: create(tx, new, at, ORIGIN))
    user = (await door.get(f"{USERS}/{person.id}")).json()
    assert (user["connection_id"], user["connection_type"], user["email"]) == ("c" * 24, "google", "")
    identities = f"{USERS}/{person.id}/identities"
    assert [one["subject"] for one in (await door.get(identities)).json()] == ["g-1"]
    assert (await door.delete(f"{identities}/{person.identities[0].id}")).json() == []
    assert refusal(await door.delete(f"{identities}/{person.identities[0].id}")) == (404, "unknown_identity")
    answer = await door.post(f"{USERS}/{person.id}/verify", json={"verification_status": "true"})
    assert refusal(answer) == (409, "address_missing")


async def test_metadata_is_set_and_patched(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    metadata = f"{USERS}/{user['_id']}/metadata"
    sent = (await door.put(metadata, json={"public_metadata": {"a": {"b": 1}}})).json()
    assert sent == {"public_metadata": {"a": {"b": 1}}, "private_metadata": {}}
    sent = (await door.patch(metadata, json={"public_metadata": {"a": {"c": 2}}, "private_metadata": {"x": 1}})).json()
    assert sent == {"public_metadata": {"a": {"b": 1, "c": 2}}, "private_metadata": {"x": 1}}
    sent = (await door.patch(metadata, json={"private_metadata": None})).json()
    assert sent["private_metadata"] == {}
    answer = await door.put(metadata, json={"private_metadata": {"x": "y" * 17_000}})
    assert refusal(answer) == (400, "invalid_user")
    assert "16 KiB" in answer.json()["message"]


async def test_a_user_is_sent_away_and_taken_back(door: httpx2.AsyncClient) -> None:
    user = await made(door)
    one = f"{USERS}/{user['_id']}"
    for away, body, state, back in (
        ("/deactivate", None, "inactive", "/activate"), ("/block", {"reason": "fraud"}, "blocked", "/unblock"),
    ):  # fmt: skip
        sent = (await door.post(one + away, json=body)).json()
        assert (sent["state"], sent["is_active"]) == (state, False)
        sent = (await door.post(one + back)).json()
        assert (sent["state"], sent["is_active"], sent["block_reason"]) == ("active", True, "")
    assert refusal(await door.post(f"{one}/block", json={"reason": ""})) == (400, "invalid_user")
    await door.delete(one)
    assert (await emails(door, state="deleted")) == ["ana@example.com"]
    sent = (await door.post(f"{one}/restore")).json()
    assert (sent["state"], sent["deleted_at"]) == ("active", None)


async def test_sessions_are_listed_and_ended(spine: Spine, door: httpx2.AsyncClient) -> None:
    user = await made(door)
    for _ in range(3):
        await spine.sign_in("ana@example.com")
    sessions = f"{USERS}/{user['_id']}/sessions"
    listed = (await door.get(sessions)).json()
    assert len(listed) == 3
    assert (listed[0]["ip_address"], listed[0]["is_browser"], listed[0]["device"] != "") == ("192.0.2.7", False, True)
    assert (await door.delete(f"{sessions}/{listed[0]['id']}")).json() == {"ended": 1}
    assert refusal(await door.delete(f"{sessions}/{listed[0]['id']}")) == (404, "unknown_session")
    assert (await door.delete(sessions)).json() == {"ended": 2}
    assert (await door.get(sessions)).json() == []
    other = await made(door, "other@example.com")
    await spine.sign_in("other@example.com")
    foreign = (await door.get(f"{USERS}/{other['_id']}/sessions")).json()[0]["id"]
    assert refusal(await door.delete(f"{sessions}/{foreign}")) == (404, "unknown_session")


async def test_a_reader_writes_nothing_and_a_stranger_reads_nothing(spine: Spine, door: httpx2.AsyncClient) -> None:
    user = await made(door)
    async with managing(spine, "users:read") as reader:
        assert (await reader.get(f"{USERS}/{user['_id']}")).status_code == 200
        assert refusal(await reader.post(USERS, json={"email": "b@example.com"})) == (403, "insufficient_scope")
        assert refusal(await reader.delete(f"{USERS}/{user['_id']}")) == (403, "insufficient_scope")
    async with managing(spine, "users:write") as writer:
        answer = await writer.put(f"{USERS}/{user['_id']}/roles", json={"role_id": []})
        assert refusal(answer) == (403, "insufficient_scope")
    async with spine.door() as nobody:
        answer = await nobody.get(USERS, params={"client_id": spine.application.client_id})
        assert refusal(answer) == (401, "credential_required")


async def test_whoever_may_do_less_than_an_operator_does_not_touch_them(spine: Spine, door: httpx2.AsyncClient) -> None:
    user = await made(door)
    at = spine.clock.now()
    await spine.transact(lambda tx: add_operator(tx, user["_id"], (Scope.OWNER,), at, ORIGIN))
    one = f"{USERS}/{user['_id']}"
    async with managing(spine, "users:write", "users:read", "roles:write") as writer:
        for method, path, body in (
            ("PATCH", "", {"email": "thief@example.com"}), ("PUT", "", {"first_name": "X"}), ("DELETE", "", None),
            ("POST", "/addresses", {"email": "thief@example.com", "email_verified": True}),
            ("POST", "/verify", {"verification_status": "true"}), ("POST", "/block", {"reason": "x"}),
            ("POST", "/deactivate", None), ("DELETE", "/sessions", None), ("POST", "/phones", {"phone": "+4930123456"}),
            ("PUT", "/roles", {"role_id": []}), ("PATCH", "/metadata", {"public_metadata": {}}),
        ):  # fmt: skip
            answer = await writer.request(method, one + path, json=body)
            assert refusal(answer) == (403, "operator_protected"), path


async def test_a_key_of_one_organization_opens_none_of_these_calls(spine: Spine, door: httpx2.AsyncClient) -> None:
    user, at = await made(door), spine.clock.now()

    async def body(tx: Tx) -> str:
        made = await create_organization(tx, NewOrganization("Acme"), at, ORIGIN)
        wanted = NewKey("Key", ("users:read", "users:write", "roles:write"), organization_id=made.organization.id)
        owner = Principal(Actor(ActorKind.SYSTEM, "test", "Test"), frozenset(Scope))
        return (await create_key(tx, owner, wanted, at, ORIGIN)).secret.reveal()

    secret = await spine.transact(body)
    one = f"{USERS}/{user['_id']}"
    async with spine.door(authorization=f"Bearer {secret}") as limited:
        for method, path, sent in (
            ("GET", USERS, None), ("GET", one, None), ("GET", f"{USERS}/ana@example.com/email", None),
            ("POST", USERS, {"email": "b@example.com"}), ("POST", f"{USERS}/batch", {"users": [{}]}),
            ("PATCH", one, {}), ("DELETE", one, None), ("GET", f"{one}/addresses", None), ("GET", f"{one}/roles", None),
            ("GET", f"{one}/organizations", None), ("GET", f"{one}/loginlogs", None), ("GET", f"{one}/sessions", None),
            ("DELETE", f"{one}/sessions", None), ("GET", f"{one}/metadata", None),
            ("PUT", f"{one}/roles", {"role_id": []}),
        ):  # fmt: skip
            answer = await limited.request(method, path, json=sent)
            assert refusal(answer) == (403, "organization_caller"), f"{method} {path}"
