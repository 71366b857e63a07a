"""Requests that an application pushes ahead of the browser, and those that it signs (RFC 9126, RFC 9101)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from gatepass.applications.model import ClientAuthentication
from gatepass.protocols.jose.foreign import thumbprint
from gatepass.provider.authorization.model import Answer, Redeemed
from provider.authorization.people import CALLBACK, CHALLENGE, BrowserOf, redeem
from provider.callers import SITE, Caller, calling, new_key, outcome, signed
from support.spine import Spine

pytestmark = pytest.mark.anyio
PAR, AUTHORIZE = "/oauth2/par", "/oauth2/authorize"
ASKED: dict[str, Any] = {
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid",
    "state": "inside",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
KEY = new_key("k1")


@pytest.fixture
async def site(spine: Spine) -> AsyncIterator[Caller]:
    """A web application at the front door, with a key by which it signs requests."""
    keyed = replace(SITE, oauth=replace(SITE.oauth, jwks={"keys": [KEY.as_dict(private=False)]}))
    async with calling(spine, keyed) as caller:
        yield caller


async def pushed(site: Caller, **fields: Any) -> str:
    answer = await site.ask(PAR, **{**ASKED, **fields})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"request_uri", "expires_in"}
    assert answer.json()["expires_in"] == 90
    return str(answer.json()["request_uri"])


async def visit(site: Caller, browser: BrowserOf, **fields: str) -> httpx2.Response:
    return await site.door.get(
        AUTHORIZE, params={"client_id": site.application.client_id, **fields}, headers=browser.cookies
    )


def answered(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(CALLBACK), response.headers["location"]
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


async def test_a_pushed_request_is_started_by_its_name_and_spent_by_its_answer(spine: Spine, site: Caller) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    uri = await pushed(site)
    answer = answered(await visit(site, browser, request_uri=uri, state="outside", scope="orders"))
    assert answer["state"] == "inside"
    redeemed = await redeem(spine, answer["code"], application=site.application)
    assert isinstance(redeemed, Redeemed)
    assert redeemed.code.terms.scope == ("openid",)
    again = await visit(site, browser, request_uri=uri)
    assert (again.status_code, "location" in again.headers) == (400, False)
    told = answered(await visit(site, browser, request_uri=uri, redirect_uri=CALLBACK))
    assert told["error"] == "invalid_request_uri"


async def test_a_pushed_request_may_be_opened_again_until_it_is_answered(spine: Spine, site: Caller) -> None:
    browser = BrowserOf(spine)
    uri = await pushed(site)
    handles = [(await visit(site, browser, request_uri=uri)).headers["location"].partition("=")[2] for _ in range(2)]
    spine.clock.move(timedelta(minutes=5))
    await browser.sign_in(handles[0], application=site.application)
    first, second = [await browser.flows.resume(handle, browser.now) for handle in handles]
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert "code" in first.parameters
    assert second.parameters["error"] == "invalid_request_uri"


async def test_of_many_who_start_a_pushed_request_at_once_one_gets_a_code(spine: Spine, site: Caller) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    uri = await pushed(site)
    responses = await asyncio.gather(*(visit(site, browser, request_uri=uri) for _ in range(32)))
    assert sum("code=" in response.headers.get("location", "") for response in responses) == 1


async def test_a_pushed_request_is_too_old_after_a_while(spine: Spine, site: Caller) -> None:
    uri = await pushed(site)
    spine.clock.move(timedelta(seconds=90))
    assert (await visit(site, BrowserOf(spine), request_uri=uri)).status_code == 400


async def test_a_pushed_request_is_nothing_to_another_application(spine: Spine, site: Caller) -> None:
    uri = await pushed(site)
    response = await spine.door().get(
        AUTHORIZE, params={"client_id": spine.application.client_id, "request_uri": uri, "redirect_uri": CALLBACK}
    )
    assert answered(response)["error"] == "invalid_request_uri"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"client_secret": "gps_wrong"}, (401, "invalid_client")),
        ({"client_secret": None}, (401, "invalid_client")),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, (400, "invalid_request")),
        ({"redirect_uri": "https://evil.test/"}, (400, "invalid_redirect_uri")),
        ({"response_type": "token"}, (400, "unsupported_response_type")),
        ({"code_challenge_method": "plain"}, (400, "invalid_request")),
        ({"scope": "sys_owner"}, (400, "invalid_scope")),
        ({"resource": "https://other.test/"}, (400, "invalid_target")),
        ({"request": "e30.e30."}, (400, "invalid_request_object")),
    ],
)
async def test_what_can_not_be_answered_is_refused_when_it_is_pushed(
    site: Caller, fields: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert outcome(await site.ask(PAR, **{**ASKED, **fields})) == expected


async def test_requests_are_pushed_with_post_alone(site: Caller) -> None:
    assert (await site.door.get(PAR)).status_code == 405
    assert outcome(await site.ask("/oidc/par", **ASKED)) == (201, "")


async def test_an_application_that_must_push_is_told_so(spine: Spine, site: Caller) -> None:
    await site.change(requires_pushed_requests=True)
    browser = BrowserOf(spine)
    await browser.signed_in()
    assert answered(await visit(site, browser, **ASKED))["error"] == "invalid_request"
    assert "code" in answered(await visit(site, browser, request_uri=await pushed(site)))


async def test_a_key_that_is_proven_when_pushing_binds_the_code(spine: Spine, site: Caller) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    jkt = thumbprint(site.proof_key.as_dict(private=False))
    answer = await site.ask(PAR, headers=site.proof(path=PAR), **ASKED)
    code = answered(await visit(site, browser, request_uri=answer.json()["request_uri"]))["code"]
    redeemed = await redeem(spine, code, application=site.application, key=jkt)
    assert isinstance(redeemed, Redeemed)
    assert redeemed.code.terms.key_thumbprint == jkt
    other = await site.ask(PAR, headers=site.proof(path=PAR), **ASKED, dpop_jkt="o" * 43)
    assert outcome(other) == (400, "invalid_dpop_proof")


def request_object(site: Caller, **claims: Any) -> str:
    client_id = site.application.client_id
    made = {"iss": client_id, "client_id": client_id, "aud": site.issuer, "nbf": site.now, "exp": site.now + 60}
    kept = {name: value for name, value in {**made, **ASKED, **claims}.items() if value is not None}
    return signed({"alg": "ES256", "kid": "k1", "typ": "oauth-authz-req+jwt"}, kept, claims.get("key", KEY))


async def test_a_signed_request_counts_and_nothing_beside_it(spine: Spine, site: Caller) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    outside = {"state": "outside", "redirect_uri": CALLBACK, "prompt": "none"}
    answer = answered(await visit(site, browser, request=request_object(site), **outside))
    assert answer["state"] == "inside"
    elsewhere = request_object(site, redirect_uri="https://evil.test/")
    response = await visit(site, browser, request=elsewhere, **outside)
    assert (response.status_code, "location" in response.headers) == (400, False)


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"exp": None}, {"aud": "https://other.test"}, {"client_id": "cli_other"}, {"request_uri": "urn:x"}],
)
async def test_a_signed_request_that_does_not_hold_is_refused(
    spine: Spine, site: Caller, claims: dict[str, Any]
) -> None:
    response = await visit(
        site, BrowserOf(spine), request=request_object(site, **claims), redirect_uri=CALLBACK, state="s"
    )
    answer = answered(response)
    assert (answer["error"], answer["state"]) == ("invalid_request_object", "s")


async def test_an_application_that_must_sign_pushes_what_it_signed(site: Caller) -> None:
    await site.change(requires_signed_requests=True)
    assert outcome(await site.ask(PAR, **ASKED)) == (400, "invalid_request_object")
    without_nbf = request_object(site, nbf=None)
    assert outcome(await site.ask(PAR, request=without_nbf)) == (400, "invalid_request_object")
    assert outcome(await site.ask(PAR, request=request_object(site))) == (201, "")


async def test_an_id_token_of_ours_names_the_person_even_when_it_has_expired(spine: Spine, site: Caller) -> None:
    tokens = await site.signed_in("anna@example.com")
    spine.clock.move(timedelta(hours=3))
    browser = BrowserOf(spine)
    await browser.signed_in("bert@example.com")
    hint = {**ASKED, "id_token_hint": tokens["id_token"], "prompt": "none"}
    assert answered(await visit(site, browser, **hint))["error"] == "login_required"
    stranger = await visit(site, browser, **{**hint, "id_token_hint": tokens["access_token"]})
    assert answered(stranger)["error"] == "login_required", "a hint that nobody can read names nobody"
    asked = await visit(site, browser, **{**ASKED, "id_token_hint": tokens["access_token"]})
    assert answered(asked)["error"] == "invalid_request"


async def test_asking_for_a_nonce_does_not_spend_the_assertion(spine: Spine) -> None:
    policy = replace(
        SITE.oauth,
        authentication=ClientAuthentication.PRIVATE_KEY_JWT,
        jwks={"keys": [KEY.as_dict(private=False)]},
    )
    async with calling(spine, replace(SITE, oauth=policy), key=KEY) as site:
        form = {**ASKED, **site.assertion()}
        refused = await site.door.post(PAR, data=form, headers=site.proof("POST", PAR, nonce=None))
        assert outcome(refused) == (400, "use_dpop_nonce")
        given = refused.headers["dpop-nonce"]
        answer = await site.door.post(PAR, data=form, headers=site.proof("POST", PAR, nonce=given))
        assert answer.status_code == 201, answer.text
