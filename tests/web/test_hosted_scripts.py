"""What the hosted pages' scripts do, and that the pages do without them."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route, expect

from support.chromium import NewContext
from web.gallery.hosted import HIDDEN
from web.gallery.site import Site, open_site


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened


def test_the_waiting_page_goes_on_when_the_link_was_opened_elsewhere(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/check-inbox")
    expect(page.get_by_text("Waiting for you to open the link")).to_be_visible()
    site.opened.set()

    expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
    assert site.posted == []


def test_the_code_travels_with_the_forms_secrets_once(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/check-inbox")
    page.get_by_label("Type the six-digit code").fill("482 915")
    page.get_by_role("button", name="Continue").dblclick()
    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()

    assert [parse_qs(body) for _, body in site.posted] == [
        {name: [value] for name, value in (HIDDEN | {"code": "482 915"}).items()}
    ]


def test_a_code_that_is_being_judged_leads_on_alone(site: Site, page: Page) -> None:
    def judge_slowly(route: Route) -> None:
        if route.request.method == "POST":
            site.opened.set()  # the stream says "verified" before the form has its answer
            time.sleep(0.5)
        route.continue_()

    page.route("**/*", judge_slowly)
    page.goto(f"{site.address}/page/check-inbox")
    page.get_by_label("Type the six-digit code").fill("482915")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()
    assert len(site.posted) == 1


def test_another_mail_may_be_asked_for_after_the_countdown(site: Site, page: Page) -> None:
    page.clock.install()
    page.goto(f"{site.address}/page/check-inbox")
    button = page.get_by_role("button", name="Send it again")
    expect(button).to_be_disabled()
    expect(button).to_have_text("Send it again in 27 s")
    page.clock.run_for(28_000)

    expect(button).to_be_enabled()
    expect(button).to_have_text("Send it again")


def test_without_scripts_the_page_asks_again_and_the_code_has_a_page_that_stays(
    site: Site, new_context: NewContext
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.address}/page/check-inbox")
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "5;url=/page/check-inbox"
    expect(page.get_by_label("Type the six-digit code")).to_be_hidden()
    expect(page.get_by_role("button", name="Send it again")).to_be_enabled()
    page.get_by_role("link", name="Type the code").click()

    expect(page.get_by_label("Type the six-digit code")).to_be_visible()
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)


def test_an_answer_is_posted_by_itself_exactly_once(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/form-post")
    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()

    assert [parse_qs(body) for _, body in site.posted] == [{"code": ["c"], "state": ["s"]}]


def test_moments_are_told_in_the_readers_time_and_the_pages_language(site: Site, new_context: NewContext) -> None:
    page = new_context(timezone_id="Asia/Tokyo").new_page()
    page.goto(f"{site.address}/page/device-confirm-de")

    expect(page.locator("time")).to_have_text("23.11.2025, 19:42")
    expect(page.locator("time")).to_have_attribute("title", "2025-11-23 10:42 UTC")


@pytest.mark.parametrize(("name", "decision"), [("Allow", "allow"), ("Cancel", "deny")])
def test_a_consent_says_what_was_pressed(name: str, decision: str, site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/consent")
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()

    assert parse_qs(site.posted[0][1]) == {name: [value] for name, value in (HIDDEN | {"decision": decision}).items()}
