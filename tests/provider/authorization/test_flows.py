"""The path of a request: silent, or with a person."""

from datetime import timedelta

import pytest

from gatepass.provider.authorization.model import (
    Answer,
    Lost,
    Needed,
    Prompt,
    Redeemed,
    ResponseMode,
    Return,
    Step,
    Waiting,
)
from provider.authorization.people import CALLBACK, BrowserOf, redeem, request
from support.spine import Spine

pytestmark = pytest.mark.anyio


async def test_somebody_signs_in_for_a_request_and_the_application_gets_a_code(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    needed = await browser.begin()
    assert isinstance(needed, Needed)
    assert needed.step is Step.SIGN_IN
    account = await browser.sign_in(needed.handle)
    answer = await browser.flows.resume(needed.handle, browser.now)
    assert isinstance(answer, Answer)
    assert (answer.redirect_uri, answer.response_mode) == (CALLBACK, ResponseMode.QUERY)
    assert answer.parameters["state"] == "xyz"
    assert answer.parameters["iss"] == each_spine.house.public_url
    redeemed = await redeem(each_spine, answer.parameters["code"])
    assert isinstance(redeemed, Redeemed)
    assert (redeemed.user.id, redeemed.session.id) == (account.user.id, account.session.id)
    assert redeemed.code.terms.scope == ("openid", "email")


async def test_a_browser_that_is_signed_in_gets_its_code_without_a_page(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    account = await browser.signed_in()
    redeemed = await redeem(each_spine, await browser.code(request(prompt=(Prompt.NONE,))))
    assert isinstance(redeemed, Redeemed)
    assert redeemed.session.id == account.session.id


async def test_a_request_that_was_answered_is_lost(spine: Spine) -> None:
    browser = BrowserOf(spine)
    handle = await browser.waits()
    await browser.sign_in(handle)
    assert isinstance(await browser.flows.resume(handle, browser.now), Answer)
    assert await browser.flows.look(handle, browser.now) == Lost()
    spine.clock.move(timedelta(seconds=30))
    assert await browser.flows.resume(handle, browser.now) == Lost()
    assert await browser.flows.look(handle, browser.now, or_answered=True) == Lost()


async def test_an_answer_that_was_lost_on_its_way_is_given_anew_to_the_same_browser(each_spine: Spine) -> None:
    browser, other = BrowserOf(each_spine), BrowserOf(each_spine)
    handle = await browser.waits()
    account = await browser.sign_in(handle)
    answers = [await browser.flows.resume(handle, browser.now) for _ in range(2)]
    each_spine.clock.move(timedelta(seconds=29))
    answers.append(await browser.flows.resume(handle, browser.now))
    assert await other.flows.resume(handle, other.now) == Lost()
    codes = [answer.parameters["code"] for answer in answers if isinstance(answer, Answer)]
    assert len(codes) == 3
    assert len(set(codes)) == 1, "an answer that is given anew is the same answer"
    redeemed = await redeem(each_spine, codes[0])
    assert isinstance(redeemed, Redeemed)
    assert redeemed.session.id == account.session.id


async def test_what_a_person_refused_is_not_answered_with_a_code_afterwards(spine: Spine) -> None:
    browser = BrowserOf(spine)
    handle = await browser.waits()
    await browser.sign_in(handle)
    assert isinstance(await browser.flows.refuse(handle, browser.now), Answer)
    assert await browser.flows.resume(handle, browser.now) == Lost()


async def test_another_browser_knows_nothing_of_a_request(spine: Spine) -> None:
    mine, other = BrowserOf(spine), BrowserOf(spine)
    handle = await mine.waits()
    assert await other.flows.look(handle, other.now) == Lost()
    assert await other.flows.resume(handle, other.now) == Lost()
    assert await other.flows.refuse(handle, other.now) == Lost()
    assert not await other.flows.note_attempt(handle, other.now, "0" * 24)
    assert isinstance(await mine.flows.look(handle, mine.now), Waiting)


async def test_a_request_nobody_came_back_for_is_lost(spine: Spine) -> None:
    browser = BrowserOf(spine)
    handle = await browser.waits()
    spine.clock.move(timedelta(minutes=30))
    assert await browser.flows.look(handle, browser.now) == Lost()


async def test_the_servers_own_page_waits_for_a_sign_in_and_then_for_a_fresh_one(spine: Spine) -> None:
    browser = BrowserOf(spine)
    needed = await browser.flows.begin_own("/account/devices", browser.now, max_age=None)
    assert isinstance(needed, Needed)
    await browser.sign_in(needed.handle)
    assert await browser.flows.resume(needed.handle, browser.now) == Return("/account/devices")
    spine.clock.move(timedelta(minutes=20))
    again = await browser.flows.begin_own("/account", browser.now, max_age=timedelta(minutes=15))
    assert isinstance(again, Needed)
    assert again.step is Step.SIGN_IN
    assert await browser.flows.begin_own("/account", browser.now, max_age=timedelta(minutes=21)) == Return("/account")
