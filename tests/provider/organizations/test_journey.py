"""The whole way to an organization over the front door: plain, pushed ahead, and refreshed."""

from typing import Any

import httpx2
import pytest

from gatepass.kit.lookups.reach import Within
from gatepass.organizations.flows import remove_member
from provider.authorization.people import CALLBACK, CHALLENGE
from provider.authorization.test_journey import arrive, exchange
from provider.organizations.people import ANNA, an_organization
from support.spine import ORIGIN, Spine
from support.visiting import InMemoryBrowser, answer_of, browsing

pytestmark = pytest.mark.anyio


async def claims_of(spine: Spine, tokens: dict[str, Any]) -> dict[str, Any]:
    found = await spine.house.tokens.read(tokens["access_token"], "at+jwt", spine.clock.now())
    assert found is not None
    return found


async def refresh(spine: Spine, tokens: dict[str, Any]) -> httpx2.Response:
    client_id = spine.application.client_id
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": tokens["refresh_token"]}
    return await spine.door().post("/oauth2/token", data=form)


async def push(browser: InMemoryBrowser, **fields: str) -> httpx2.Response:
    """Push a request ahead, and open it in the browser."""
    client_id = browser.spine.application.client_id
    asked = {
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid email",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **fields,
    }
    pushed = await browser.spine.door().post("/oauth2/par", data=asked)
    assert pushed.status_code == 201, pushed.text
    query = {"client_id": client_id, "request_uri": pushed.json()["request_uri"]}
    return await browser.door.get("/oauth2/authorize", params=query)


async def test_a_person_signs_in_to_an_organization_and_stays_until_they_are_removed(each_spine: Spine) -> None:
    anna = (await each_spine.sign_in(ANNA)).user
    acme = await an_organization(each_spine, anna.id)
    async with browsing(each_spine) as browser:
        answer = answer_of(await browser.sign_in(ANNA, await arrive(browser, organization=acme.id)))
        tokens = await exchange(browser, answer["code"])
        assert (await claims_of(each_spine, tokens))["org_id"] == acme.id
        again = await refresh(each_spine, tokens)
        assert again.status_code == 200, again.text
        assert (await claims_of(each_spine, again.json()))["org_id"] == acme.id
        at = each_spine.clock.now()
        await each_spine.transact(lambda tx: remove_member(tx, Within(acme.id), anna.id, at, ORIGIN))
        refused = await refresh(each_spine, again.json())
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        denied = (await arrive(browser, organization_id=acme.id)).headers["location"]
        assert "error=access_denied" in denied


async def test_what_was_pushed_ahead_names_the_organization_whatever_the_browser_adds(spine: Spine) -> None:
    anna = (await spine.sign_in(ANNA)).user
    acme = await an_organization(spine, anna.id)
    async with browsing(spine) as browser:
        first = await push(browser, organization_id=acme.id)
        answer = answer_of(await browser.sign_in(ANNA, await browser.get(first.headers["location"])))
        assert (await claims_of(spine, await exchange(browser, answer["code"])))["org_id"] == acme.id


async def test_two_names_for_two_organizations_are_refused_when_pushed(spine: Spine) -> None:
    form = {
        "client_id": spine.application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "organization": "one",
        "organization_id": "two",
    }
    refused = await spine.door().post("/oauth2/par", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_the_documented_refresh_says_so_too(spine: Spine) -> None:
    anna = (await spine.sign_in(ANNA)).user
    acme = await an_organization(spine, anna.id)
    async with browsing(spine) as browser:
        answer = answer_of(await browser.sign_in(ANNA, await arrive(browser, organization=acme.id)))
        tokens = await exchange(browser, answer["code"])
    at = spine.clock.now()
    await spine.transact(lambda tx: remove_member(tx, Within(acme.id), anna.id, at, ORIGIN))
    body = {"refresh_token": tokens["refresh_token"], "client_id": spine.application.client_id}
    refused = await spine.door().post("/api/v1/accesstoken/refresh", json=body)
    assert refused.status_code == 400
    assert "no member" in refused.text
