"""Signing in by phone on the sign-in pages."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from methods.sms_code.phone_stage import PHONE, by_phone, newest
from support.spine import Spine
from support.visiting import InMemoryBrowser, answer_of, browsing, heading_of

pytestmark = pytest.mark.anyio


async def _phone_page(browser: InMemoryBrowser, spine: Spine, **policy: Any) -> httpx2.Response:
    shop = await by_phone(spine, **policy)
    first = await browser.arrive(application=shop)
    way = re.search(r'href="(/sign-in/phone\?[^"]+)"', first.text)
    assert way, first.text
    return await browser.get(way[1])


async def test_a_phone_leads_from_the_first_page_back_to_the_application(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await _phone_page(browser, spine)
        waiting = await browser.send(page, "/sign-in/phone", phone="0049 151 12345678")
        assert heading_of(waiting) == "Check your phone"
        assert PHONE in waiting.text
        assert 'autocomplete="one-time-code"' in waiting.text
        message = await newest(spine)
        assert message.text.splitlines()[-1] == f"@localhost #{message.code}"
        done = await browser.send(waiting, "/sign-in/phone/code", code=message.code)
        assert "code" in answer_of(done)


async def test_a_wrong_number_and_a_wrong_code_are_said_at_their_fields(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await _phone_page(browser, spine, digits=4)
        again = await browser.send(page, "/sign-in/phone", phone="12")
        assert again.status_code == 400
        assert "country" in again.text
        landline = await browser.send(page, "/sign-in/phone", phone="+4930123456")
        assert landline.status_code == 403
        assert "mobile phones alone" in landline.text
        waiting = await browser.send(page, "/sign-in/phone", phone=PHONE)
        code = (await newest(spine)).code
        assert len(code) == 4
        wrong = await browser.send(waiting, "/sign-in/phone/code", code="0000" if code != "0000" else "1111")
        assert wrong.status_code == 400
        assert "4 tries are left." in wrong.text


async def test_a_new_message_is_sent_after_half_a_minute(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await _phone_page(browser, spine)
        waiting = await browser.send(page, "/sign-in/phone", phone=PHONE)
        first = await newest(spine)
        assert "data-resend-in" in waiting.text
        early = await browser.send(waiting, "/sign-in/phone/resend")
        assert (await newest(spine)).id == first.id
        spine.clock.move(timedelta(seconds=31))
        later = await browser.send(early, "/sign-in/phone/resend")
        assert "A new message is on its way" in later.text
        assert (await newest(spine)).id != first.id


async def test_whoever_waits_for_a_message_is_not_shown_the_page_of_a_mail(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await _phone_page(browser, spine)
        waiting = await browser.send(page, "/sign-in/phone", phone=PHONE)
        address = str(waiting.url).replace("/sign-in/phone/code", "/sign-in/check-inbox")
        assert heading_of(await browser.get(address)) == "Check your phone"


async def test_an_application_that_does_not_offer_it_shows_no_way_to_it(spine: Spine) -> None:
    async with browsing(spine) as browser:
        first = await browser.arrive()
        assert "/sign-in/phone" not in first.text
        address = str(first.url).replace("/sign-in", "/sign-in/phone", 1)
        assert heading_of(await browser.get(address)) == heading_of(first)
