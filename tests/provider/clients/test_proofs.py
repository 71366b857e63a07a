"""Tokens bound to a key at the token endpoint and at userinfo (RFC 9449)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.applications.model import ClientAuthentication, OAuthPolicy
from provider.callers import ROBOT, SITE, TOKEN, Caller, calling, new_key, outcome
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

OWN: dict[str, Any] = {"grant_type": "client_credentials"}
USERINFO = "/oauth2/userinfo"
BAD = (400, "invalid_dpop_proof")


async def claims_of(robot: Caller, token: str) -> dict[str, Any]:
    claims = await robot.spine.house.tokens.read(token, "at+jwt", robot.spine.clock.now())
    assert claims is not None
    return claims


async def test_a_proof_binds_the_token_and_the_answer_brings_the_next_nonce(each_spine: Spine) -> None:
    async with calling(each_spine, ROBOT) as robot:
        answer = await robot.ask(headers=robot.proof(), **OWN)
        assert answer.json()["token_type"] == "DPoP"
        claims = await claims_of(robot, answer.json()["access_token"])
        assert claims["cnf"] == {"jkt": robot.proof_key.thumbprint()}
        assert answer.headers["dpop-nonce"] == each_spine.house.proofs.nonce()


async def test_a_missing_or_old_nonce_is_answered_with_one_that_works(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        old = spine.house.proofs.nonce()
        spine.clock.move(timedelta(minutes=10))
        for nonce in (None, old, "invented"):
            answer = await robot.ask(headers=robot.proof(nonce=nonce), **OWN)
            assert outcome(answer) == (400, "use_dpop_nonce")
            given = answer.headers["dpop-nonce"]
        assert outcome(await robot.ask(headers=robot.proof(nonce=given), **OWN)) == (200, "")


async def test_a_nonce_is_good_in_the_slice_of_time_after_its_own(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        nonce = spine.house.proofs.nonce()
        spine.clock.move(timedelta(minutes=5))
        assert spine.house.proofs.nonce() != nonce
        assert outcome(await robot.ask(headers=robot.proof(nonce=nonce), **OWN)) == (200, "")


async def test_asking_for_a_nonce_does_not_spend_the_assertion(spine: Spine) -> None:
    key = new_key("a")
    policy = OAuthPolicy(
        authentication=ClientAuthentication.PRIVATE_KEY_JWT, jwks={"keys": [key.as_dict(private=False)]}
    )
    async with calling(spine, replace(ROBOT, oauth=policy), key=key) as robot:
        form = {**OWN, **robot.assertion()}
        refused = await robot.door.post(TOKEN, data=form, headers=robot.proof(nonce=None))
        assert outcome(refused) == (400, "use_dpop_nonce")
        assert outcome(await robot.door.post(TOKEN, data=form, headers=robot.proof())) == (200, "")


async def test_a_proof_is_good_once(each_spine: Spine) -> None:
    async with calling(each_spine, ROBOT) as robot:
        proof = robot.proof()
        assert outcome(await robot.ask(headers=proof, **OWN)) == (200, "")
        assert outcome(await robot.ask(headers=proof, **OWN)) == BAD


async def test_of_many_who_present_a_proof_at_once_one_is_believed(each_spine: Spine) -> None:
    async with calling(each_spine, ROBOT) as robot:
        proof = robot.proof()
        answers = await asyncio.gather(*(robot.ask(headers=proof, **OWN) for _ in range(64)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 63]


@pytest.mark.parametrize("path", ["/oauth2/token", "/oidc/token", "/oauth/token", "/api/v1/oauth2/token"])
async def test_a_proof_may_name_each_address_of_the_endpoint(spine: Spine, path: str) -> None:
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask(path, headers=robot.proof(path=path), **OWN)) == (200, "")


@pytest.mark.parametrize(
    "claims",
    [
        {"jti": None},
        {"htm": None},
        {"htm": "GET"},
        {"htu": None},
        {"htu": "https://evil.test/oauth2/token"},
        {"htu": "http://localhost:8000/oauth2/revoke"},
        {"iat": None},
        {"iat": "now"},
        {"header": {"typ": None}},
        {"header": {"typ": "jwt"}},
        {"header": {"alg": "none"}},
        {"header": {"alg": "RS256"}},
        {"header": {"alg": "HS256"}},
        {"header": {"jwk": None}},
        {"header": {"jwk": new_key().as_dict(private=False)}},
        {"header": {"jwk": new_key().as_dict(private=True)}},
    ],
)
async def test_a_proof_that_does_not_hold_is_refused(spine: Spine, claims: dict[str, Any]) -> None:
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask(headers=robot.proof(**claims), **OWN)) == BAD


@pytest.mark.parametrize(("seconds", "status"), [(-3600, 400), (-290, 200), (-10, 200), (10, 200), (3600, 400)])
async def test_a_proof_is_made_just_now(spine: Spine, seconds: int, status: int) -> None:
    async with calling(spine, ROBOT) as robot:
        answer = await robot.ask(headers=robot.proof(iat=robot.now + seconds), **OWN)
        assert answer.status_code == status


async def test_two_proofs_or_none_that_can_be_read_are_refused(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask(headers={"dpop": "x"}, **OWN)) == BAD
        both = [("dpop", robot.proof()["dpop"]), ("dpop", robot.proof()["dpop"])]
        answer = await robot.door.post(TOKEN, data={**OWN, **robot.credentials}, headers=both)
        assert outcome(answer) == BAD


async def test_an_application_whose_tokens_are_bound_needs_a_proof(spine: Spine) -> None:
    async with calling(spine, replace(ROBOT, oauth=replace(ROBOT.oauth, requires_dpop=True))) as robot:
        assert outcome(await robot.ask(**OWN)) == BAD
        assert outcome(await robot.ask(headers=robot.proof(), **OWN)) == (200, "")


async def bound(caller: Caller) -> dict[str, Any]:
    answer = await caller.redeem(await caller.code(), headers=caller.proof())
    assert answer.json()["token_type"] == "DPoP"
    return dict(answer.json())


async def test_a_public_application_refreshes_with_the_bound_key_alone(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        token = (await bound(shop))["refresh_token"]
        assert outcome(await shop.refresh(token)) == (400, "invalid_grant")
        assert outcome(await shop.refresh(token, headers=shop.proof(key=new_key()))) == (400, "invalid_grant")
        renewed = await shop.refresh(token, headers=shop.proof())
        assert (renewed.status_code, renewed.json()["token_type"]) == (200, "DPoP")


async def test_a_confidential_application_may_bind_a_new_key(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        token = (await bound(site))["refresh_token"]
        key = new_key()
        renewed = await site.refresh(token, headers=site.proof(key=key))
        claims = await claims_of(site, renewed.json()["access_token"])
        assert claims["cnf"] == {"jkt": key.thumbprint()}


async def ask(caller: Caller, token: str, scheme: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    return await caller.door.get(USERINFO, headers={"authorization": f"{scheme} {token}", **(headers or {})})


async def test_userinfo_takes_a_bound_token_with_its_proof_alone(each_spine: Spine) -> None:
    async with calling(each_spine, SITE) as site:
        token = (await bound(site))["access_token"]
        proof = site.proof("GET", USERINFO, token=token)
        assert (await ask(site, token, "DPoP", proof)).json()["email"] == "reader@example.com"
        replayed = await ask(site, token, "dpop", proof)
        assert outcome(replayed) == (401, "invalid_dpop_proof")
        for scheme, headers in (
            ("Bearer", {}),
            ("Bearer", site.proof("GET", USERINFO, token=token)),
            ("DPoP", {}),
            ("DPoP", site.proof("POST", USERINFO, token=token)),
            ("DPoP", site.proof("GET", "/oauth2/introspect", token=token)),
            ("DPoP", site.proof("GET", USERINFO, token=token, ath=None)),
            ("DPoP", site.proof("GET", USERINFO, token=f"{token}x")),
            ("DPoP", site.proof("GET", USERINFO, token=token, key=new_key())),
        ):
            answer = await ask(site, token, scheme, headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("DPoP ")
            assert "algs=" in answer.headers["www-authenticate"]


async def test_userinfo_asks_for_a_fresh_nonce_where_one_is_old(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        token = (await bound(site))["access_token"]
        answer = await ask(site, token, "DPoP", site.proof("GET", USERINFO, token=token, nonce="old"))
        assert outcome(answer) == (401, "use_dpop_nonce")
        nonce = answer.headers["dpop-nonce"]
        again = await ask(site, token, "DPoP", site.proof("GET", USERINFO, token=token, nonce=nonce))
        assert again.status_code == 200


async def test_a_token_that_is_not_bound_does_not_come_by_dpop(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        token = (await site.signed_in())["access_token"]
        answer = await ask(site, token, "DPoP", site.proof("GET", USERINFO, token=token))
        assert outcome(answer) == (401, "invalid_token")


async def test_no_hosted_call_hands_unbound_tokens_to_an_application_whose_tokens_are_bound(spine: Spine) -> None:
    hosted = "/api/v1/auth/passwordless"
    async with calling(spine, SHOP) as shop:
        state = await spine.ask("reader@example.com", shop.application)
        code = str((await spine.mail("reader@example.com"))["code"])
        held = (await shop.signed_in("writer@example.com", scope=("openid", "offline_access")))["refresh_token"]
        await shop.change(requires_dpop=True)
        query = {"client_id": shop.application.client_id}
        for path, body in (
            (f"{hosted}/magic-link/send", {"email": "reader@example.com"}),
            (f"{hosted}/email-otp/verify", {"state": state, "otp": code}),
            ("/api/v1/accesstoken/refresh", {"refresh_token": held}),
        ):
            answer = await shop.door.post(path, params=query, json=body)
            assert (answer.status_code, answer.json()["error_code"]) == (400, "bound_tokens_only"), path
        answer = await shop.door.get(f"{hosted}/magic-link/status", params={**query, "state": state})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "bound_tokens_only")


async def test_what_was_granted_unbound_is_not_refreshed_once_tokens_must_be_bound(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        unbound = (await shop.signed_in(scope=("openid", "offline_access")))["refresh_token"]
        given = await shop.redeem(await shop.code(scope=("openid", "offline_access")), headers=shop.proof())
        bound = given.json()["refresh_token"]
        await shop.change(requires_dpop=True)
        assert outcome(await shop.refresh(unbound, headers=shop.proof())) == (400, "invalid_grant")
        assert outcome(await shop.refresh(bound, headers=shop.proof())) == (200, "")
        # It was not spent: it counts again where the operator takes the demand back.
        await shop.change(requires_dpop=False)
        assert outcome(await shop.refresh(unbound)) == (200, "")
