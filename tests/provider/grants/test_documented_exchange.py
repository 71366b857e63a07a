"""The documented exchange of a code (hosted API, entry 21), and the documented refresh of applications with secrets."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from gatepass.applications.model import ClientAuthentication
from provider.authorization.people import VERIFIER
from provider.callers import SITE, Caller, calling
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

EXCHANGE, REFRESH = "/api/v1/sso/oauth/accesstoken", "/api/v1/accesstoken/refresh"


async def exchange(
    caller: Caller, code: str, *, secret: str = "", by_post: bool = False, **given: Any
) -> httpx2.Response:
    headers = {"x-client-secret": secret} if secret else {}
    parameters = {"code": code, "client_id": caller.application.client_id, **given}
    if by_post:
        return await caller.door.post(EXCHANGE, json=parameters, headers=headers)
    return await caller.door.get(EXCHANGE, params=parameters, headers=headers)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error_code", "")


@pytest.mark.parametrize("by_post", [True, False])
async def test_a_verifier_proves_the_application(each_spine: Spine, by_post: bool) -> None:
    async with calling(each_spine, SHOP) as shop:
        code = await shop.code()
        answer = await exchange(shop, code, by_post=by_post, state="xyz", code_verifier=VERIFIER)
        assert answer.status_code == 200, answer.text
        given = answer.json()
        assert set(given) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"}
        assert (given["expires_in"], given["scope"]) == (3600, "openid email")
        assert answer.headers["cache-control"] == "no-store"
        assert code_of(await exchange(shop, code, code_verifier=VERIFIER)) == (400, "invalid_grant")


async def test_a_code_and_a_client_id_prove_nothing(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        code = await shop.code()
        assert code_of(await exchange(shop, code, state="xyz")) == (401, "proof_required")
        assert code_of(await exchange(shop, code, code_verifier=VERIFIER)) == (200, "")


async def test_a_secret_proves_the_application_even_without_a_redirect_uri(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        assert code_of(await exchange(site, await site.code(code_challenge=""), secret=site.secret)) == (200, "")
        wrong = await exchange(site, await site.code(code_challenge=""), secret="gps_x")
        assert code_of(wrong) == (401, "invalid_client_secret")
        # Where the sign-in had a challenge, a secret does not stand for its verifier.
        assert code_of(await exchange(site, await site.code(), secret=site.secret)) == (400, "invalid_grant")


async def test_the_operator_may_allow_the_documented_form(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        await site.change(may_exchange_documented=True)
        code = await site.code(code_challenge="")
        assert code_of(await exchange(site, code, state="xyz")) == (200, "")
        assert code_of(await exchange(site, await site.code(), state="xyz")) == (400, "invalid_grant")


async def test_a_state_that_is_sent_must_be_the_one_of_the_request(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        code = await shop.code()
        answer = await exchange(shop, code, state="other", code_verifier=VERIFIER)
        assert code_of(answer) == (400, "invalid_grant")
        assert code_of(await exchange(shop, code, code_verifier=VERIFIER)) == (400, "invalid_grant")


async def test_a_redirect_uri_that_is_sent_must_be_the_one_of_the_request(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        answer = await exchange(shop, await shop.code(), redirect_uri="https://evil.test/", code_verifier=VERIFIER)
        assert code_of(answer) == (400, "invalid_grant")


async def test_an_application_whose_tokens_are_bound_uses_the_token_endpoint(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        await shop.change(requires_dpop=True)
        answer = await exchange(shop, await shop.code(), code_verifier=VERIFIER)
        assert code_of(answer) == (400, "bound_tokens_only")


async def test_an_application_that_must_authenticate_sends_its_secret_to_the_documented_calls(spine: Spine) -> None:
    chosen = replace(SITE, oauth=replace(SITE.oauth, authentication=ClientAuthentication.POST))
    async with calling(spine, chosen) as site:
        code = await site.code()
        assert code_of(await exchange(site, code, code_verifier=VERIFIER)) == (401, "client_secret_required")
        given = (await exchange(site, code, code_verifier=VERIFIER, secret=site.secret)).json()
        query = {"client_id": site.application.client_id, "refresh_token": given["refresh_token"]}
        assert code_of(await site.door.get(REFRESH, params=query)) == (401, "client_secret_required")
        proven = await site.door.get(REFRESH, params=query, headers={"x-client-secret": site.secret})
        assert proven.status_code == 200
