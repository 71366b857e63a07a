"""What holds for every token request, and the grants that need no person."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.model import ApplicationType, GrantType, OAuthPolicy, Registration
from gatepass.audit.model import EventKind
from gatepass.protocols.oauth2 import templates
from provider.callers import API, ROBOT, SITE, TOKEN, Caller, calling, outcome
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

OWN: dict[str, Any] = {"grant_type": "client_credentials"}
PATHS = ["/oauth2/token", "/oidc/token", "/oauth/token", "/api/v1/oauth2/token"]


async def claims_of(caller: Caller, token: str) -> dict[str, Any]:
    claims = await caller.spine.house.tokens.read(token, "at+jwt", caller.spine.clock.now())
    assert claims is not None
    return claims


@pytest.mark.parametrize("path", PATHS)
async def test_every_spelling_takes_a_form_and_json_alike(spine: Spine, path: str) -> None:
    async with calling(spine, ROBOT) as robot:
        given = {**robot.credentials, **OWN, "scope": "sys_owner"}
        for answer in (await robot.door.post(path, data=given), await robot.door.post(path, json=given)):
            assert answer.status_code == 200, answer.text
            assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
            assert (answer.json()["token_type"], answer.json()["scope"]) == ("Bearer", "sys_owner")
            assert answer.json()["expires_in"] == 3600
            assert answer.headers["content-type"] == "application/json"
            assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def test_an_applications_own_token_says_who_it_is(each_spine: Spine) -> None:
    async with calling(each_spine, ROBOT) as robot:
        claims = await claims_of(robot, await robot.own_token(scope="read sys_owner"))
        client_id = robot.application.client_id
        assert {claims["sub"], claims["aud"], claims["client_id"]} == {client_id}
        assert claims["scope"] == "read sys_owner"
        assert not {"sid", "grant_id", "auth_time"} & claims.keys()
        granted = [event for event in await each_spine.events() if event.kind is EventKind.TOKENS_GRANTED]
        assert [(event.application_id, event.data["token_id"]) for event in granted] == [
            (robot.application.id, claims["jti"])
        ]


async def test_whoever_asks_for_no_scope_is_given_none(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        assert "scope" not in (await robot.ask(**OWN)).json()
        assert "scope" not in await claims_of(robot, await robot.own_token())


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "sys_owner other"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": 'a"b'}, "invalid_scope"),
        ({"scope": " read"}, "invalid_scope"),
        ({"audience": "https://other.test/"}, "invalid_target"),
        ({"resource": [API, "https://other.test/"]}, "invalid_target"),
    ],
)
async def test_no_more_is_granted_than_the_application_may_ask_for(
    spine: Spine, form: dict[str, Any], error: str
) -> None:
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask(**OWN, **form)) == (400, error)


@pytest.mark.parametrize("name", ["audience", "resource"])
async def test_a_token_is_made_for_the_resource_that_is_named(spine: Spine, name: str) -> None:
    async with calling(spine, ROBOT) as robot:
        assert (await claims_of(robot, await robot.own_token(**{name: API})))["aud"] == API


async def test_repeated_parameters_are_refused_and_unknown_ones_ignored(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        twice = {**robot.credentials, "grant_type": ["client_credentials", "client_credentials"]}
        assert outcome(await robot.door.post(TOKEN, data=twice)) == (400, "invalid_request")
        assert outcome(await robot.ask(**OWN, colour="green")) == (200, "")


async def test_what_stands_in_the_query_does_not_count(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        query = {**OWN, **robot.credentials}
        assert outcome(await robot.door.post(TOKEN, params=query)) == (400, "invalid_request")
        assert (await robot.door.get(TOKEN, params=query)).status_code == 405


async def test_a_grant_that_is_unknown_or_missing_is_refused(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot:
        assert outcome(await robot.ask()) == (400, "invalid_request")
        for grant in ("password", "implicit", "client_credentials "):
            assert outcome(await robot.ask(grant_type=grant)) == (400, "unsupported_grant_type")


async def test_a_grant_that_is_not_the_applications_is_refused(spine: Spine) -> None:
    async with calling(spine, ROBOT) as robot, calling(spine, SHOP) as shop:
        assert outcome(await robot.ask(grant_type="refresh_token", refresh_token="x")) == (400, "unauthorized_client")
        assert outcome(await shop.ask(**OWN)) == (400, "unauthorized_client")
        await robot.change(grants=(GrantType.REFRESH_TOKEN,))
        assert outcome(await robot.ask(**OWN)) == (400, "unauthorized_client")


async def test_a_public_application_never_holds_a_token_for_itself(spine: Spine) -> None:
    async with calling(spine, SHOP) as shop:
        # No registration allows it; the grant refuses it all the same.
        allowed = replace(shop.application.oauth, grants=(GrantType.CLIENT_CREDENTIALS,))
        faulty = replace(shop.application, oauth=allowed)
        spine.house.applications._by_client_id[faulty.client_id] = (float("inf"), faulty)
        assert outcome(await shop.ask(**OWN)) == (400, "unauthorized_client")


async def test_a_refresh_rotates_and_a_repeat_gets_the_same_successor(each_spine: Spine) -> None:
    async with calling(each_spine, SITE) as site:
        tokens = await site.signed_in()
        first, again = await site.refresh(tokens["refresh_token"]), await site.refresh(tokens["refresh_token"])
        assert first.json() == again.json()
        assert first.json()["refresh_token"] != tokens["refresh_token"]
        assert first.json()["scope"] == "openid email"
        assert first.json()["id_token"]
        each_spine.clock.move(timedelta(seconds=20))
        later = await site.refresh(tokens["refresh_token"])
        assert later.json()["access_token"] == first.json()["access_token"]
        assert later.json()["expires_in"] == 3580
        each_spine.clock.move(timedelta(seconds=20))
        assert outcome(await site.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
        assert outcome(await site.refresh(first.json()["refresh_token"])) == (400, "invalid_grant")


async def test_of_many_refreshes_at_once_all_get_one_successor(each_spine: Spine) -> None:
    async with calling(each_spine, SITE) as site:
        token = (await site.signed_in())["refresh_token"]
        answers = await asyncio.gather(*(site.refresh(token) for _ in range(64)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_refresh_may_ask_for_less_scope_and_gets_all_of_it_next_time(spine: Spine) -> None:
    async with calling(spine, SITE) as site:
        tokens = await site.signed_in()
        less = (await site.refresh(tokens["refresh_token"], scope="email")).json()
        assert (less["scope"], "id_token" in less) == ("email", False)
        assert (await claims_of(site, less["access_token"]))["scope"] == "email"
        wider = await site.refresh(less["refresh_token"], scope="openid email profile")
        assert outcome(wider) == (400, "invalid_scope")
        assert (await site.refresh(less["refresh_token"])).json()["scope"] == "openid email"


async def test_a_refresh_token_belongs_to_its_application_which_must_prove_itself(spine: Spine) -> None:
    async with calling(spine, SITE) as site, calling(spine, replace(SITE, name="Other")) as other:
        token = (await site.signed_in())["refresh_token"]
        assert outcome(await other.refresh(token)) == (400, "invalid_grant")
        assert outcome(await site.refresh(token, client_secret=None)) == (401, "invalid_client")
        assert outcome(await site.refresh(token)) == (200, "")


async def test_an_application_whose_access_claims_are_a_template_gets_them_filled(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An application that is older than the rule by which templates are judged when they are set.
    monkeypatch.setattr(templates, "faults", lambda _: [])
    template = {"mail": "{{user.email}}", "via": "{{application.name}}", "sub": "no", "org": "{{organization.id}}"}
    registration = Registration(
        name="Filled",
        type=ApplicationType.WEB,
        callback_urls=SITE.callback_urls,
        oauth=OAuthPolicy(
            access_claims=template, id_claims={"plan": '{{user.public_metadata.plan | default: "free"}}'}
        ),
    )
    async with calling(spine, registration) as filled:
        tokens = await filled.signed_in()
        claims = await claims_of(filled, tokens["access_token"])
        assert (claims["mail"], claims["via"]) == ("reader@example.com", "Filled")
        assert claims["sub"] != "no"
        assert "org" not in claims
        id_claims = await spine.house.tokens.read(tokens["id_token"], "JWT", spine.clock.now())
        assert id_claims is not None
        assert id_claims["plan"] == "free"
        own = await claims_of(filled, await filled.own_token())
        assert (own["via"], "mail" in own) == ("Filled", False)
