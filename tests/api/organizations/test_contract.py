"""The documented organizations (entries 46 to 50), body for body."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.organizations.callers import by_key, code_of
from gatepass.kit.ids import ORGANIZATION_TOKEN_PREFIX, is_well_formed
from organizations.stage import an_organization, proved
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
READ, WRITE = "organizations:read", "organizations:write"
ONE, ALL = "/api/v1/organization", "/api/v1/organizations"
DOCUMENTED = {
    "id", "name", "WhiteListDomains", "allow_profiles_outside_organization", "sso_connection_token", "domain",
    "WorkspaceName", "is_active",
}  # fmt: skip
ADDED = {
    "display_name", "external_id", "metadata", "private_metadata", "policy", "branding", "address", "website",
    "time_zone", "currency", "created_at", "modified_at",
}  # fmt: skip


def documented(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name in DOCUMENTED}


async def test_an_organization_is_created_and_shows_its_token_this_once(each_spine: Spine) -> None:
    sent = {"Name": "Acme", "WhiteListDomains": ["Acme.example"], "AllowProfilesOutsideOrganization": True}
    async with managing(each_spine, READ, WRITE) as door:
        answer = await door.post(ONE, params={"client_id": "string"}, json=sent)
        made = answer.json()
        assert answer.status_code == 200, answer.text
        assert made.keys() == DOCUMENTED | ADDED | {"WhiteListDomain"}
        assert made["WhiteListDomain"] == ["acme.example"]
        token = made["sso_connection_token"]
        assert token.startswith(ORGANIZATION_TOKEN_PREFIX)
        assert is_well_formed(token, ORGANIZATION_TOKEN_PREFIX)
        assert documented(made) == {
            "id": made["id"],
            "name": "Acme",
            "WhiteListDomains": ["acme.example"],
            "allow_profiles_outside_organization": True,
            "sso_connection_token": token,
            "domain": "",
            "WorkspaceName": "",
            "is_active": True,
        }
        read = (await door.get(f"{ONE}/{made['id']}")).json()
        assert read.keys() == DOCUMENTED | ADDED
        assert read["sso_connection_token"] == ""
        listed = (await door.get(ALL)).json()
        assert listed == [read]


async def test_missing_domains_are_null_and_nobody_outside_is_allowed_unasked(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        made = (await door.post(ONE, json={"Name": "Acme"})).json()
    assert made["WhiteListDomains"] is None
    assert made["allow_profiles_outside_organization"] is False


@pytest.mark.parametrize("path", [f"{ONE}/{{0}}", f"{ALL}/{{0}}", "/api/account/organization/{0}"])
async def test_every_documented_spelling_is_served(spine: Spine, path: str) -> None:
    there = path.format((await an_organization(spine)).id)
    async with managing(spine, READ, WRITE) as door:
        assert (await door.get(there)).json()["name"] == "Acme"
        sent = {"Name": "Bolt", "WhiteListDomains": ["bolt.example"], "address": "1 Main St", "currency": "EUR"}
        changed = (await door.put(there, json={**sent, "website": "https://bolt.example", "time_zone": "UTC"})).json()
        assert (changed["name"], changed["WhiteListDomains"]) == ("Bolt", ["bolt.example"])
        assert (changed["address"], changed["currency"], changed["time_zone"]) == ("1 Main St", "EUR", "UTC")
        assert (await door.delete(there)).json() == {"is_deleted": True}
        assert code_of(await door.get(there)) == (404, "unknown_organization")


@pytest.mark.parametrize("path", [ONE, ALL])
@pytest.mark.parametrize("domains", ["WhiteListDomain", "WhiteListDomains", "domains"])
@pytest.mark.parametrize("name", ["Name", "name"])
async def test_every_documented_field_is_read(spine: Spine, path: str, domains: str, name: str) -> None:
    async with managing(spine, WRITE) as door:
        made = (await door.post(path, json={name: "Acme", domains: ["acme.example"]})).json()
    assert (made["name"], made["WhiteListDomains"]) == ("Acme", ["acme.example"])


async def test_two_spellings_that_contradict_each_other_are_refused(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        assert code_of(await door.post(ONE, json={"Name": "A", "name": "B"})) == (400, "malformed_request")
        assert (await door.post(ONE, json={"Name": "A", "name": "A"})).status_code == 200


async def test_a_put_leaves_alone_what_it_does_not_name_and_a_patch_merges(each_spine: Spine) -> None:
    async with managing(each_spine, READ, WRITE) as door:
        sent = {
            "Name": "Acme", "WhiteListDomains": ["acme.example"], "metadata": {"a": 1, "b": {"c": 2, "d": 3}},
            "policy": {"requires_mfa": True, "session_seconds": 3600}, "branding": {"accent": "#4f46e5"},
        }  # fmt: skip
        there = f"{ALL}/{(await door.post(ONE, json=sent)).json()['id']}"
        put = (await door.put(there, json={"AllowProfilesOutsideOrganization": True})).json()
        assert (put["name"], put["WhiteListDomains"], put["metadata"]) == ("Acme", ["acme.example"], sent["metadata"])
        merged = {"metadata": {"b": {"c": None, "e": 4}}, "policy": {"session_seconds": None}, "branding": None}
        patched = (await door.patch(there, json=merged)).json()
        assert patched["metadata"] == {"a": 1, "b": {"d": 3, "e": 4}}
        assert (patched["policy"]["requires_mfa"], patched["policy"]["session_seconds"]) == (True, 0)
        assert patched["branding"] == {"accent": "", "logo_url": ""}
        replaced = (await door.put(there, json={"metadata": {"z": None}, "WhiteListDomains": None})).json()
        assert (replaced["metadata"], replaced["WhiteListDomains"]) == ({"z": None}, None)
        assert (await door.get(there)).json() == replaced


async def test_what_people_read_follows_the_name_until_somebody_chooses(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        there = f"{ALL}/{(await door.post(ONE, json={'Name': 'Acme'})).json()['id']}"
        assert (await door.put(there, json={"Name": "Bolt"})).json()["display_name"] == "Bolt"
        await door.patch(there, json={"display_name": "Bolt Inc."})
        assert (await door.put(there, json={"Name": "Nut"})).json()["display_name"] == "Bolt Inc."


async def test_what_is_proven_stays_proven_where_it_stays_listed(spine: Spine) -> None:
    acme = await an_organization(spine)
    await proved(spine, acme, "acme.example")
    async with managing(spine, READ, WRITE) as door:
        there = f"{ALL}/{acme.id}"
        kept = await door.put(there, json={"WhiteListDomains": ["acme.test", "ACME.example"]})
        assert (kept.json()["domain"], kept.json()["WhiteListDomains"]) == (
            "acme.example",
            ["acme.example", "acme.test"],
        )
        assert (await door.put(there, json={"WhiteListDomains": ["acme.test"]})).json()["domain"] == ""


@pytest.mark.parametrize("extra", ["id", "domain", "sso_connection_token", "created_at", "deleted_at", "name_key"])
async def test_what_nobody_may_set_is_not_read(spine: Spine, extra: str) -> None:
    acme = await an_organization(spine)
    async with managing(spine, READ, WRITE) as door:
        before = (await door.get(f"{ALL}/{acme.id}")).json()
        after = (
            await door.patch(f"{ALL}/{acme.id}", json={extra: "0" * 24, "WorkspaceName": before["WorkspaceName"]})
        ).json()
    assert {**after, "modified_at": ""} == {**before, "modified_at": ""}


async def test_a_change_of_what_somebody_else_changed_is_refused(each_spine: Spine) -> None:
    async with managing(each_spine, READ, WRITE) as door:
        there = f"{ALL}/{(await an_organization(each_spine)).id}"
        seen = (await door.get(there)).headers["etag"]
        each_spine.clock.move(timedelta(seconds=1))
        after = await door.patch(there, json={"WorkspaceName": "acme"}, headers={"if-match": seen})
        assert after.status_code == 200
        for call in (
            door.patch(there, json={}, headers={"if-match": seen}),
            door.delete(there, headers={"if-match": seen}),
        ):
            assert code_of(await call) == (412, "stale_version")
        again = await door.patch(there, json={}, headers={"if-match": after.headers["etag"]})
        assert again.status_code == 200


async def test_of_two_changes_at_once_that_saw_the_same_one_is_made(each_spine: Spine) -> None:
    async with managing(each_spine, READ, WRITE) as door:
        there = f"{ALL}/{(await an_organization(each_spine)).id}"
        seen = (await door.get(there)).headers["etag"]
        each_spine.clock.move(timedelta(seconds=1))
        answers = await asyncio.gather(
            *(door.patch(there, json={"WorkspaceName": f"w{n}"}, headers={"if-match": seen}) for n in range(4))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_a_repeated_creation_changes_nothing_and_shows_the_same_token(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        first, second = [
            await door.post(ONE, json={"Name": "Acme"}, headers={"idempotency-key": "k1"}) for _ in range(2)
        ]
        assert first.json() == second.json()
        assert len((await door.get(ALL)).json()) == 1


async def test_one_name_is_taken_once_when_two_ask_at_once(each_spine: Spine) -> None:
    async with managing(each_spine, WRITE) as door:
        answers = await asyncio.gather(*(door.post(ONE, json={"Name": name}) for name in ("Acme", "ACME", "acme ")))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {code_of(answer)[1] for answer in answers if answer.status_code == 409} == {"name_taken"}


async def test_lists_go_on_by_a_link_and_are_searched(each_spine: Spine) -> None:
    for number in range(5):
        await an_organization(each_spine, f"Acme {number}", domains=("acme.example",) if number % 2 else ())
    await an_organization(each_spine, "Bolt", is_active=False, external_id="crm-1")
    async with managing(each_spine, READ) as door:
        seen: list[str] = []
        where: str | None = f"{ALL}?limit=2&search=acme&client_id=string&client_id="
        while where is not None:
            page = await door.get(where)
            seen += [one["name"] for one in page.json()]
            where = page.links.get("next", {}).get("url")
        assert seen == [f"Acme {number}" for number in range(5)]
        found = {
            query: [one["name"] for one in (await door.get(f"{ALL}?{query}")).json()]
            for query in ("state=inactive", "domain=ACME.example", "external_id=crm-1", "search=nobody")
        }
        assert found == {
            "state=inactive": ["Bolt"],
            "domain=ACME.example": ["Acme 1", "Acme 3"],
            "external_id=crm-1": ["Bolt"],
            "search=nobody": [],
        }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid_limit"),
        ("limit=501", "invalid_limit"),
        ("cursor=nonsense", "invalid_cursor"),
        ("search=acme&cursor=WyJhIl0", "invalid_cursor"),
        ("state=gone", "malformed_request"),
    ],
)
async def test_a_list_that_can_not_be_is_refused(spine: Spine, query: str, code: str) -> None:
    async with managing(spine, READ) as door:
        assert code_of(await door.get(f"{ALL}?{query}")) == (400, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_organization"),
        ({"Name": ""}, "invalid_organization"),
        ({"Name": 5}, "malformed_request"),
        ({"Name": "A", "WhiteListDomains": ["co.uk"]}, "invalid_domain"),
        ({"Name": "A", "WhiteListDomains": "acme.example"}, "malformed_request"),
        ({"Name": "A", "metadata": {"a": "x" * 17_000}}, "invalid_organization"),
        ({"Name": "A\x00"}, "invalid_organization"),
        ({"Name": "A", "policy": {"session_seconds": 2**70}}, "invalid_organization"),
    ],
    ids=range(8),
)
async def test_what_can_not_be_is_refused_with_a_sentence(spine: Spine, body: dict[str, Any], code: str) -> None:
    async with managing(spine, WRITE) as door:
        answer = await door.post(ONE, json=body)
        assert code_of(answer) == (400, code)
        assert answer.json()["error_description"] == answer.json()["message"] != ""


async def test_half_a_character_is_refused(spine: Spine) -> None:
    body = b'{"Name": "A", "metadata": {"a": "\\ud800"}}'
    async with managing(spine, WRITE) as door:
        answer = await door.post(ONE, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_metadata_that_is_too_deep_is_refused(spine: Spine) -> None:
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"a": deep}
    async with managing(spine, WRITE) as door:
        assert code_of(await door.post(ONE, json={"Name": "A", "metadata": deep})) == (400, "malformed_request")


async def test_another_token_takes_the_place_of_the_one_before(spine: Spine) -> None:
    async with managing(spine, WRITE) as door:
        made = (await door.post(ONE, json={"Name": "Acme"})).json()
        renewed = (await door.post(f"{ALL}/{made['id']}/sso_connection_token")).json()
    assert renewed["sso_connection_token"] != made["sso_connection_token"]


@pytest.mark.parametrize(("scope", "status"), [(READ, 403), ("users:write", 403), (WRITE, 200), ("sys_owner", 200)])
async def test_writing_takes_the_scope_of_writing(spine: Spine, scope: str, status: int) -> None:
    async with managing(spine, scope) as door:
        assert (await door.post(ONE, json={"Name": "Acme"})).status_code == status


async def test_nobody_reads_organizations_by_a_client_id_alone(spine: Spine) -> None:
    acme = await an_organization(spine)
    async with spine.door() as door:
        for path in (ALL, f"{ONE}/{acme.id}"):
            answer = await door.get(path, params={"client_id": spine.application.client_id})
            assert code_of(answer) == (401, "credential_required")


async def test_a_key_of_one_organization_sees_and_changes_that_one_alone(spine: Spine) -> None:
    ours, theirs = await an_organization(spine, "Ours"), await an_organization(spine, "Theirs", external_id="crm-1")
    async with by_key(spine, ours, READ, WRITE) as door:
        assert [one["name"] for one in (await door.get(ALL)).json()] == ["Ours"]
        assert (await door.get(f"{ALL}?external_id=crm-1")).json() == []
        assert (await door.patch(f"{ALL}/{ours.id}", json={"WorkspaceName": "w"})).status_code == 200
        assert code_of(await door.post(ONE, json={"Name": "New"})) == (403, "organization_caller")
        there = f"{ALL}/{theirs.id}"
        for call in (door.get(there), door.put(there, json={}), door.patch(there, json={}), door.delete(there)):
            assert code_of(await call) == (404, "unknown_organization")


async def test_a_key_ends_with_its_organization(spine: Spine) -> None:
    acme = await an_organization(spine)
    async with by_key(spine, acme, READ, WRITE) as door:
        assert (await door.delete(f"{ALL}/{acme.id}")).status_code == 200
        assert code_of(await door.get(ALL)) == (401, "invalid_credential")
