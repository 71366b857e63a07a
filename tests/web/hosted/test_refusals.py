"""What the sign-in pages refuse, and what they say then."""

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from gatepass.audit.model import EventKind
from gatepass.login.model import Refusal
from gatepass.provider.authorization.model import Prompt
from support.spine import Spine, standing
from support.visiting import (
    SAME_ORIGIN,
    a_request,
    answer_of,
    browsing,
    form_of,
    heading_of,
)

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
PAGES = ("/sign-in", "/sign-in/check-inbox", "/sign-in/continue", "/choose-account", "/consent")
FORMS = ("/sign-in", "/sign-in/code", "/sign-in/resend", "/choose-account", "/consent")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def handle_of(page: httpx2.Response) -> str:
    return page.url.params["request"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", ["", "?request=unknown", "?request=%00", f"?request={'x' * 3000}"])
async def test_a_request_that_nobody_made_is_over(spine: Spine, path: str, query: str) -> None:
    async with browsing(spine) as browser:
        page = await browser.get(path + query)
    assert page.status_code == 410
    assert heading_of(page) == "This sign-in is over"
    assert f'value="{page.headers["x-trace-id"]}"' in page.text, "the number under which the log has the rest"


@pytest.mark.parametrize("path", PAGES)
async def test_a_request_of_another_browser_is_over_here(spine: Spine, path: str) -> None:
    async with browsing(spine) as asking, browsing(spine) as other:
        await asking.ask(ANA)
        address = await asking.begin()
        await other.begin()
        page = await other.get(path + str(address)[str(address).index("?") :])
    assert page.status_code == 410


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", ["", "AAAA", "é"])
async def test_a_form_without_the_token_of_its_page_is_refused(spine: Spine, path: str, token: str) -> None:
    async with browsing(spine) as browser:
        first = await browser.arrive()
        data = {"request": handle_of(first), "csrf_token": token, "email": ANA}
        page = await browser.door.post(path, data=data, headers=SAME_ORIGIN)
    assert page.status_code == 403
    assert "load the page again" in page.text


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_of_another_site_is_refused_even_with_the_token(spine: Spine, path: str) -> None:
    async with browsing(spine) as browser:
        form = form_of(await browser.arrive(), "/sign-in")
        page = await browser.door.post(path, data=form.fields, headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 403


async def test_the_token_of_another_browser_is_worth_nothing(spine: Spine) -> None:
    async with browsing(spine) as browser, browsing(spine) as other:
        first = await browser.arrive()
        theirs = form_of(await other.arrive(), "/sign-in").fields["csrf_token"]
        page = await browser.send(first, "/sign-in", email=ANA, csrf_token=theirs)
    assert page.status_code == 403


@pytest.mark.parametrize("typed", ["", "ana", "ana@", "a b@example.com", "x" * 400])
async def test_what_is_no_address_is_said_at_the_field(spine: Spine, typed: str) -> None:
    async with browsing(spine) as browser:
        page = await browser.ask(typed)
    assert page.status_code == 400
    assert "Type a whole address" in page.text
    assert 'aria-invalid="true"' in page.text


async def test_a_wrong_code_is_counted_and_the_fifth_ends_the_sign_in(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await browser.ask(ANA)
        code = wrong(str((await spine.mail(ANA))["code"]))
        for left in ("4 tries are left", "3 tries are left", "2 tries are left", "One try is left"):
            page = await browser.send(page, "/sign-in/code", code=code)
            assert page.status_code == 400
            assert left in page.text
        page = await browser.send(page, "/sign-in/code", code=code)
        assert heading_of(page) == "This sign-in was stopped"
        again = await browser.get(f"/sign-in?request={handle_of(await browser.arrive())}")
        last = await browser.sign_in("ben@example.com", again)
    assert answer_of(last)["code"]


async def test_too_many_guesses_at_an_address_close_its_codes_and_the_page_says_so(spine: Spine) -> None:
    async with browsing(spine) as browser:
        for _ in range(4):
            page = await browser.ask(ANA, await browser.arrive())
            code = wrong(str((await spine.mail(ANA))["code"]))
            for _ in range(5):
                answered = await browser.send(page, "/sign-in/code", code=code)
        page = await browser.ask(ANA, await browser.arrive())
        answered = await browser.type_code(page, ANA)
    assert answered.status_code == 429
    assert "codes are closed for now" in answered.text


async def test_a_code_that_came_too_late_says_so_and_the_same_request_starts_again(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        spine.clock.move(timedelta(minutes=6))
        late = await browser.type_code(waiting, ANA)
        assert heading_of(late) == "That took too long"
        assert heading_of(await browser.get(f"/sign-in/check-inbox?request={handle_of(waiting)}")) == heading_of(late)
        last = await browser.sign_in(ANA, await browser.get(f"/sign-in?request={handle_of(waiting)}"))
    assert answer_of(last)["code"]


async def test_a_request_waits_for_a_while_and_is_over_then(spine: Spine) -> None:
    async with browsing(spine) as browser:
        first = await browser.arrive()
        spine.clock.move(timedelta(minutes=31))
        page = await browser.get(str(first.url))
    assert page.status_code == 410


async def test_going_on_before_the_mail_was_read_leads_back_to_the_waiting_page(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        page = await browser.get(f"/sign-in/continue?request={handle_of(waiting)}")
        assert heading_of(page) == "Check your inbox"
        assert heading_of(await browser.get(f"/consent?request={handle_of(waiting)}")) == "Check your inbox"
        fresh = await browser.arrive()
        early = await browser.get(f"/sign-in/check-inbox?request={handle_of(fresh)}")
        assert heading_of(early) == "Sign in to Shop"


async def test_the_mail_is_sent_anew_after_half_a_minute_and_no_sooner(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        assert 'data-resend-in="30"' in waiting.text
        soon = await browser.send(waiting, "/sign-in/resend")
        assert "A new mail is on its way" not in soon.text
        spine.clock.move(timedelta(seconds=31))
        before = str((await spine.mail(ANA))["link"])
        again = await browser.send(waiting, "/sign-in/resend")
        assert "A new mail is on its way" in again.text
        assert 'data-resend-in="30"' in again.text
        assert str((await spine.mail(ANA))["link"]) != before
        last = await browser.type_code(again, ANA)
    assert answer_of(last)["code"]


async def test_an_address_gets_so_many_mails_an_hour_and_the_page_says_when_it_may_again(
    sqlite_copy: str, tmp_path: Path
) -> None:
    few = {"GATEPASS_LIMITS_SCALE": "0.2"}
    async with standing(sqlite_copy, tmp_path, few) as spine, browsing(spine) as browser:
        assert heading_of(await browser.ask(ANA)) == "Check your inbox"
        second = await browser.ask(ANA, await browser.arrive())
    assert second.status_code == 429
    assert int(second.headers["retry-after"]) > 0
    assert "try again in" in second.text


async def test_the_documented_interface_cannot_take_the_outcome_of_a_page(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
    requested = [event for event in await spine.events() if event.kind is EventKind.LOGIN_REQUESTED]
    attempt_id = str(requested[-1].attempt_id)
    outcome = await spine.house.codes.prove(spine.application, attempt_id, "000000", browser.as_known.origin)
    assert getattr(outcome, "reason", None) is Refusal.ALREADY_USED


async def test_silence_that_was_asked_for_is_answered_with_an_error(spine: Spine) -> None:
    async with browsing(spine) as browser:
        outcome = await browser.begin(a_request(prompt=(Prompt.NONE,)))
    assert not isinstance(outcome, str)
    assert outcome.parameters["error"] == "login_required"


@pytest.mark.parametrize("path", [*PAGES, "/signed-out"])
async def test_every_page_keeps_out_of_frames_and_caches(spine: Spine, path: str) -> None:
    async with browsing(spine) as browser:
        first = await browser.arrive()
        page = await browser.door.get(f"{path}?request={handle_of(first)}")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_a_page_takes_no_other_method(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await browser.door.put("/sign-in")
    assert page.status_code == 405
    assert set(page.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
