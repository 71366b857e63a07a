"""Tokens exchanged for others (RFC 8693): no wider, no longer, no more alive than the one that is exchanged."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.applications.model import GrantType, OAuthPolicy, Registration
from gatepass.sessions.flows import revoke_all
from gatepass.tokens.model import Terms
from provider.callers import API, ROBOT, SITE, Caller, calling, outcome
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

EXCHANGE = GrantType.TOKEN_EXCHANGE
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
NEXT_API = "https://next.test/"
SERVER = Registration(
    name="Server",
    type=ROBOT.type,
    oauth=OAuthPolicy(
        grants=(EXCHANGE, GrantType.CLIENT_CREDENTIALS), scopes=("read", "email"), audiences=(API, NEXT_API)
    ),
)
PORTAL = replace(SITE, oauth=OAuthPolicy(audiences=(API,), scopes=("read", "write")))
TERMS = Terms(scope=("openid", "email", "read"), audiences=(API,))


async def exchange(server: Caller, token: str, **form: Any) -> httpx2.Response:
    given = {"subject_token": token, "subject_token_type": ACCESS_TOKEN, **form}
    return await server.ask(grant_type=EXCHANGE, **given)


async def claims_of(caller: Caller, answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    claims = await caller.spine.house.tokens.read(answer.json()["access_token"], "at+jwt", caller.spine.clock.now())
    assert claims is not None
    return claims


async def test_a_token_is_exchanged_for_one_that_says_who_acts(each_spine: Spine) -> None:
    async with calling(each_spine, PORTAL) as portal, calling(each_spine, SERVER) as server:
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        each_spine.clock.move(timedelta(minutes=10))
        answer = await exchange(server, subject, audience=NEXT_API, scope="read")
        assert answer.json()["issued_token_type"] == ACCESS_TOKEN
        assert not {"refresh_token", "id_token"} & answer.json().keys()
        assert answer.json()["expires_in"] == 3000
        claims = await claims_of(server, answer)
        before = await each_spine.house.tokens.read(subject, "at+jwt", each_spine.clock.now())
        assert before is not None
        for name in ("sub", "sid", "grant_id", "exp", "amr"):
            assert claims[name] == before[name]
        assert (claims["aud"], claims["scope"]) == (NEXT_API, "read")
        assert claims["client_id"] == server.application.client_id
        assert claims["act"] == {"sub": server.application.client_id}


async def test_without_a_wish_the_scope_is_what_both_have(spine: Spine) -> None:
    async with calling(spine, PORTAL) as portal, calling(spine, SERVER) as server:
        answer = await exchange(server, (await portal.signed_in(terms=TERMS))["access_token"])
        assert answer.json()["scope"] == "email read"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "read write"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"audience": "https://third.test/"}, "invalid_target"),
        ({"resource": "https://third.test/"}, "invalid_target"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"subject_token_type": None}, "invalid_request"),
        ({"subject_token": None}, "invalid_request"),
        ({"subject_token": "x.y.z"}, "invalid_grant"),
        ({"actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"actor_token": "x.y.z", "actor_token_type": ACCESS_TOKEN}, "invalid_grant"),
        ({"actor_token": "x.y.z"}, "invalid_request"),
    ],
    ids=str,
)
async def test_an_exchange_that_asks_for_too_much_is_refused(spine: Spine, form: dict[str, Any], error: str) -> None:
    async with calling(spine, PORTAL) as portal, calling(spine, SERVER) as server:
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        assert outcome(await exchange(server, subject, **form)) == (400, error)


async def test_other_kinds_of_token_are_not_exchanged(spine: Spine) -> None:
    async with calling(spine, PORTAL) as portal, calling(spine, SERVER) as server:
        tokens = await portal.signed_in(terms=TERMS)
        for kind in ("id_token", "refresh_token"):
            assert outcome(await exchange(server, tokens[kind])) == (400, "invalid_grant")


async def test_a_token_for_somebody_else_is_not_exchanged(spine: Spine) -> None:
    async with calling(spine, PORTAL) as portal, calling(spine, SERVER) as server:
        for_itself = (await portal.signed_in())["access_token"]
        assert outcome(await exchange(server, for_itself)) == (400, "invalid_grant")


async def test_expired_revoked_and_signed_out_tokens_are_not_exchanged(each_spine: Spine) -> None:
    async with calling(each_spine, PORTAL) as portal, calling(each_spine, SERVER) as server:
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        await portal.ask("/oauth2/revoke", token=subject)
        assert outcome(await exchange(server, subject)) == (400, "invalid_grant")
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        exchanged = (await exchange(server, subject)).json()["access_token"]
        claims = await each_spine.house.tokens.read(subject, "at+jwt", each_spine.clock.now())
        assert claims is not None
        at = each_spine.clock.now()
        await each_spine.transact(lambda tx: revoke_all(tx, claims["sub"], at, ORIGIN, but_id=None))
        assert outcome(await exchange(server, subject)) == (400, "invalid_grant")
        worth = await server.ask("/oauth2/introspect", token=exchanged)
        assert worth.json() == {"active": False}
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        each_spine.clock.move(timedelta(hours=1))
        assert outcome(await exchange(server, subject)) == (400, "invalid_grant")


async def test_actors_stand_in_a_chain_that_ends(spine: Spine) -> None:
    async with calling(spine, PORTAL) as portal, calling(spine, SERVER) as server:
        answer = await exchange(server, (await portal.signed_in(terms=TERMS))["access_token"])
        depth = 1
        while answer.status_code == 200:
            act = (await claims_of(server, answer))["act"]
            assert str(act).count("sub") == depth
            answer = await exchange(server, answer.json()["access_token"])
            depth += 1
        assert (depth, outcome(answer)) == (5, (400, "invalid_request"))


async def test_an_actor_token_names_who_acts(spine: Spine) -> None:
    async with calling(spine, PORTAL) as portal, calling(spine, SERVER) as server:
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        helper = await portal.signed_in("helper@example.com", terms=TERMS)
        actor = await spine.house.tokens.read(helper["access_token"], "at+jwt", spine.clock.now())
        assert actor is not None
        form = {"actor_token": helper["access_token"], "actor_token_type": ACCESS_TOKEN}
        assert (await claims_of(server, await exchange(server, subject, **form)))["act"] == {"sub": actor["sub"]}
        await portal.ask("/oauth2/revoke", token=helper["access_token"])
        assert outcome(await exchange(server, subject, **form)) == (400, "invalid_grant")


async def test_whoever_may_not_exchange_is_refused(spine: Spine) -> None:
    async with calling(spine, PORTAL) as portal:
        subject = (await portal.signed_in(terms=TERMS))["access_token"]
        assert outcome(await exchange(portal, subject)) == (400, "unauthorized_client")
