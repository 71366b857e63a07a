"""A client from its registration to its end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from gatepass.applications.queries import list_applications
from gatepass.audit.model import EventKind
from provider.registration.strangers import (
    CALLBACK,
    OPEN,
    PUBLIC,
    REGISTER,
    VERIFIER,
    Person,
    asked,
    bearer,
    invited,
    registered,
    welcoming,
)
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio


@pytest.fixture
async def spine(migrated_url: str, tmp_path: Path) -> AsyncIterator[Spine]:
    """A house where everybody may register, on each database in turn."""
    async with welcoming(migrated_url, tmp_path, dynamic_registration="open") as made:
        yield made


@pytest.fixture
async def door(spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    async with spine.door() as made:
        yield made


async def tokens(door: httpx2.AsyncClient, client_id: str, code: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return await door.post("/oauth2/token", data={**form, "client_id": client_id})


async def test_a_client_lives_from_its_registration_to_its_end(spine: Spine, door: httpx2.AsyncClient) -> None:
    told = await registered(door, client_uri="https://tool.example/", contacts=["a@tool.example"], software_id="x")
    assert told["registration_client_uri"] == f"{spine.house.public_url}{REGISTER}/{told['client_id']}"
    assert "client_secret" not in told
    person = Person.at(spine, door)
    handle = await person.signs_in(asked(told["client_id"]))
    answer = await person.allows(handle)
    bought = await tokens(door, told["client_id"], answer["code"])
    assert bought.status_code == 200, bought.text
    access = bought.json()["access_token"]
    assert (await door.get("/oauth2/userinfo", headers=bearer(access))).json()["email"] == "reader@example.com"

    path, token = f"{REGISTER}/{told['client_id']}", told["registration_access_token"]
    read = await door.get(path, headers=bearer(token))
    assert read.json() == told
    assert read.headers["cache-control"] == "no-store"
    changed = {**PUBLIC, "client_id": told["client_id"], "client_name": "Tool two", "grant_types": None}
    answered = await door.put(path, headers=bearer(token), json=changed)
    assert answered.status_code == 200, answered.text
    assert answered.json()["client_name"] == "Tool two"
    assert answered.json()["grant_types"] == ["authorization_code"]
    assert "client_uri" not in answered.json()

    assert (await door.delete(path, headers=bearer(token))).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await door.request(method, path, headers=bearer(token))).status_code == 401
    assert (await door.put(path, headers=bearer(token), json=changed)).status_code == 401
    assert (await door.get("/oauth2/userinfo", headers=bearer(access))).status_code == 401
    refreshed = {"grant_type": "refresh_token", "refresh_token": bought.json()["refresh_token"]}
    again = await door.post("/oauth2/token", data={**refreshed, "client_id": told["client_id"]})
    assert again.json()["error"] == "invalid_client"
    assert (await person.goes(asked(told["client_id"]))).status_code == 400
    kinds = [event.kind for event in await spine.events()]
    assert EventKind.CLIENT_REGISTERED in kinds


async def test_a_confidential_client_is_shown_its_secret_once_and_uses_it(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    told = await registered(door, token_endpoint_auth_method=None)
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["client_secret_expires_at"] == 0
    path, token = f"{REGISTER}/{told['client_id']}", bearer(told["registration_access_token"])
    read = (await door.get(path, headers=token)).json()
    assert {"client_secret", "client_secret_expires_at"}.isdisjoint(read)
    person = Person.at(spine, door)
    answer = await person.allows(await person.signs_in(asked(told["client_id"])))
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK}
    proof = (told["client_id"], told["client_secret"])
    bought = await door.post("/oauth2/token", data={**form, "code_verifier": VERIFIER}, auth=proof)
    assert bought.status_code == 200, bought.text
    members = {**PUBLIC, "client_id": told["client_id"], "token_endpoint_auth_method": "client_secret_post"}
    wrong = await door.put(path, headers=token, json={**members, "client_secret": "gps_wrong"})
    assert wrong.json()["error"] == "invalid_client_metadata"
    right = await door.put(path, headers=token, json={**members, "client_secret": told["client_secret"]})
    assert right.status_code == 200, right.text
    assert "client_secret" not in right.json()


async def test_a_client_that_becomes_confidential_is_given_a_secret(door: httpx2.AsyncClient) -> None:
    told = await registered(door)
    path, token = f"{REGISTER}/{told['client_id']}", bearer(told["registration_access_token"])
    members = {**PUBLIC, "client_id": told["client_id"], "token_endpoint_auth_method": "client_secret_post"}
    assert (await door.put(path, headers=token, json=members)).json()["client_secret"].startswith("gps_")


async def test_nothing_is_changed_for_another_client_or_by_its_token(door: httpx2.AsyncClient) -> None:
    mine, other = await registered(door), await registered(door)
    path = f"{REGISTER}/{mine['client_id']}"
    token = bearer(mine["registration_access_token"])
    for client_id in (other["client_id"], "", None):
        answer = await door.put(path, headers=token, json={**PUBLIC, "client_id": client_id})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    foreign = [bearer(other["registration_access_token"]), {}, bearer("gpg_x"), {"authorization": "Basic eDp5"}]
    for headers in foreign:
        for method in ("GET", "DELETE"):
            answer = await door.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        body = {**PUBLIC, "client_id": mine["client_id"]}
        assert (await door.put(path, headers=headers, json=body)).status_code == 401
    assert (await door.get(path, headers=token)).json() == mine


async def test_a_faulty_change_leaves_all_as_it_was(door: httpx2.AsyncClient) -> None:
    told = await registered(door)
    path, token = f"{REGISTER}/{told['client_id']}", bearer(told["registration_access_token"])
    members = {**PUBLIC, "client_id": told["client_id"], "redirect_uris": ["http://evil.example/"]}
    answer = await door.put(path, headers=token, json=members)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert (await door.get(path, headers=token)).json() == told


async def test_an_application_of_the_operator_has_no_registration_to_manage(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    told = await registered(door)
    path = f"{REGISTER}/{spine.application.client_id}"
    assert (await door.get(path, headers=bearer(told["registration_access_token"]))).status_code == 401


async def test_who_needs_an_invitation_registers_as_often_as_it_says(migrated_url: str, tmp_path: Path) -> None:
    async with welcoming(migrated_url, tmp_path, dynamic_registration="token") as spine, spine.door() as door:
        token = await invited(spine, uses=2)
        bad = await door.post(REGISTER, headers=bearer(token), json={**PUBLIC, "redirect_uris": []})
        assert bad.json()["error"] == "invalid_redirect_uri"
        answers = [await door.post(REGISTER, headers=bearer(token), json=PUBLIC) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 401]
        assert answers[2].json()["error"] == "invalid_token"
        for headers in ({}, bearer("gpi_guessed"), bearer(token[:-1]), bearer(answers[0].json()["client_id"])):
            assert (await door.post(REGISTER, headers=headers, json=PUBLIC)).status_code == 401
        late = await invited(spine)
        spine.clock.move(timedelta(days=1))
        assert (await door.post(REGISTER, headers=bearer(late), json=PUBLIC)).status_code == 401


async def test_many_at_once_share_what_an_invitation_allows(migrated_url: str, tmp_path: Path) -> None:
    async with welcoming(migrated_url, tmp_path, dynamic_registration="token") as spine, spine.door() as door:
        token = bearer(await invited(spine, uses=3))
        answers = await asyncio.gather(*(door.post(REGISTER, headers=token, json=PUBLIC) for _ in range(24)))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [401] * 21
        assert len(await spine.read(list_applications)) == 1 + 3


async def test_many_who_remove_a_client_at_once_remove_it_once(spine: Spine, door: httpx2.AsyncClient) -> None:
    told = await registered(door)
    path, token = f"{REGISTER}/{told['client_id']}", bearer(told["registration_access_token"])
    answers = await asyncio.gather(*(door.delete(path, headers=token) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [204] + [401] * 15
    kinds = [event.kind for event in await spine.events()]
    assert kinds.count(EventKind.APPLICATION_CHANGED) == 1


async def test_the_alias_registers_alike(door: httpx2.AsyncClient) -> None:
    answer = await door.post("/oidc/register", json=PUBLIC)
    assert answer.status_code == 201
    told = answer.json()
    path = f"/oidc/register/{told['client_id']}"
    assert (await door.get(path, headers=bearer(told["registration_access_token"]))).json() == told


async def test_registration_is_announced_only_where_it_is_on(spine: Spine, door: httpx2.AsyncClient) -> None:
    metadata = (await door.get("/.well-known/openid-configuration")).json()
    assert metadata["registration_endpoint"] == f"{spine.house.public_url}{REGISTER}"
    assert "client_id_metadata_document_supported" not in metadata


async def test_nobody_registers_where_the_operator_does_not_want_it(sqlite_copy: str, tmp_path: Path) -> None:
    async with welcoming(sqlite_copy, tmp_path) as closed, closed.door() as door:
        assert "registration_endpoint" not in (await door.get("/.well-known/openid-configuration")).json()
        assert (await door.post(REGISTER, json=PUBLIC)).status_code == 404


async def test_a_network_registers_only_so_often(sqlite_copy: str, tmp_path: Path) -> None:
    few = {**OPEN, "GATEPASS_LIMITS_SCALE": "0.05"}
    async with standing(sqlite_copy, tmp_path, few) as spine, spine.door() as door:
        answers = [await door.post(REGISTER, json=PUBLIC) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[3].json()["error"] == "temporarily_unavailable"
    assert int(answers[3].headers["retry-after"]) > 0
