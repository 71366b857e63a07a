"""The second step on the hosted pages, and that no other way leads past it."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from gatepass.applications.model import MfaMode, MfaPolicy
from gatepass.provider.authorization.model import Answer, Prompt
from mfa.stage import ANA, BEN, REQUIRED, App, ask_for_mfa, give_app, user_of
from support.spine import SHOP, Spine
from support.visiting import CALLBACK, InMemoryBrowser, a_request, answer_of, browsing, form_of, heading_of

pytestmark = pytest.mark.anyio
FACTOR, ENROL = "/sign-in/factor", "/sign-in/factor/enrol"


def app_of(spine: Spine, page: httpx2.Response) -> App:
    """Return an app that was given the key that a page shows."""
    found = re.search(r'id="manual-key"[^>]*value="([^"]+)"', page.text)
    assert found, page.text
    return App(spine, found[1])


async def test_the_code_of_the_app_finishes_the_sign_in(each_spine: Spine) -> None:
    app = await give_app(each_spine, await user_of(each_spine, ANA))
    async with browsing(each_spine) as browser:
        page = await browser.sign_in(ANA)
        assert heading_of(page) == "One more step"
        assert "code" in answer_of(await browser.send(page, FACTOR, code=app.code()))


async def test_a_wrong_code_says_how_many_tries_are_left_and_keeps_the_page(spine: Spine) -> None:
    app = await give_app(spine, await user_of(spine, ANA))
    async with browsing(spine) as browser:
        page = await browser.sign_in(ANA)
        wrong = f"{(int(app.code()) + 400_007) % 10**6:06d}"
        page = await browser.send(page, FACTOR, code=wrong)
        assert (page.status_code, heading_of(page)) == (400, "One more step")
        assert "4 tries are left." in page.text
        assert "code" in answer_of(await browser.send(page, FACTOR, code=app.code()))


async def test_who_must_have_a_factor_gets_one_in_the_course_of_the_sign_in(spine: Spine) -> None:
    await ask_for_mfa(spine, REQUIRED)
    async with browsing(spine) as browser:
        page = await browser.sign_in(ANA)
        assert heading_of(page) == "Set up a second step"
        assert "<svg" in page.text
        app = app_of(spine, page)
        page = await browser.send(page, ENROL, code="000000")
        assert page.status_code == 400
        # The picture stays the same, so that the app need not scan it anew.
        assert "code" in answer_of(await browser.send(page, ENROL, code=app.code()))


async def test_who_is_within_the_grace_may_put_it_off(spine: Spine) -> None:
    await ask_for_mfa(spine, replace(REQUIRED, grace_days=7))
    async with browsing(spine) as browser:
        page = await browser.sign_in(ANA)
        assert "code" in answer_of(await browser.send(page, "/sign-in/factor/skip"))
    spine.clock.move(timedelta(days=8))
    async with browsing(spine) as browser:
        page = await browser.sign_in(ANA)
        assert "/sign-in/factor/skip" not in page.text


async def test_a_session_from_before_the_policy_is_asked_for_the_second_factor_alone(spine: Spine) -> None:
    user = await user_of(spine, ANA)
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        app = await give_app(spine, user)
        await ask_for_mfa(spine, REQUIRED)
        page = await browser.arrive()
        assert heading_of(page) == "One more step"
        assert "code" in answer_of(await browser.send(page, FACTOR, code=app.code()))
        # And it counts from now on.
        assert isinstance(await browser.begin(), Answer)


async def test_a_session_of_an_application_that_asks_nothing_does_not_pass_one_that_asks(spine: Spine) -> None:
    other = await spine.register(replace(SHOP, name="Bank", callback_urls=(CALLBACK,)))
    strict = await ask_for_mfa(spine, REQUIRED, other)
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        page = await browser.arrive(application=strict)
        assert heading_of(page) == "Set up a second step"


async def test_silence_does_not_skip_the_second_step(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        await ask_for_mfa(spine, REQUIRED)
        outcome = await browser.begin(a_request(prompt=(Prompt.NONE,)))
        assert isinstance(outcome, Answer)
        assert outcome.parameters["error"] == "interaction_required"


async def test_an_essential_assurance_asks_for_the_second_factor(spine: Spine) -> None:
    app = await give_app(spine, await user_of(spine, ANA))
    await ask_for_mfa(spine, MfaPolicy(MfaMode.OFF))
    async with browsing(spine) as browser:
        assert "code" in answer_of(await browser.sign_in(ANA))
        spine.clock.move(timedelta(seconds=1))
        page = await browser.arrive(a_request(essential_acr=("aal2",)))
        assert heading_of(page) == "One more step"
        assert "code" in answer_of(await browser.send(page, FACTOR, code=app.code()))


async def _remember(spine: Spine, browser: InMemoryBrowser, app: App, email: str = ANA) -> None:
    page = await browser.sign_in(email)
    assert "remember" in form_of(page, FACTOR).fields
    assert "code" in answer_of(await browser.send(page, FACTOR, code=app.code(), remember="yes"))
    spine.clock.move(timedelta(days=1))


def _forget_session(browser: InMemoryBrowser) -> None:
    browser.door.cookies.delete("gatepass_session")


async def test_a_remembered_browser_is_not_asked_again_until_its_time_is_over(each_spine: Spine) -> None:
    spine = each_spine
    await ask_for_mfa(spine, REQUIRED)
    await spine.ask(ANA)
    async with browsing(spine) as browser:
        page = await browser.sign_in(ANA)
        app = app_of(spine, page)
        await browser.send(page, ENROL, code=app.code())
        _forget_session(browser)
        await _remember(spine, browser, app)
        _forget_session(browser)
        assert "code" in answer_of(await browser.sign_in(ANA))
        spine.clock.move(timedelta(days=30))
        _forget_session(browser)
        assert heading_of(await browser.sign_in(ANA)) == "One more step"


async def test_a_remembered_browser_is_remembered_for_its_person_alone(spine: Spine) -> None:
    app, _ = await give_app(spine, await user_of(spine, ANA)), await give_app(spine, await user_of(spine, BEN))
    async with browsing(spine) as browser:
        await _remember(spine, browser, app)
        _forget_session(browser)
        assert heading_of(await browser.sign_in(BEN)) == "One more step"


async def test_a_stolen_cookie_opens_nothing_in_another_kind_of_browser(spine: Spine) -> None:
    app = await give_app(spine, await user_of(spine, ANA))
    async with browsing(spine) as browser:
        await _remember(spine, browser, app)
        stolen = next(one.value for one in browser.door.cookies.jar if one.name == "gatepass_device")
    async with browsing(spine) as thief:
        thief.door.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
        thief.door.cookies.set("gatepass_device", str(stolen), domain="localhost.local")
        assert heading_of(await thief.sign_in(ANA)) == "One more step"
