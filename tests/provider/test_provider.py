"""Applications that ask for another signature algorithm get it, end to end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwk, jwt

from gatepass.applications.model import Application
from gatepass.protocols.jose import SigningAlgorithm
from support.spine import SHOP, Spine

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning"),
]

REFRESH = "/api/v1/accesstoken/refresh"


async def verified(door: httpx2.AsyncClient, token: str, algorithm: str) -> dict[str, Any]:
    published = jwk.KeySet.import_key_set((await door.get("/.well-known/jwks.json")).json())
    decoded = jwt.decode(token, published, algorithms=[algorithm])
    assert decoded.header["typ"] == "at+jwt"
    return dict(decoded.claims)


async def signed_in(spine: Spine, application: Application) -> str:
    return (await spine.sign_in("ana@example.com", application)).grant.refresh_token


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
async def test_tokens_are_signed_as_the_application_asks(spine: Spine, algorithm: SigningAlgorithm) -> None:
    application = await spine.register(replace(SHOP, name="Asks", signing_algorithm=algorithm))
    token = await signed_in(spine, application)
    async with spine.door() as door:
        answer = await door.get(REFRESH, params={"client_id": application.client_id, "refresh_token": token})
        assert answer.status_code == 200, answer.text
        claims = await verified(door, answer.json()["oauth"]["access_token"], algorithm.value)
        assert claims["aud"] == application.client_id
        assert claims["sub"] == answer.json()["user"]["user_id"]
        repeat = await door.get(REFRESH, params={"client_id": application.client_id, "refresh_token": token})
    assert repeat.json()["oauth"] == answer.json()["oauth"]


async def test_a_refresh_by_post_answers_as_the_documented_one_does(spine: Spine) -> None:
    token = await signed_in(spine, spine.application)
    async with spine.door() as door:
        query = {"client_id": spine.application.client_id}
        posted = await door.post(REFRESH, params=query, json={"refresh_token": token})
        got = await door.get(REFRESH, params={**query, "refresh_token": token})
    assert posted.status_code == got.status_code == 200
    assert posted.json() == got.json()
    assert posted.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("seconds", "code"), [(31, "refresh_token_reused"), (31 * 86_400, "refresh_token_expired")])
async def test_a_refused_refresh_says_what_to_do(spine: Spine, seconds: int, code: str) -> None:
    token = await signed_in(spine, spine.application)
    query = {"client_id": spine.application.client_id, "refresh_token": token}
    async with spine.door() as door:
        await door.get(REFRESH, params=query)
        spine.clock.move(timedelta(seconds=seconds))
        answer = await door.get(REFRESH, params=query)
    assert answer.status_code == 400
    assert (answer.json()["error_code"], answer.json()["code"]) == (code, 1050)
    assert "Sign in again" in answer.json()["message"]


@pytest.mark.parametrize("token", ["", "gpr_x", "x" * 4_000, "é"])
async def test_an_invented_refresh_token_is_unknown_by_both_doors(spine: Spine, token: str) -> None:
    query = {"client_id": spine.application.client_id}
    async with spine.door() as door:
        answers = [
            await door.get(REFRESH, params={**query, "refresh_token": token}),
            await door.post(REFRESH, params=query, json={"refresh_token": token}),
        ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert {answer.json()["error_code"] for answer in answers} == {"invalid_refresh_token"}


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/oidc/.well-known/jwks.json"])
async def test_the_published_keys_may_be_cached_and_read_from_anywhere(spine: Spine, path: str) -> None:
    await spine.house.tokens.signer_for(spine.application)
    async with spine.door() as door:
        answer = await door.get(path, headers={"origin": "https://anywhere.example"})
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    (key,) = answer.json()["keys"]
    assert (key["alg"], key["use"]) == ("ES256", "sig")
    assert "d" not in key
