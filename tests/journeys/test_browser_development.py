"""A developer's first two minutes in a real browser: the start page, the mailbox, the API's description."""

import re

import pytest
from playwright.sync_api import Page, expect

from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@pytest.fixture
def server(start_process: ProcessFactory) -> ServerProcess:
    return start_process()


def begin(page: Page, server: ServerProcess) -> None:
    """Ask for a link on the start page."""
    page.goto(server.url + "/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    judge(page)
    page.get_by_label("E-mail address").fill("ana@example.com")
    page.get_by_role("button", name="Send a sign-in link", exact=True).click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    judge(page)


def see_the_claims(page: Page, server: ServerProcess) -> None:
    """Read on the start page what the token says."""
    expect(page.get_by_role("heading", name="Signed in")).to_be_visible()
    said = page.locator("[data-part=claims]").inner_text()
    assert server.url in said
    assert server.client_id in said
    judge(page)


def test_the_start_page_is_tried_from_the_first_click_to_the_claims(
    server: ServerProcess, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    begin(page, server)
    server.client.wait_for_mail("ana@example.com")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the mailbox").click()
    mailbox = opened.value
    mailbox.get_by_role("link", name=re.compile("ana@example.com")).click()
    with mailbox.context.expect_page() as landed:
        mailbox.get_by_role("link", name="Open the link").click()
    expect(landed.value.get_by_role("heading", level=1)).to_have_text("Successfully verified")
    see_the_claims(page, server)


def test_the_start_page_takes_the_code_of_the_mail(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    begin(page, server)
    code = server.client.wait_for_mail("ana@example.com").code
    page.get_by_label("Type the six-digit code").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Sign in with the code").click()
    see_the_claims(page, server)


def test_the_start_page_says_what_is_wrong_with_an_address(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor(may_be_refused="/magic-link/send")
    page.goto(server.url + "/")
    page.get_by_label("E-mail address").fill("ana@localhost")
    page.get_by_role("button", name="Send a sign-in link", exact=True).click()
    expect(page.locator("[data-part=email-error-text]")).not_to_be_empty()
    expect(page.locator("[data-part=email-input]")).to_have_attribute("aria-invalid", "true")
    judge(page)


def test_the_mailbox_shows_what_would_have_left(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    page.goto(server.url + "/dev/mail")
    expect(page.get_by_text("No mail yet")).to_be_visible()
    judge(page)
    server.client.send("ana@example.com")
    mail = server.client.wait_for_mail("ana@example.com")
    page.goto(server.url + "/dev/mail")
    judge(page)
    page.get_by_role("link", name=re.compile("ana@example.com")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(mail.subject)
    assert mail.code in page.frame_locator("iframe").locator("body").inner_text().replace(" ", "").replace("\u00a0", "")
    judge(page)
    for view, seen in (("Text", mail.code[:3]), ("Headers", "Message-ID")):
        page.get_by_text(view, exact=True).click()
        expect(page.get_by_text(seen).first).to_be_visible()
        judge(page)


def test_the_mail_frame_runs_no_script_and_shows_no_barrier(server: ServerProcess, new_visitor: NewVisitor) -> None:
    server.client.send("ana@example.com")
    server.client.wait_for_mail("ana@example.com")
    mail_id = server.client.http.get("/dev/mail/messages").json()["messages"][0]["id"]
    page = new_visitor(java_script_enabled=False)
    answer = page.goto(f"{server.url}/dev/mail/{mail_id}/html")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_the_description_of_the_api_is_drawn_under_the_policy(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    elsewhere: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(server.url) else None)
    page.goto(server.url + "/docs")
    page.locator("#operations-tag-Authentication").click()
    expect(page.get_by_text("/api/v1/auth/passwordless/magic-link/send").first).to_be_visible()
    page.get_by_text("/api/v1/auth/passwordless/magic-link/send").first.click()
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    assert [url for url in elsewhere if not url.startswith("data:")] == [], "it works offline"
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
