"""What a client may say about itself, and what it may not."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gatepass.applications.model import ApplicationType, GrantType, Source
from gatepass.applications.queries import find_by_client_id
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.registration.addresses import address_fault
from gatepass.provider.registration.model import Hospitality
from gatepass.provider.registration.rules import read_metadata, registration
from provider.registration.strangers import PUBLIC, REGISTER, registered, welcoming
from support.spine import Spine

pytestmark = pytest.mark.anyio

KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "kid": "one",
}
IN_PRODUCTION = Hospitality(needs_invitation=False)


@pytest.fixture
async def spine(sqlite_copy: str, tmp_path: Path) -> AsyncIterator[Spine]:
    async with welcoming(sqlite_copy, tmp_path, dynamic_registration="open") as made:
        yield made


@pytest.fixture
async def door(spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    async with spine.door() as made:
        yield made


HOSTILE_REDIRECTS: list[Any] = [
    [],
    None,
    "https://tool.example/",
    [7],
    ["http://tool.example/"],
    ["http://127.0.0.1.tool.example/"],
    ["https://tool.example/#here"],
    ["https://tool.example@evil.example/"],
    ["https:///callback"],
    ["https://tool.example/a/../b"],
    ["https://tool.example/%2e%2e/b"],
    ["https://tool.example/\\@evil.example"],
    ["https://tool.example/ x"],
    ["https://tool.example/\r\nSet-Cookie: a=b"],
    ["https://*.tool.example/"],
    ["javascript:alert(1)"],
    ["data:text/html,x"],
    ["com.example.tool:/back", "file:///etc/passwd"],
    ["//tool.example/"],
    ["https://tööl.example/"],
    ["https://tool.example/" + "a" * 2000],
    [f"https://tool.example/{number}" for number in range(21)],
]


@pytest.mark.parametrize("uris", HOSTILE_REDIRECTS, ids=range(len(HOSTILE_REDIRECTS)))
async def test_a_redirect_uri_that_leads_astray_is_refused(door: httpx2.AsyncClient, uris: Any) -> None:
    answer = await door.post(REGISTER, json={**PUBLIC, "redirect_uris": uris})
    assert (answer.status_code, answer.json()["error"]) in {
        (400, "invalid_redirect_uri"),
        (400, "invalid_client_metadata"),
    }
    assert answer.json()["error_description"]


FAULTY: list[dict[str, Any]] = [
    {"token_endpoint_auth_method": "client_secret_jwt"},
    {"token_endpoint_auth_method": "tls_client_auth"},
    {"token_endpoint_auth_method": 5},
    {"token_endpoint_auth_method": "private_key_jwt"},
    {"grant_types": ["client_credentials"]},
    {"grant_types": ["implicit"]},
    {"grant_types": ["password", "refresh_token"]},
    {"grant_types": "authorization_code"},
    {"response_types": ["token"]},
    {"response_types": ["id_token"]},
    {"application_type": "m2m"},
    {"subject_type": "pairwise"},
    {"id_token_signed_response_alg": "none"},
    {"id_token_signed_response_alg": "HS256"},
    {"client_name": "x" * 101},
    {"client_name": "Bank\nof"},
    {"client_name": "knab \u202eetis"},
    {"client_name": "Bank\u200b"},
    {"client_name": ["Bank"]},
    {"jwks": {"keys": []}},
    {"jwks": {"keys": [{**KEY, "d": "secret"}]}},
    {"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}},
    {"jwks": []},
    {"jwks": {"keys": [KEY]}, "jwks_uri": "https://tool.example/keys"},
    {"post_logout_redirect_uris": ["http://tool.example/"]},
    {"post_logout_redirect_uris": ["javascript:alert(1)"]},
    {"post_logout_redirect_uris": [f"https://tool.example/{number}" for number in range(21)]},
    {"backchannel_logout_uri": "http://tool.example/out"},
    {"client_uri": "javascript:alert(1)"},
    {"logo_uri": "data:image/png;base64,x"},
    {"policy_uri": "http://tool.example/"},
    {"tos_uri": "https://user:word@tool.example/"},
    {"require_signed_request_object": True},
    {"dpop_bound_access_tokens": "yes"},
]


@pytest.mark.parametrize("members", FAULTY, ids=range(len(FAULTY)))
async def test_faulty_metadata_is_refused_with_a_sentence(door: httpx2.AsyncClient, members: dict[str, Any]) -> None:
    answer = await door.post(REGISTER, json={**PUBLIC, **members})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata"), answer.text
    assert answer.json()["error_description"].endswith(".")


INSIDE = [
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f.0.0.1/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/x",
    "https://192.168.1.1/x",
    "https://172.16.0.1/x",
    "https://100.100.100.200/x",
    "https://[fd00::1]/x",
    "https://[fe80::1]/x",
    "https://0.0.0.0/x",
    "https://localhost/x",
    "https://a.localhost/x",
    "https://intranet/x",
    "https://printer.local/x",
    "https://db.internal/x",
    "https://router.home.arpa/x",
    "https://tool.example:22/x",
    "http://tool.example/x",
    "ftp://tool.example/x",
    "gopher://tool.example/x",
    "file:///etc/passwd",
    "//tool.example/x",
    "https://tool.example\\@127.0.0.1/x",
]


@pytest.mark.parametrize(
    "name", ["jwks_uri", "logo_uri", "client_uri", "policy_uri", "tos_uri", "backchannel_logout_uri"]
)
def test_no_address_inside_a_network_is_taken_in_production(name: str) -> None:
    for url in INSIDE:
        metadata = read_metadata({**PUBLIC, name: url})
        with pytest.raises(Refused) as refused:
            registration(metadata, IN_PRODUCTION)
        assert refused.value.error == "invalid_client_metadata", url
        assert name in refused.value.description


def test_public_addresses_are_taken() -> None:
    for url in ("https://tool.example/keys", "https://tool.example:8443/keys?x=1", "https://93.184.215.14/x"):
        assert address_fault(url, allows_loopback=False) is None
    assert address_fault("http://localhost:8080/x", allows_loopback=True) is None
    assert address_fault("http://tool.example/x", allows_loopback=True) is not None
    assert address_fault("https://10.0.0.1/x", allows_loopback=True) is not None


async def test_everything_that_was_taken_is_told(door: httpx2.AsyncClient) -> None:
    members = {
        "token_endpoint_auth_method": "private_key_jwt",
        "application_type": "web",
        "jwks": {"keys": [KEY]},
        "id_token_signed_response_alg": "ES256",
        "client_uri": "https://tool.example/",
        "logo_uri": "https://tool.example/logo.png",
        "policy_uri": "https://tool.example/policy",
        "tos_uri": "https://tool.example/terms",
        "post_logout_redirect_uris": ["https://tool.example/bye"],
        "backchannel_logout_uri": "https://tool.example/out",
        "require_pushed_authorization_requests": True,
        "require_signed_request_object": True,
        "dpop_bound_access_tokens": True,
        "response_types": ["code"],
        "subject_type": "public",
    }
    told = await registered(door, **members)
    assert {name: told[name] for name in members} == members
    assert "client_secret" not in told
    assert told["scope"] == "openid profile email phone offline_access"


async def test_unknown_members_and_nulls_are_ignored(door: httpx2.AsyncClient) -> None:
    told = await registered(door, contacts=["a@tool.example"], made_up={"a": 1}, logo_uri=None, software_id="x")
    assert {"contacts", "made_up", "logo_uri"}.isdisjoint(told)


async def test_the_usual_values_are_those_of_the_standards(door: httpx2.AsyncClient) -> None:
    answer = await door.post(REGISTER, json={"redirect_uris": ["https://tool.example/cb"]})
    told = answer.json()
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert (told["grant_types"], told["response_types"]) == (["authorization_code"], ["code"])
    assert (told["application_type"], told["id_token_signed_response_alg"]) == ("web", "RS256")
    assert told["client_name"] == "tool.example"
    published = (await door.get("/.well-known/jwks.json")).json()["keys"]
    assert "RS256" in {key["alg"] for key in published}


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({}, ApplicationType.SPA),
        ({"redirect_uris": ["http://127.0.0.1/cb"]}, ApplicationType.NATIVE),
        ({"redirect_uris": ["com.example.tool:/cb"]}, ApplicationType.NATIVE),
        ({"redirect_uris": ["http://localhost:3000/cb"], "application_type": "web"}, ApplicationType.SPA),
        ({"application_type": "native"}, ApplicationType.NATIVE),
        ({"token_endpoint_auth_method": "client_secret_post"}, ApplicationType.WEB),
    ],
)
def test_a_client_that_does_not_say_where_it_runs_is_judged_by_its_addresses(
    members: dict[str, Any], kind: ApplicationType
) -> None:
    assert registration(read_metadata({**PUBLIC, **members}), IN_PRODUCTION).type is kind


@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post"])
async def test_a_stranger_gets_no_grant_without_a_person_and_no_scope_of_ours(
    spine: Spine, door: httpx2.AsyncClient, method: str
) -> None:
    device = "urn:ietf:params:oauth:grant-type:device_code"
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    wanted = ["authorization_code", "refresh_token", "client_credentials", device, exchange, "password"]
    told = await registered(
        door, token_endpoint_auth_method=method, grant_types=wanted, scope="openid sys_admin users:write"
    )
    assert told["grant_types"] == ["authorization_code", "refresh_token"]
    assert told["scope"] == "openid profile email phone offline_access"
    credentials = (told["client_id"], told.get("client_secret", ""))
    proof: dict[str, Any] = {"auth": credentials} if method == "client_secret_basic" else {}
    named = {} if proof else {"client_id": credentials[0], "client_secret": credentials[1]}
    for grant in ("client_credentials", exchange, device):
        form = {"grant_type": grant, "scope": "openid", "device_code": "x", "subject_token": "x"}
        answer = await door.post("/oauth2/token", data={**form, **named}, **proof)
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client"), answer.text
    application = await spine.read(lambda tx: find_by_client_id(tx, told["client_id"]))
    assert application is not None
    assert application.oauth.is_third_party
    assert application.oauth.source is Source.REGISTRATION
    assert application.grants == (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"null", b'{"redirect_uris":' + b"[" * 5000])
async def test_what_is_no_json_object_is_refused(door: httpx2.AsyncClient, body: bytes) -> None:
    answer = await door.post(REGISTER, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
