"""The metadata: alike under each address, cacheable, and true."""

from urllib.parse import urlsplit

import pytest

from gatepass.app import endpoints
from gatepass.gate.headers import standing_headers
from gatepass.gate.pages.rendering import PageRenderer
from support.spine import Spine

pytestmark = pytest.mark.anyio

PATHS = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oidc/.well-known/openid-configuration",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_address_answers_alike_and_to_everybody(spine: Spine, path: str) -> None:
    async with spine.door(origin="https://anybody.test") as door:
        answer = await door.get(path)
        assert answer.content == (await door.get(PATHS[0])).content
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


async def test_the_issuer_is_the_public_url_and_every_address_is_served(spine: Spine) -> None:
    async with spine.door() as door:
        told = (await door.get(PATHS[0])).json()
    assert told["issuer"] == spine.house.public_url
    table = endpoints(spine.house, PageRenderer(standing_headers(is_https=False)))
    served = {path for endpoint in table for path in endpoint.paths}
    for name, value in told.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert value.startswith(f"{told['issuer']}/")
            assert urlsplit(value).path in served, name


async def test_it_says_what_a_client_must_know_and_nothing_that_is_never_done(spine: Spine) -> None:
    async with spine.door() as door:
        told = (await door.get(PATHS[0])).json()
    assert {"RS256", "ES256", "EdDSA"} == set(told["id_token_signing_alg_values_supported"])
    assert told["subject_types_supported"] == ["public"]
    methods = {"none", "client_secret_basic", "client_secret_post", "private_key_jwt"}
    assert set(told["token_endpoint_auth_methods_supported"]) == methods
    assert set(told["introspection_endpoint_auth_methods_supported"]) == methods - {"none"}
    grants = told["grant_types_supported"]
    assert {"authorization_code", "refresh_token", "client_credentials"} <= set(grants)
    assert not {"implicit", "password"} & set(grants)
    assert "none" not in told["dpop_signing_alg_values_supported"]
    assert {"sub", "iss", "aud", "email", "given_name", "first_name"} <= set(told["claims_supported"])
    assert "registration_endpoint" not in told
    assert "client_id_metadata_document_supported" not in told


async def test_every_grant_that_is_announced_is_known_to_the_token_endpoint(spine: Spine) -> None:
    async with spine.door() as door:
        told = (await door.get(PATHS[0])).json()
        for grant in told["grant_types_supported"]:
            answer = await door.post("/oauth2/token", data={"grant_type": grant})
            assert answer.json()["error"] != "unsupported_grant_type"
