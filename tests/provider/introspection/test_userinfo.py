"""Userinfo: what an access token shows of its person, and how it may be presented (RFC 6750)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.applications.flows import switch
from gatepass.sessions.flows import revoke_all
from gatepass.tokens.model import Terms
from provider.callers import ROBOT, SITE, Caller, calling, outcome
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio

PATH = "/oauth2/userinfo"
INVALID = (401, "invalid_token")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def ask(caller: Caller, token: str, **headers: str) -> httpx2.Response:
    return await caller.door.get(PATH, headers={**bearer(token), **headers})


@pytest.mark.parametrize("path", [PATH, "/oidc/userinfo"])
async def test_a_token_shows_what_its_scope_covers(spine: Spine, path: str) -> None:
    async with calling(spine, SHOP) as shop:
        tokens = await shop.signed_in(scope=("openid",))
        answers = [
            await shop.door.get(path, headers=bearer(tokens["access_token"])),
            await shop.door.post(path, headers=bearer(tokens["access_token"])),
            await shop.door.post(path, data={"access_token": tokens["access_token"]}),
        ]
        claims = await spine.house.tokens.read(tokens["id_token"], "JWT", spine.clock.now())
        assert claims is not None
        for answer in answers:
            assert (answer.status_code, answer.json()) == (200, {"sub": claims["sub"]})
            assert answer.headers["cache-control"] == "no-store"
        wide = await shop.signed_in(scope=("openid", "email", "profile"))
        told = (await ask(shop, wide["access_token"])).json()
        assert (told["email"], told["email_verified"]) == ("reader@example.com", True)
        assert isinstance(told["updated_at"], int)


async def test_claims_that_were_asked_for_by_name_are_told(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        terms = Terms(scope=("openid",), userinfo_claims=("email",))
        tokens = await shop.signed_in(terms=terms)
        told = (await ask(shop, tokens["access_token"])).json()
        assert set(told) == {"sub", "email"}
        renewed = await shop.refresh(tokens["refresh_token"])
        assert "email" in (await ask(shop, renewed.json()["access_token"])).json()


async def test_without_a_token_the_challenge_names_no_error(spine: Spine) -> None:
    async with spine.door() as door:
        for headers in ({}, {"authorization": "Basic eA=="}, {"authorization": "Bearer"}, {"authorization": "Bearer "}):
            answer = await door.get(PATH, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == 'Bearer realm="gatepass"'


async def test_a_token_in_the_address_or_twice_is_refused(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        token = (await shop.signed_in())["access_token"]
        in_query = await shop.door.get(PATH, params={"access_token": token})
        assert outcome(in_query) == (400, "invalid_request")
        twice = await shop.door.post(PATH, data={"access_token": token}, headers=bearer(token))
        assert outcome(twice) == (400, "invalid_request")
        ignored = await shop.door.post(PATH, params={"access_token": token})
        assert ignored.status_code == 401


async def test_other_kinds_of_token_open_nothing(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop, calling(spine, ROBOT) as robot:
        tokens = await shop.signed_in()
        for token in (tokens["id_token"], tokens["refresh_token"], await robot.own_token(), "x", "x.y.z"):
            answer = await ask(shop, token)
            assert outcome(answer) == INVALID
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_expired_revoked_and_signed_out_tokens_open_nothing(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        token = (await shop.signed_in())["access_token"]
        await shop.ask("/oauth2/revoke", token=token)
        assert outcome(await ask(shop, token)) == INVALID
        token = (await shop.signed_in())["access_token"]
        user_id = (await ask(shop, token)).json()["sub"]
        at = each_spine.clock.now()
        await each_spine.transact(lambda tx: revoke_all(tx, user_id, at, ORIGIN, but_id=None))
        assert outcome(await ask(shop, token)) == INVALID
        token = (await shop.signed_in())["access_token"]
        each_spine.clock.move(timedelta(hours=1))
        assert outcome(await ask(shop, token)) == INVALID


async def test_a_token_without_openid_is_not_enough(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        answer = await ask(shop, (await shop.signed_in(scope=("email",)))["access_token"])
        assert outcome(answer) == (403, "insufficient_scope")
        assert 'scope="openid"' in answer.headers["www-authenticate"]


async def test_only_origins_of_the_tokens_application_may_ask(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop, calling(spine, replace(SITE, allowed_origins=("https://b.test",))):
        token = (await shop.signed_in())["access_token"]
        own = await ask(shop, token, origin="https://shop.test")
        assert own.headers["access-control-allow-origin"] == "https://shop.test"
        assert (await ask(shop, token, origin="https://b.test")).status_code == 403


async def test_the_token_of_an_application_that_is_switched_off_opens_nothing(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        token = (await shop.signed_in())["access_token"]
        await spine.transact(lambda tx: switch(tx, shop.application, is_active=False, at=spine.clock.now()))
        spine.house.applications._by_client_id.clear()
        assert outcome(await ask(shop, token)) == INVALID


@pytest.mark.parametrize("parameters", [{}, {"a": "b"}])
async def test_other_parameters_do_not_matter(spine: Spine, parameters: dict[str, Any]) -> None:
    async with calling(spine, SHOP) as shop:
        token = (await shop.signed_in())["access_token"]
        assert (await shop.door.get(PATH, params=parameters, headers=bearer(token))).status_code == 200
