"""What the small scripts do, and that the pages do without them."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from support.chromium import NewContext
from web.gallery.site import Site, open_site
from web.gallery.states import CLIENT_ID, FORM, HIDDEN, LINK


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened


def test_the_browser_that_asked_completes_by_itself_exactly_once(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/landing-here")

    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()
    path, body = site.posted[0]
    assert path == FORM["action"]
    assert {name: values[0] for name, values in parse_qs(body).items()} == HIDDEN
    assert len(site.posted) == 1


def test_going_back_is_no_new_wish_to_sign_in(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/landing-here")
    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()
    page.goto(f"{site.address}/page/landing-expired")
    page.goto(f"{site.address}/page/landing-nearby")
    page.go_back()
    page.go_back()
    page.wait_for_load_state("networkidle")

    assert len(site.posted) == 1


@pytest.mark.parametrize("name", ["landing-nearby", "landing-match", "landing-code"])
def test_any_other_browser_waits_for_a_gesture(name: str, site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/{name}", wait_until="networkidle")

    assert site.posted == []


def test_without_scripts_the_button_completes(site: Site, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.address}/page/landing-here")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()
    assert len(site.posted) == 1


def test_the_number_travels_with_what_the_link_carried(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/landing-match")
    page.get_by_label("Type the number").fill("47")
    page.get_by_role("button", name="Sign me in there").first.click()
    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()

    assert parse_qs(site.posted[0][1]) == {name: [value] for name, value in (HIDDEN | {"match": "47"}).items()}


def test_who_sees_no_number_may_type_the_code(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/landing-match")
    page.locator("summary").click()
    page.get_by_label("Type the six-digit code").fill("482 915")
    page.get_by_label("Type the six-digit code").press("Enter")
    expect(page.get_by_role("heading", name="Successfully verified")).to_be_visible()

    assert parse_qs(site.posted[0][1])["code"] == ["482 915"]
    assert "match" not in parse_qs(site.posted[0][1])


def test_after_a_wrong_code_the_field_has_the_focus_and_its_error(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/landing-code-wrong")
    field = page.get_by_label("Type the six-digit code")

    expect(page).to_have_title(re.compile(r"^Error: "))
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("That is not the code from this e-mail. 4 tries are left.")


def test_a_message_is_read_as_html_text_or_headers_without_scripts(site: Site, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.address}/page/message")
    frame = page.frame_locator("iframe")

    expect(frame.get_by_role("heading", name="Sign in to Skyline Notes")).to_be_visible()
    page.get_by_text("Headers", exact=True).click()
    expect(page.get_by_text("auto-generated")).to_be_visible()
    page.get_by_text("Text", exact=True).click()
    expect(page.get_by_text("Or type this code on the screen")).to_be_visible()
    expect(page.locator("iframe")).to_be_hidden()


def test_a_copy_button_copies_and_says_so(site: Site, new_context: NewContext) -> None:
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site.address}/page/message")
    button = page.get_by_role("button", name="Copy Sign-in link")
    before = button.bounding_box()
    button.click()

    expect(page.locator("[data-copy=link-1] .when-done")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == LINK
    assert page.locator("[data-copy=link-1]").bounding_box() == before


def test_the_start_page_walks_through_a_whole_sign_in(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/page/home")
    page.get_by_label("E-mail address").fill("ana@example.com")
    page.locator("[data-part=send]").click()
    expect(page.locator("[data-part=match-number]")).to_have_text("47")
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_focused()
    expect(page.locator("[data-part=resend]")).to_be_disabled()

    page.get_by_label("Type the six-digit code").fill("000 000")
    page.get_by_role("button", name="Sign in with the code").click()
    expect(page.get_by_role("alert").get_by_text("That is not the code from this e-mail.")).to_be_visible()

    site.opened.set()
    expect(page.get_by_role("heading", name="Signed in")).to_be_visible()
    expect(page.locator("[data-part=signed-in-as]")).to_have_text("ana@example.com")
    expect(page.locator("[data-part=claims]")).to_contain_text(CLIENT_ID)


def test_the_api_page_opens_a_call_and_tries_it_under_the_strict_policy(site: Site, page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{site.address}/page/docs")
    page.locator(".opblock-tag").first.click()
    page.get_by_role("button", name="Email a magic link").or_(page.locator(".opblock-summary-control")).first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("client_id").fill(CLIENT_ID)
    page.locator(".execute").click()

    expect(page.locator(".live-responses-table")).to_contain_text("state_id")
    assert refused == []
