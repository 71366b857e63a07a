"""Signing in on our pages where the application lets people in by a code of a mail and by no link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.model import Application, EmailCodePolicy, MethodPolicies
from gatepass.kit.db import query
from support.spine import SHOP, Spine
from support.visiting import InMemoryBrowser, answer_of, browsing, heading_of

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
_WAITING = query(int, "SELECT count(*) FROM outbox")
SENT = "We sent a code to <strong><bdi>ana@example.com"


async def by_code(spine: Spine, **policy: Any) -> Application:
    methods = MethodPolicies(offered=("one_time_code",), email_code=EmailCodePolicy(**policy))
    return await spine.register(replace(SHOP, methods=methods))


@asynccontextmanager
async def waiting(spine: Spine, **policy: Any) -> AsyncIterator[tuple[InMemoryBrowser, Any]]:
    """Give a browser on the page that waits for the code."""
    application = await by_code(spine, **policy)
    async with browsing(spine) as browser:
        first = await browser.arrive(application=application)
        assert "we send you a code" in first.text
        yield browser, await browser.ask(ANA, first)


async def test_a_code_is_mailed_alone_and_leads_back_to_the_application(each_spine: Spine) -> None:
    async with waiting(each_spine, digits=8) as (browser, shown):
        page = shown
        assert heading_of(page) == "Check your inbox"
        assert SENT in page.text
        assert 'maxlength="9"' in page.text
        assert "open the link" not in page.text
        mail = await each_spine.mail(ANA)
        assert "link" not in mail
        assert mail["host"] == "localhost"
        assert "code" in answer_of(await browser.type_code(page, ANA))


async def test_a_wrong_code_is_told_with_the_tries_that_are_left_and_the_fifth_ends_it(spine: Spine) -> None:
    async with waiting(spine) as (browser, shown):
        page = shown
        code = str((await spine.mail(ANA))["code"])
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        for left in ("4 tries are left.", "3 tries are left.", "2 tries are left.", "One try is left."):
            page = await browser.send(page, "/sign-in/code", code=wrong)
            assert page.status_code == 400
            assert left in page.text
        page = await browser.send(page, "/sign-in/code", code=wrong)
        assert heading_of(page) == "This sign-in was stopped"
        assert "The code did not match too many times." in page.text


async def test_a_mail_is_sent_anew_after_half_a_minute_and_not_before(spine: Spine) -> None:
    async with waiting(spine, keeps_code=True) as (browser, shown):
        page = shown
        code = (await spine.mail(ANA))["code"]
        page = await browser.send(page, "/sign-in/resend")
        assert "A new mail is on its way" not in page.text
        spine.clock.move(timedelta(seconds=31))
        page = await browser.send(page, "/sign-in/resend")
        assert "A new mail is on its way" in page.text
        assert 'data-resend-in="30"' in page.text
        assert (await spine.mail(ANA))["code"] == code
        assert "code" in answer_of(await browser.type_code(page, ANA))


async def test_an_expired_code_is_told_without_speaking_of_a_link(spine: Spine) -> None:
    async with waiting(spine) as (browser, shown):
        page = shown
        spine.clock.move(timedelta(minutes=5))
        page = await browser.type_code(page, ANA)
        assert heading_of(page) == "That took too long"
        assert "Ask for a new one; it arrives within moments." in page.text


async def test_where_neither_is_offered_no_mail_is_sent(spine: Spine) -> None:
    closed = await spine.register(replace(SHOP, methods=MethodPolicies(offered=("passkey",))))
    async with browsing(spine) as browser:
        page = await browser.ask(ANA, await browser.arrive(application=closed))
        assert page.status_code == 403
        assert "does not offer that way to sign in" in page.text
    assert await spine.read(lambda tx: tx.one(_WAITING)) == 0
