"""The authorization endpoint as browsers see it."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from gatepass.applications.flows import switch
from gatepass.provider.authorization.model import Redeemed
from provider.authorization.people import CALLBACK, CHALLENGE, BrowserOf, redeem
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio
AUTHORIZE = "/oauth2/authorize"


def ask(spine: Spine, **fields: str | None) -> dict[str, str]:
    """The parameters of a plain request; None leaves one out."""
    given: dict[str, str | None] = {
        "client_id": spine.application.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "state": "a state / with? odd=characters&more",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **fields,
    }
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture
async def door(spine: Spine) -> AsyncIterator[httpx2.AsyncClient]:
    async with spine.door() as client:
        yield client


def answered(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a form."""
    return {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    }


async def test_a_stranger_is_sent_to_sign_in_and_gets_the_cookie_by_which_they_are_known(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    response = await door.get(AUTHORIZE, params=ask(spine))
    assert response.status_code == 303
    assert re.fullmatch(r"/sign-in\?request=[0-9a-f]{24}", response.headers["location"])
    assert "gatepass_browser=" in response.headers["set-cookie"]
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oidc/authorize"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_each_spelling_and_method_is_answered_alike(
    spine: Spine, door: httpx2.AsyncClient, path: str, method: str
) -> None:
    sent: dict[str, Any] = {"params": ask(spine)} if method == "GET" else {"data": ask(spine)}
    response = await door.request(method, path, headers=BrowserOf(spine).cookies, **sent)
    assert response.headers["location"].startswith("/sign-in?request=")


async def test_somebody_who_is_signed_in_goes_straight_back_with_code_state_and_issuer(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    response = await door.get(AUTHORIZE, params=ask(spine), headers=browser.cookies)
    assert response.headers["location"].startswith(f"{CALLBACK}?code=")
    answer = answered(response)
    assert answer["state"] == ask(spine)["state"]
    assert answer["iss"] == spine.house.public_url
    assert set(answer) == {"code", "state", "iss"}
    assert isinstance(await redeem(spine, answer["code"]), Redeemed)


async def test_an_answer_may_travel_in_the_fragment(spine: Spine, door: httpx2.AsyncClient) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    response = await door.get(AUTHORIZE, params=ask(spine, response_mode="fragment"), headers=browser.cookies)
    parts = urlsplit(response.headers["location"])
    assert not parts.query
    assert set(parse_qs(parts.fragment)) == {"code", "state", "iss"}


async def test_an_answer_may_be_posted_by_a_page_that_may_post_there_and_nowhere_else(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    asked = ask(spine, response_mode="form_post", state='"><script>alert(1)</script>')
    response = await door.get(AUTHORIZE, params=asked, headers=browser.cookies)
    assert response.status_code == 200
    policies = response.headers.get_list("content-security-policy")
    assert len(policies) == 1, "of two policies both would hold"
    assert "form-action 'self' https://shop.test;" in policies[0]
    assert f'action="{CALLBACK}"' in response.text
    assert "<script>alert" not in response.text
    assert fields_of(response.text)["state"] == asked["state"]
    assert set(fields_of(response.text)) == {"code", "state", "iss"}
    assert response.headers["cache-control"] == "no-store"


async def test_errors_go_back_with_state_and_issuer(spine: Spine, door: httpx2.AsyncClient) -> None:
    for fields, error in (
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"scope": "address"}, "invalid_scope"),
        ({"request": "e30.e30."}, "invalid_request_object"),
        ({"request_uri": "https://shop.test/request.jwt"}, "request_uri_not_supported"),
    ):
        answer = answered(await door.get(AUTHORIZE, params=ask(spine, **fields)))
        assert answer["error"] == error
        assert answer["state"] == ask(spine)["state"]
        assert answer["iss"] == spine.house.public_url
        assert set(answer) == {"error", "error_description", "state", "iss"}


@pytest.mark.parametrize(
    "fields",
    [
        {"client_id": None},
        {"client_id": "cli_nobody"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": f"{CALLBACK}/.."},
        {"redirect_uri": "https://evil.test/", "request": "e30.e30."},
        {"redirect_uri": None, "request_uri": "urn:ietf:params:oauth:request_uri:guess"},
        {"redirect_uri": "https://evil.test/", "prompt": "none"},
        {"redirect_uri": "https://evil.test/", "response_mode": "form_post"},
        {"redirect_uri": '"><script>alert(1)</script>'},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_proven(
    spine: Spine, door: httpx2.AsyncClient, fields: dict[str, str | None]
) -> None:
    response = await door.get(AUTHORIZE, params=ask(spine, **fields))
    assert response.status_code == 400
    assert "location" not in response.headers
    assert response.headers["content-type"].startswith("text/html")
    assert "evil.test" not in response.text
    assert "<script>alert" not in response.text


async def test_a_parameter_that_is_repeated_is_refused(spine: Spine, door: httpx2.AsyncClient) -> None:
    response = await door.get(f"{AUTHORIZE}?{urlencode(ask(spine))}&redirect_uri=https%3A%2F%2Fevil.test%2F")
    assert response.status_code == 400
    assert "location" not in response.headers


async def test_other_origins_may_not_read_the_endpoint(spine: Spine, door: httpx2.AsyncClient) -> None:
    response = await door.get(AUTHORIZE, params=ask(spine), headers={"origin": "https://shop.test"})
    assert "access-control-allow-origin" not in response.headers


async def test_a_form_of_another_site_is_sent_on_so_that_the_cookies_come_along(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    posted = await door.post(AUTHORIZE, data=ask(spine), headers={"sec-fetch-site": "cross-site"})
    assert posted.status_code == 303
    assert "set-cookie" not in posted.headers
    assert posted.headers["location"].startswith(f"{AUTHORIZE}?")
    followed = await door.get(posted.headers["location"], headers=browser.cookies)
    assert "code" in answered(followed)


async def test_two_browsers_wait_apart_and_each_comes_back_to_its_own_account(
    spine: Spine, door: httpx2.AsyncClient
) -> None:
    browsers = {"anna@example.com": BrowserOf(spine), "bert@example.com": BrowserOf(spine)}
    for email, browser in browsers.items():
        waits = await door.get(AUTHORIZE, params=ask(spine), headers=browser.cookies)
        handle = waits.headers["location"].partition("=")[2]
        await browser.sign_in(handle, email)
    for email, browser in browsers.items():
        answer = answered(await door.get(AUTHORIZE, params=ask(spine), headers=browser.cookies))
        redeemed = await redeem(spine, answer["code"])
        assert isinstance(redeemed, Redeemed)
        assert redeemed.user.email == email
    thief = BrowserOf(spine)
    answer = answered(await door.get(AUTHORIZE, params=ask(spine, prompt="none"), headers=thief.cookies))
    assert answer["error"] == "login_required"


async def test_an_application_that_was_switched_off_is_unknown(spine: Spine, door: httpx2.AsyncClient) -> None:
    await spine.transact(lambda tx: switch(tx, spine.application, is_active=False, at=spine.clock.now()))
    spine.house.applications._by_client_id.clear()
    assert (await door.get(AUTHORIZE, params=ask(spine))).status_code == 400


async def test_a_network_that_asks_too_often_is_told_to_wait(sqlite_copy: str, tmp_path: Path) -> None:
    limits = {"GATEPASS_LIMITS_SCALE": "0.005"}
    async with standing(sqlite_copy, tmp_path, limits) as spine, spine.door() as door:
        answers = [await door.get(AUTHORIZE, params=ask(spine)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert answers[-1].headers["content-type"].startswith("text/html")
