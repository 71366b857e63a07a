"""Codes at the token endpoint: spent once, by whom they were made for, with what they were asked for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.model import GrantType
from gatepass.audit.model import EventKind
from gatepass.tokens.model import Terms
from provider.authorization.people import CALLBACK, VERIFIER
from provider.callers import API, SITE, Caller, calling, new_key, outcome
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

REFUSED = (400, "invalid_grant")


async def works(caller: Caller, token: str) -> bool:
    answer = await caller.door.get("/oauth2/userinfo", headers={"authorization": f"Bearer {token}"})
    return answer.status_code == 200


async def test_a_code_buys_tokens_with_what_was_asked_for(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        answer = await shop.redeem(await shop.code(nonce="n-1"))
        assert outcome(answer) == (200, "")
        given = answer.json()
        assert set(given) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"}
        assert (given["scope"], given["expires_in"], given["token_type"]) == ("openid email", 3600, "Bearer")
        claims = await each_spine.house.tokens.read(given["id_token"], "JWT", each_spine.clock.now())
        assert claims is not None
        assert (claims["nonce"], claims["aud"]) == ("n-1", shop.application.client_id)
        assert await works(shop, given["access_token"])
        (granted,) = [event for event in await each_spine.events() if event.kind is EventKind.TOKENS_GRANTED]
        assert granted.data["grant"] == "authorization_code"


async def test_a_code_that_comes_back_takes_its_tokens_along(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        code = await shop.code()
        given = (await shop.redeem(code)).json()
        assert outcome(await shop.redeem(code)) == REFUSED
        assert not await works(shop, given["access_token"])
        assert outcome(await shop.refresh(given["refresh_token"])) == REFUSED
        assert EventKind.CODE_REUSED in [event.kind for event in await each_spine.events()]


async def test_of_many_who_present_a_code_at_once_one_is_given_tokens_and_they_die(each_spine: Spine) -> None:
    async with calling(each_spine, SHOP) as shop:
        code = await shop.code()
        answers = await asyncio.gather(*(shop.redeem(code) for _ in range(64)))
        winners = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(winners) == 1
        assert {outcome(answer) for answer in answers if answer.status_code != 200} == {REFUSED}
        assert not await works(shop, winners[0]["access_token"])


@pytest.mark.parametrize(
    "form",
    [
        {"code_verifier": None},
        {"code_verifier": ""},
        {"code_verifier": VERIFIER[:-1] + "x"},
        {"code_verifier": "short"},
        {"redirect_uri": "https://shop.test/callback/"},
        {"redirect_uri": "https://shop.test/Callback"},
        {"code": "gpc_invented"},
    ],
    ids=str,
)
async def test_a_code_presented_wrongly_is_refused_and_spent(spine: Spine, form: dict[str, Any]) -> None:
    async with calling(spine, SHOP) as shop:
        code = await shop.code()
        given = {"redirect_uri": CALLBACK, "code_verifier": VERIFIER, "code": code, **form}
        assert outcome(await shop.ask(grant_type="authorization_code", **given)) == REFUSED
        again = await shop.redeem(code)
        assert outcome(again) == ((200, "") if "code" in form else REFUSED)


async def test_a_verifier_that_nobody_asked_for_is_the_mark_of_a_downgrade(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        assert outcome(await site.redeem(await site.code(code_challenge=""))) == REFUSED
        plain = await site.redeem(await site.code(code_challenge=""), code_verifier=None)
        assert outcome(plain) == (200, "")


async def test_without_a_challenge_the_redirect_uri_must_be_repeated(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        code = await site.code(code_challenge="")
        assert outcome(await site.redeem(code, code_verifier=None, redirect_uri=None)) == REFUSED
        with_challenge = await site.redeem(await site.code(), redirect_uri=None)
        assert outcome(with_challenge) == (200, "")


async def test_a_code_of_another_application_is_refused_and_spent(spine: Spine) -> None:
    async with calling(spine, SITE) as site, calling(spine, replace(SITE, name="Other")) as other:
        code = await site.code()
        assert outcome(await other.redeem(code)) == REFUSED
        assert outcome(await site.redeem(code)) == REFUSED


async def test_a_code_is_good_for_a_minute(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        code = await shop.code()
        spine.clock.move(timedelta(seconds=60))
        assert outcome(await shop.redeem(code)) == REFUSED


async def test_a_code_that_was_bound_to_a_key_needs_that_key(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        terms = Terms(scope=("openid",), key_thumbprint=shop.proof_key.thumbprint())
        assert outcome(await shop.redeem(await shop.code(terms=terms))) == REFUSED
        other = await shop.redeem(await shop.code(terms=terms), headers=shop.proof(key=new_key()))
        assert outcome(other) == REFUSED
        assert outcome(await shop.redeem(await shop.code(terms=terms), headers=shop.proof())) == (200, "")


async def test_one_of_the_resources_may_be_named_and_the_others_are_kept_for_later(spine: Spine) -> None:
    other_api = "https://other-api.test/"
    policy = replace(SITE.oauth, audiences=(API, other_api, "https://third.test/"))
    async with calling(spine, replace(SITE, oauth=policy)) as site:
        terms = Terms(scope=("openid",), audiences=(API, other_api))
        given = (await site.redeem(await site.code(terms=terms), resource=API)).json()
        claims = await spine.house.tokens.read(given["access_token"], "at+jwt", spine.clock.now())
        assert claims is not None
        assert claims["aud"] == API
        renewed = await site.refresh(given["refresh_token"], resource=other_api)
        claims = await spine.house.tokens.read(renewed.json()["access_token"], "at+jwt", spine.clock.now())
        assert claims is not None
        assert claims["aud"] == other_api
        wider = await site.redeem(await site.code(terms=terms), resource="https://third.test/")
        assert outcome(wider) == (400, "invalid_target")


async def test_an_application_without_refresh_gets_none(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        await shop.change(grants=(GrantType.AUTHORIZATION_CODE,))
        assert "refresh_token" not in await shop.signed_in()
