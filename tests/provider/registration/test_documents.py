"""Clients whose id is the address of a document."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwk, jwt

from gatepass.applications.flows import switch
from gatepass.applications.model import Application, ApplicationType, Source
from gatepass.applications.queries import find_by_client_id, list_applications
from gatepass.protocols.oauth2.assertions import ASSERTION_TYPE
from kit.fetch.web import Answer, Web, says, serving
from provider.registration.strangers import VERIFIER, Person, asked, welcoming
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio

CALLBACK = "http://127.0.0.1/callback"
NETWORK = "192.0.2.7"


@pytest.fixture
async def spine(migrated_url: str, tmp_path: Path) -> AsyncIterator[Spine]:
    """A development house that reads documents, on each database in turn."""
    async with welcoming(migrated_url, tmp_path, client_documents="true") as made:
        yield made


def saying(url: str, *, cache: str = "", **members: Any) -> Answer:
    """Answer a document of a client at an address; a member that is None is left out."""
    described = {"client_id": url, "client_name": "Agent", "redirect_uris": [CALLBACK], **members}
    body = json.dumps({name: value for name, value in described.items() if value is not None}).encode()
    headers = ["Content-Type: application/json", *([f"Cache-Control: {cache}"] if cache else [])]
    return says(body, headers=headers)


@asynccontextmanager
async def published(**members: Any) -> AsyncIterator[tuple[Web, str]]:
    """Publish a document on this machine."""
    async with serving(says()) as web:
        url = f"http://127.0.0.1:{web.port}/client.json"
        web.answer = saying(url, **members)
        yield web, url


async def resolve(spine: Spine, url: str, network: str = NETWORK) -> Application | None:
    return await spine.house.clients.directory.resolve(url, network)


async def test_somebody_signs_in_to_a_client_of_a_document_and_is_asked(spine: Spine) -> None:
    async with published() as (web, url), spine.door() as door:
        person = Person.at(spine, door)
        parameters = asked(url, "http://127.0.0.1:51004/callback")
        handle = await person.signs_in(parameters)
        page = await person.sees_consent(handle)
        assert "Agent" in page
        assert "127.0.0.1" in page
        assert "nobody here has checked" in page
        answer = await person.allows(handle)
        form = {"grant_type": "authorization_code", "code": answer["code"], "client_id": url}
        bought = await door.post(
            "/oauth2/token", data={**form, "redirect_uri": parameters["redirect_uri"], "code_verifier": VERIFIER}
        )
        assert bought.status_code == 200, bought.text
        assert web.connections == 1
        metadata = (await door.get("/.well-known/oauth-authorization-server")).json()
        assert metadata["client_id_metadata_document_supported"] is True
        assert "registration_endpoint" not in metadata


async def test_a_document_makes_a_stranger_of_the_first_order(spine: Spine) -> None:
    async with published(grant_types=["authorization_code", "client_credentials"], scope="sys_admin") as (_, url):
        application = await resolve(spine, url)
    assert application is not None
    assert (application.client_id, application.type) == (url, ApplicationType.NATIVE)
    assert application.oauth.source is Source.DOCUMENT
    assert application.oauth.is_third_party
    assert application.oauth.requires_pkce
    assert application.grants == ("authorization_code",)
    assert application.oauth.scopes == ()


@pytest.mark.parametrize(
    "members",
    [
        {"client_id": "https://other.example/client.json"},
        {"client_id": None},
        {"client_secret": "gps_x"},
        {"client_secret_expires_at": 0},
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"redirect_uris": []},
        {"redirect_uris": None},
        {"redirect_uris": ["https://victim.example/callback"]},
        {"redirect_uris": [CALLBACK, "https://victim.example/callback"]},
        {"redirect_uris": ["com.victim.app:/callback"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"jwks_uri": "https://169.254.169.254/keys", "token_endpoint_auth_method": "private_key_jwt"},
        {"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, "token_endpoint_auth_method": "private_key_jwt"},
        {"client_name": "\u202eknaB"},
        {"client_name": 7},
        {"grant_types": ["client_credentials"]},
    ],
)
async def test_a_document_that_will_not_do_makes_no_client(sqlite_copy: str, tmp_path: Path, members: Any) -> None:
    async with welcoming(sqlite_copy, tmp_path, client_documents="true") as spine:
        async with published(**members) as (_, url):
            assert await resolve(spine, url) is None
        assert await spine.read(list_applications) == [spine.application]


_JSON = ("Content-Type: application/json",)


@pytest.mark.parametrize(
    "answer",
    [
        says(b"", status=404),
        says(b"", status=302, headers=("Location: http://127.0.0.1/elsewhere",)),
        says(b"", status=301, headers=(*_JSON, "Location: /client.json")),
        says(b"{}", headers=("Content-Type: text/html",)),
        says(b"[]"),
        says(b"{"),
        says(b"\xff\xfe"),
        says(b'{"a":' + b"[" * 8000),
        says(b'{"client_name":"' + b"x" * 17_000 + b'"}'),
    ],
)
async def test_what_is_no_document_makes_no_client_and_is_not_asked_again_at_once(
    sqlite_copy: str, tmp_path: Path, answer: Answer
) -> None:
    async with welcoming(sqlite_copy, tmp_path, client_documents="true") as spine, published() as (web, url):
        good, web.answer = web.answer, answer
        assert [await resolve(spine, url) for _ in range(3)] == [None, None, None]
        assert web.connections == 1
        web.answer = good
        spine.clock.move(timedelta(minutes=1))
        assert await resolve(spine, url) is not None


@pytest.mark.parametrize(
    ("cache", "kept"),
    [
        ("", timedelta(hours=1)),
        ("no-store", timedelta(minutes=5)),
        ("max-age=7200", timedelta(hours=2)),
        ("max-age=99999999", timedelta(hours=24)),
    ],
)
async def test_a_document_is_kept_as_its_server_allows_within_bounds(
    sqlite_copy: str, tmp_path: Path, cache: str, kept: timedelta
) -> None:
    reading = welcoming(sqlite_copy, tmp_path, client_documents="true")
    async with reading as spine, published(cache=cache) as (web, url):
        await resolve(spine, url)
        spine.clock.move(kept - timedelta(seconds=1))
        await resolve(spine, url)
        assert web.connections == 1
        spine.clock.move(timedelta(seconds=1))
        assert await resolve(spine, url) is not None
        assert web.connections == 2


async def test_a_document_that_changed_changes_the_client(spine: Spine) -> None:
    async with published() as (web, url):
        before = await resolve(spine, url)
        web.answer = saying(url, client_name="Agent two", redirect_uris=["http://127.0.0.1/other"])
        spine.clock.move(timedelta(hours=2))
        after = await resolve(spine, url)
        assert before is not None
        assert after is not None
        assert (after.id, after.name, after.callback_urls) == (before.id, "Agent two", ("http://127.0.0.1/other",))
        assert await spine.house.applications.find(url) == after
        async with spine.door() as door:
            assert (await Person.at(spine, door).goes(asked(url, CALLBACK))).status_code == 400


async def test_what_was_known_stays_good_for_a_day_while_the_document_can_not_be_had(spine: Spine) -> None:
    async with published() as (web, url):
        known = await resolve(spine, url)
        web.answer = says(b"", status=503)
        spine.clock.move(timedelta(hours=2))
        assert await resolve(spine, url) == known
        assert await resolve(spine, url) == known
        assert web.connections == 2
        spine.clock.move(timedelta(hours=22))
        assert await resolve(spine, url) == known
        spine.clock.move(timedelta(hours=1))
        assert await resolve(spine, url) is None


async def test_a_document_that_is_no_good_any_more_ends_the_client_at_once(spine: Spine) -> None:
    async with published() as (web, url):
        assert await resolve(spine, url) is not None
        web.answer = saying(url, client_secret="shared")
        spine.clock.move(timedelta(hours=2))
        assert await resolve(spine, url) is None
        assert await resolve(spine, url) is None
        web.answer = saying(url)
        spine.clock.move(timedelta(minutes=1))
        assert await resolve(spine, url) is not None


async def test_what_the_operator_switched_off_no_document_switches_on(spine: Spine) -> None:
    async with published() as (web, url):
        application = await resolve(spine, url)
        assert application is not None
        at = spine.clock.now()
        await spine.transact(lambda tx: switch(tx, application, is_active=False, at=at))
        spine.house.applications.forget(url)
        spine.clock.move(timedelta(hours=2))
        assert await resolve(spine, url) is None
        assert web.connections == 1
        kept = await spine.read(lambda tx: find_by_client_id(tx, url))
        assert kept is not None
        assert not kept.is_active


async def test_many_who_ask_at_once_have_one_document_fetched(spine: Spine) -> None:
    async with published() as (web, url), spine.door() as door:
        person = Person.at(spine, door)
        answers: list[httpx2.Response] = await asyncio.gather(*(person.goes(asked(url, CALLBACK)) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {303}
        assert web.connections == 1
    assert len(await spine.read(list_applications)) == 2


async def test_documents_are_not_read_where_the_operator_does_not_want_them(sqlite_copy: str, tmp_path: Path) -> None:
    async with published() as (web, url):
        async with welcoming(sqlite_copy, tmp_path, client_documents="true") as spine:
            assert await resolve(spine, url) is not None
        async with standing(sqlite_copy, tmp_path) as closed, closed.door() as door:
            assert await resolve(closed, url) is None
            assert await closed.house.clients.directory.find(url) is None
            answer = await door.post("/oauth2/token", data={"grant_type": "refresh_token", "client_id": url})
            assert answer.json()["error"] == "invalid_client"
            metadata = (await door.get("/.well-known/openid-configuration")).json()
            assert "client_id_metadata_document_supported" not in metadata
        assert web.connections == 1


async def test_a_network_has_only_so_many_documents_fetched(sqlite_copy: str, tmp_path: Path) -> None:
    few = {"GATEPASS_PROVIDER_CLIENT_DOCUMENTS": "true", "GATEPASS_LIMITS_SCALE": "0.1"}
    async with standing(sqlite_copy, tmp_path, few) as spine, published() as (web, url), spine.door() as door:
        for number in range(2):
            assert await resolve(spine, f"{url}{number}", "127.0.0.1") is None
        answer = await Person.at(spine, door).goes(asked(url, CALLBACK))
        assert answer.status_code == 429
        assert web.connections == 2
        assert await resolve(spine, url, "198.51.100.7") is not None


async def test_a_client_of_a_document_that_has_a_key_must_prove_it(spine: Spine) -> None:
    key = jwk.ECKey.generate_key("P-256", parameters={"kid": "one"})
    keys = {"keys": [key.as_dict(private=False)]}
    async with published(token_endpoint_auth_method="private_key_jwt", jwks=keys) as (_, url), spine.door() as door:
        form = {"grant_type": "refresh_token", "refresh_token": "gpr_x"}
        bare = await door.post("/oauth2/token", data={**form, "client_id": url})
        assert bare.json()["error"] == "invalid_client"
        now = int(spine.clock.now().timestamp())
        claims = {"iss": url, "sub": url, "aud": spine.house.public_url, "jti": "a", "iat": now, "exp": now + 60}
        assertion = jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)
        proof = {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}
        proven = await door.post("/oauth2/token", data={**form, **proof})
        assert proven.json()["error"] == "unauthorized_client", proven.text
