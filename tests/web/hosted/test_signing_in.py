"""Signing in on our pages: from the application's request to the page that brings the browser back."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest

from gatepass.applications.model import ApplicationType, Branding, MagicLinkPolicy, Registration, SignInTexts
from gatepass.kit.secrets import hash_token
from gatepass.methods.magic_link.model import Gesture, Visitor
from gatepass.provider.authorization.model import Answer, Prompt, Redeemed, ResponseMode
from gatepass.sessions.queries import list_of_browser
from support.spine import ORIGIN, SHOP, Spine
from support.visiting import (
    CALLBACK,
    InMemoryBrowser,
    a_request,
    answer_of,
    browsing,
    form_of,
    heading_of,
)

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
IDLE = timedelta(days=7)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


async def open_link(browser: InMemoryBrowser, email: str) -> None:
    """Open the mailed link in this browser and confirm."""
    spine = browser.spine
    visitor = Visitor(browser.as_known.browser_hash, "192.0.2.7", "Agent/1.0")
    await spine.house.links.redeem(spine.application, await spine.link(email), visitor, Gesture())


def shown_number(page: httpx2.Response) -> str:
    found = re.search(r"match-number[^>]*>(\d\d)<", page.text)
    assert found, page.text
    return found[1]


async def test_the_code_signs_in_and_the_browser_goes_back_with_a_code_and_the_state(each_spine: Spine) -> None:
    async with browsing(each_spine) as browser:
        first = await browser.arrive()
        assert heading_of(first) == "Sign in to Shop"
        waiting = await browser.ask(ANA, first)
        assert heading_of(waiting) == "Check your inbox"
        assert ANA in waiting.text
        last = await browser.type_code(waiting, ANA)
    assert heading_of(last) == "You are signed in"
    answer = answer_of(last)
    assert answer["state"] == "state-of-shop"
    assert answer["iss"] == each_spine.house.public_url
    at = each_spine.clock.now()
    redeemed = await each_spine.transact(
        lambda tx: each_spine.house.authorization.redeem_code(
            tx,
            answer["code"],
            each_spine.application,
            unverified_redirect_uri=CALLBACK,
            unverified_verifier=VERIFIER,
            key_thumbprint=None,
            at=at,
            origin=ORIGIN,
        )
    )
    assert isinstance(redeemed, Redeemed), redeemed
    assert redeemed.user.email == ANA


async def test_the_link_opened_elsewhere_lets_the_waiting_page_go_on(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        number = shown_number(waiting)
        far = Visitor(None, "203.0.113.9", "Phone/1.0")
        await spine.house.links.redeem(spine.application, await spine.link(ANA), far, Gesture(match_number=number))
        last = await browser.get(str(waiting.url))
    assert answer_of(last)["code"]


async def test_who_is_signed_in_is_not_asked_again(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        outcome = await browser.begin()
    assert isinstance(outcome, Answer)
    assert outcome.parameters["code"]


async def test_each_sign_in_gives_a_new_cookie_and_the_old_one_opens_nothing(spine: Spine) -> None:
    async with browsing(spine) as browser:
        await browser.sign_in(ANA)
        before = str(browser.session_cookie)
        spine.clock.move(timedelta(seconds=1))
        address = await browser.begin(a_request(prompt=(Prompt.LOGIN,)))
        await browser.sign_in("ben@example.com", await browser.get(f"{address}&another=1"))
        after = str(browser.session_cookie)
    now = spine.clock.now()
    assert before != after
    assert await spine.read(lambda tx: list_of_browser(tx, hash_token(before), now, IDLE)) == []
    assert len(await spine.read(lambda tx: list_of_browser(tx, hash_token(after), now, IDLE))) == 2


async def test_a_cookie_from_before_the_sign_in_is_worth_nothing_after_it(spine: Spine) -> None:
    planted = "p" * 43
    async with browsing(spine) as browser:
        browser.door.cookies.set("gatepass_session", planted, domain="localhost.local")
        await browser.sign_in(ANA)
    now = spine.clock.now()
    assert await spine.read(lambda tx: list_of_browser(tx, hash_token(planted), now, IDLE)) == []


async def test_the_session_cookie_is_kept_as_long_as_a_session_lasts(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        await open_link(browser, ANA)
        form = form_of(waiting, "/sign-in/code")
        answer = await browser.door.get("/sign-in/continue", params={"request": form.fields["request"]})
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert "gatepass_session=" in cookie
    assert "Max-Age=2592000" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_an_answer_that_was_lost_on_its_way_is_given_again(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        await open_link(browser, ANA)
        handle = form_of(waiting, "/sign-in/code").fields["request"]
        lost = await browser.door.get("/sign-in/continue", params={"request": handle})
        assert "gatepass_session=" in lost.headers["set-cookie"]
        for cookie in [one for one in browser.door.cookies.jar if one.name == "gatepass_session"]:
            browser.door.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
        spine.clock.move(timedelta(seconds=20))
        last = await browser.get(f"/sign-in/continue?request={handle}")
    assert answer_of(last)["code"]


async def test_the_last_page_can_be_loaded_again_for_half_a_minute(spine: Spine) -> None:
    async with browsing(spine) as browser:
        last = await browser.sign_in(ANA)
        again = await browser.get(str(last.url))
        assert answer_of(again)["state"] == answer_of(last)["state"]
        spine.clock.move(timedelta(seconds=31))
        late = await browser.get(str(last.url))
    assert late.status_code == 410
    assert heading_of(late) == "This sign-in is over"


@pytest.mark.parametrize("mode", [ResponseMode.FRAGMENT, ResponseMode.FORM_POST])
async def test_the_answer_travels_as_the_application_wants(spine: Spine, mode: ResponseMode) -> None:
    async with browsing(spine) as browser:
        last = await browser.sign_in(ANA, await browser.arrive(a_request(response_mode=mode)))
    if mode is ResponseMode.FORM_POST:
        fields = form_of(last, CALLBACK).fields
        assert set(fields) == {"code", "state", "iss"}
        assert "form-action 'self' https://shop.test;" in last.headers["content-security-policy"]
    else:
        found = re.search(r'content="0;url=([^"]+)"', last.text)
        assert found
        assert urlsplit(found[1]).query == ""
        assert answer_of(last)["code"]


async def test_a_hint_fills_the_field_and_the_languages_of_the_request_count(spine: Spine) -> None:
    async with browsing(spine) as browser:
        page = await browser.arrive(a_request(login_hint=ANA, ui_locales="xx de"))
        assert f'value="{ANA}"' in page.text
        assert '<html lang="de"' in page.text
        neither = await browser.arrive(a_request(login_hint="+15550100"))
        assert 'value=""' in neither.text
        by_header = await browser.get(str(neither.url), **{"accept-language": "fr;q=0.9, en;q=0.1"})
        assert '<html lang="fr"' in by_header.text


async def test_the_number_is_shown_again_on_reload_and_the_address_can_be_changed(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        again = await browser.get(str(waiting.url))
        assert shown_number(again) == shown_number(waiting)
        handle = form_of(waiting, "/sign-in/code").fields["request"]
        first = await browser.get(f"/sign-in?request={handle}")
        assert f'value="{ANA}"' in first.text
        changed = await browser.ask("ben@example.com", first)
    assert "ben@example.com" in changed.text
    assert ANA not in changed.text


async def test_known_and_unknown_addresses_are_answered_alike(spine: Spine) -> None:
    closed = await spine.register(
        Registration(
            name="Club",
            type=ApplicationType.SPA,
            callback_urls=(CALLBACK,),
            magic_link=MagicLinkPolicy(may_sign_up=False),
        )
    )
    await spine.sign_in(ANA)
    shown = []
    for email in (ANA, "nobody@example.com"):
        async with browsing(spine) as browser:
            waiting = await browser.ask(email, await browser.arrive(application=closed))
            words = waiting.text.replace(email, "ADDRESS").replace(f">{shown_number(waiting)}<", ">NN<")
            for value in form_of(waiting, "/sign-in/code").fields.values():
                words = words.replace(value, "VALUE") if value else words
            shown.append((waiting.status_code, words.splitlines()))
    assert shown[0] == shown[1]


async def test_without_scripts_the_page_looks_again_by_itself_unless_a_code_is_typed(spine: Spine) -> None:
    async with browsing(spine) as browser:
        waiting = await browser.ask(ANA)
        assert '<noscript><meta http-equiv="refresh" content="5;' in waiting.text
        still = await browser.get(f"{waiting.url}&typing=1")
    assert 'http-equiv="refresh"' not in still.text


async def test_an_application_says_it_in_its_own_words_and_its_configuration_says_the_same(spine: Spine) -> None:
    texts = SignInTexts("Come in", "We know you by your mail.", "Your mail", "you@shop.test", "Go on", "Be kind.")
    shop = await spine.register(replace(SHOP, branding=Branding(texts=texts)))
    async with browsing(spine) as browser:
        page = await browser.arrive(a_request(), shop)
    assert heading_of(page) == "Come in"
    for words in (texts.sub_heading, texts.label, texts.placeholder, texts.button, texts.footer):
        assert words in page.text
    async with spine.door() as door:
        answer = await door.get("/api/v1/config", params={"client_id": shop.client_id})
    login = answer.json()["localization"]["login"]
    assert (login["heading"], login["sub_heading"], login["footer"]) == ("Come in", texts.sub_heading, "Be kind.")
    assert (login["button"], login["input"]) == (
        {"text": "Go on"},
        {"placeholder": "you@shop.test", "label": "Your mail"},
    )
