"""Introspection (RFC 7662) and revocation (RFC 7009), for both kinds of token."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.audit.model import EventKind
from gatepass.tokens.model import Terms
from provider.callers import API, ROBOT, SITE, Caller, calling, outcome
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

ASK, REVOKE = "/oauth2/introspect", "/oauth2/revoke"
WORTHLESS = b'{"active":false}'


async def is_active(caller: Caller, token: str) -> bool:
    answer = await caller.ask(ASK, token=token)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    if not answer.json()["active"]:
        assert answer.content == WORTHLESS
    return bool(answer.json()["active"])


@pytest.mark.parametrize("path", [ASK, "/oidc/introspect"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "colour"])
async def test_what_is_said_of_an_access_token(spine: Spine, path: str, hint: str | None) -> None:
    async with calling(spine, SITE) as site:
        tokens = await site.signed_in()
        told = (await site.ask(path, token=tokens["access_token"], token_type_hint=hint)).json()
        claims = await spine.house.tokens.read(tokens["access_token"], "at+jwt", spine.clock.now())
        assert claims is not None
        for name in ("scope", "client_id", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "sid"):
            assert told[name] == claims[name]
        assert (told["active"], told["token_type"]) == (True, "Bearer")


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
async def test_what_is_said_of_a_refresh_token(each_spine: Spine, hint: str | None) -> None:
    async with calling(each_spine, SITE) as site:
        tokens = await site.signed_in()
        told = (await site.ask(ASK, token=tokens["refresh_token"], token_type_hint=hint)).json()
        assert set(told) == {"active", "scope", "client_id", "exp", "sub", "aud", "iss", "sid"}
        assert (told["scope"], told["exp"]) == ("openid email", site.now + 30 * 86_400)
        await site.refresh(tokens["refresh_token"])
        assert not await is_active(site, tokens["refresh_token"])


async def test_a_bound_token_says_to_which_key(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        tokens = (await site.redeem(await site.code(), headers=site.proof())).json()
        for kind in ("access_token", "refresh_token"):
            told = (await site.ask(ASK, token=tokens[kind])).json()
            assert told["cnf"] == {"jkt": site.proof_key.thumbprint()}
        assert (await site.ask(ASK, token=tokens["access_token"])).json()["token_type"] == "DPoP"


async def test_of_others_tokens_nothing_is_said(spine: Spine) -> None:
    other_registration = replace(SITE, name="Other")
    async with calling(spine, SITE) as site, calling(spine, other_registration) as other:
        tokens = await site.signed_in()
        assert not await is_active(other, tokens["access_token"])
        assert not await is_active(other, tokens["refresh_token"])


async def test_a_resource_learns_of_tokens_that_are_made_for_it(spine: Spine) -> None:
    portal = replace(SITE, oauth=replace(SITE.oauth, audiences=(API,)))
    async with calling(spine, portal) as site, calling(spine, ROBOT) as robot:
        terms = Terms(scope=("openid",), audiences=(API,))
        tokens = await site.signed_in(terms=terms)
        assert await is_active(robot, tokens["access_token"])
        assert not await is_active(robot, tokens["refresh_token"])


@pytest.mark.parametrize("token", ["x", "x.y.z", "gpr_x", "é" * 30, "a" * 20_000])
async def test_of_what_is_no_token_nothing_is_said(spine: Spine, token: str) -> None:
    async with calling(spine, SITE) as site:
        assert not await is_active(site, token)
        assert (await site.ask(REVOKE, token=token)).status_code == 200


async def test_expired_tokens_and_id_tokens_are_worth_nothing(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        tokens = await site.signed_in()
        assert not await is_active(site, tokens["id_token"])
        spine.clock.move(timedelta(hours=1))
        assert not await is_active(site, tokens["access_token"])
        assert await is_active(site, tokens["refresh_token"])
        spine.clock.move(timedelta(days=30))
        assert not await is_active(site, tokens["refresh_token"])


async def test_whoever_asks_must_authenticate(spine: Spine) -> None:
    async with calling(spine, SITE) as site, calling(spine, SHOP) as shop:
        token = (await site.signed_in())["access_token"]
        assert outcome(await site.ask(ASK, token=token, client_secret=None)) == (401, "invalid_client")
        assert outcome(await shop.ask(ASK, token=token)) == (401, "invalid_client")
        assert outcome(await site.ask(ASK)) == (400, "invalid_request")
        assert outcome(await site.ask(REVOKE)) == (400, "invalid_request")
        assert outcome(await site.ask(REVOKE, token=token, client_secret="x")) == (401, "invalid_client")


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "colour"])
@pytest.mark.parametrize("path", [REVOKE, "/oidc/revoke"])
async def test_an_access_token_that_is_taken_back_dies_alone(spine: Spine, path: str, hint: str | None) -> None:
    async with calling(spine, SITE) as site:
        tokens = await site.signed_in()
        for _ in range(2):
            answer = await site.ask(path, token=tokens["access_token"], token_type_hint=hint)
            assert answer.status_code == 200
        assert not await is_active(site, tokens["access_token"])
        assert await is_active(site, tokens["refresh_token"])


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token"])
async def test_a_refresh_token_that_is_taken_back_takes_everything_along(each_spine: Spine, hint: str | None) -> None:
    async with calling(each_spine, SHOP) as shop, calling(each_spine, ROBOT) as robot:
        tokens = await shop.signed_in(terms=Terms(scope=("openid",), audiences=(API,)))
        assert await is_active(robot, tokens["access_token"])
        for _ in range(2):
            answer = await shop.ask(REVOKE, token=tokens["refresh_token"], token_type_hint=hint)
            assert answer.status_code == 200
        assert not await is_active(robot, tokens["access_token"])
        assert outcome(await shop.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
        events = [event for event in await each_spine.events() if event.kind is EventKind.TOKEN_REVOKED]
        assert [set(event.data) for event in events] == [{"family_id"}]


async def test_others_tokens_stay_as_they_are(spine: Spine) -> None:
    async with calling(spine, SITE) as site, calling(spine, SHOP) as shop:
        tokens = await site.signed_in()
        for kind in ("access_token", "refresh_token"):
            assert (await shop.ask(REVOKE, token=tokens[kind])).status_code == 200
            assert await is_active(site, tokens[kind])
        assert EventKind.TOKEN_REVOKED not in [event.kind for event in await spine.events()]


async def test_an_applications_own_token_can_be_taken_back(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        token = await robot.own_token(scope="read")
        assert await is_active(robot, token)
        await robot.ask(REVOKE, token=token)
        assert not await is_active(robot, token)


async def test_only_post_is_answered(spine: Spine) -> None:
    async with spine.door() as door:
        query: dict[str, Any] = {"token": "x", "client_id": spine.application.client_id}
        assert [(await door.get(path, params=query)).status_code for path in (ASK, REVOKE)] == [405, 405]
