"""The whole way over the front door, with two browsers that each keep their own cookies."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.applications.model import GrantType
from provider.authorization.people import CALLBACK, CHALLENGE, VERIFIER
from support.spine import Spine
from support.visiting import InMemoryBrowser, answer_of, browsing, heading_of

pytestmark = pytest.mark.anyio
EMAILS = ("anna@example.com", "bert@example.com")


async def arrive(browser: InMemoryBrowser, **fields: str) -> httpx2.Response:
    """Be sent to the authorization endpoint, and see the first page or the way back."""
    asked = {
        "client_id": browser.spine.application.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid email offline_access",
        "state": "the state",
        "nonce": "the nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **fields,
    }
    first = await browser.door.get("/oauth2/authorize", params=asked)
    assert first.status_code == 303, first.text
    location = first.headers["location"]
    return first if location.startswith(CALLBACK) else await browser.get(location)


async def exchange(browser: InMemoryBrowser, code: str) -> dict[str, Any]:
    form = {
        "grant_type": GrantType.AUTHORIZATION_CODE,
        "client_id": browser.spine.application.client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = await browser.spine.door().post("/oauth2/token", data=form)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_two_people_sign_in_at_the_same_time_and_each_application_learns_its_own(each_spine: Spine) -> None:
    async with browsing(each_spine) as one, browsing(each_spine) as other:
        browsers = dict(zip(EMAILS, (one, other), strict=True))
        firsts = {email: await arrive(browser) for email, browser in browsers.items()}
        waiting = {email: await browser.ask(email, firsts[email]) for email, browser in browsers.items()}
        for email in reversed(EMAILS):
            answer = answer_of(await browsers[email].type_code(waiting[email], email))
            assert (answer["state"], answer["iss"]) == ("the state", each_spine.house.public_url)
            tokens = await exchange(browsers[email], answer["code"])
            claims = await each_spine.house.tokens.read(tokens["id_token"], "JWT", each_spine.clock.now())
            assert claims is not None
            assert (claims["email"], claims["nonce"]) == (email, "the nonce")
            assert tokens["refresh_token"]


async def test_a_page_that_another_browser_opens_shows_nothing_of_the_request(spine: Spine) -> None:
    async with browsing(spine) as mine, browsing(spine) as other:
        first = await arrive(mine)
        stolen = await other.get(str(first.url))
        assert stolen.status_code == 410
        assert "Shop" not in heading_of(stolen)
        assert heading_of(await mine.get(str(first.url))) == "Sign in to Shop"


async def test_the_second_visit_needs_no_page_and_a_demanded_login_needs_one(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await browser.sign_in(EMAILS[0], await arrive(browser))
        silent = await arrive(browser, prompt="none")
        assert "code=" in silent.headers["location"]
        spine.clock.move(timedelta(minutes=1))
        demanded = await arrive(browser, prompt="login")
        assert demanded.status_code == 200
        assert "code" in answer_of(await browser.sign_in(EMAILS[0], demanded))
