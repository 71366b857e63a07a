"""A person signs in to somebody's application with a real browser, by a mail that a real mail server took."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gatepass.audit.model import EventKind
from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess
from support.rows import events_of
from support.shop import Shop, claims_of
from support.smtp import SmtpSink

ON_SQLITE = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}


@dataclass
class Stage:
    """A server that sends by SMTP, the mail server, and an application on an origin of its own."""

    server: ServerProcess
    inbox: SmtpSink
    shop: Shop

    def link_for(self, email: str) -> str:
        """Wait for the mail and return its link."""
        return self.inbox.wait(to=email)[-1].link

    def kinds(self) -> list[EventKind]:
        """Return what has happened, in order."""
        return [event.kind for event in events_of(self.server.database)]

    def claims(self, outcome: str) -> dict[str, Any]:
        """Verify what the application was handed."""
        told = json.loads(outcome)
        assert told["authenticated"] is True, told
        keys = self.server.client.get("/.well-known/jwks.json").json()
        token = told["oauth"]["access_token"]
        return claims_of(token, keys, issuer=self.server.url, client_id=self.server.client_id)


@pytest.fixture
def stage(start_process: ProcessFactory, migrated_url: str, smtp_sink: SmtpSink, shop: Shop) -> Stage:
    # On PostgreSQL two processes serve, so that each step of a journey may land on another one.
    workers = ("--workers", "2") if migrated_url.startswith("postgresql") else ()
    environment = {"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_TRUSTED_PROXIES": "127.0.0.1"}
    server = start_process(environment, "--dev", *workers, is_started=False)
    created = server.run("app", "create", "Corner Shop", "--type", "spa", "--origin", shop.origin, "--json")
    server.client_id = json.loads(created)["client_id"]
    server.start()
    shop.open_for(server.url, server.client_id)
    return Stage(server, smtp_sink, shop)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).click()


def answer(page: Page, field: str, value: str) -> None:
    """Fill one field and press its own form's button."""
    form = page.locator(f"form:has(input[name={field}])")
    form.locator(f"input[name={field}]").fill(value)
    form.get_by_role("button").click()


@pytest.mark.parametrize("polls", [False, True], ids=["by events", "by long polls"])
def test_the_link_opened_in_the_browser_that_asked_completes_by_itself(
    stage: Stage, new_visitor: NewVisitor, polls: bool
) -> None:
    page = new_visitor()
    stage.shop.ask(page, "ana@example.com", polls=polls)
    landing = page.context.new_page()
    landing.goto(stage.link_for("ana@example.com"))
    heading(landing, "Successfully verified")
    outcome = stage.shop.outcome(page)
    claims = stage.claims(outcome)
    assert claims["sub"] == json.loads(outcome)["user"]["user_id"]
    assert EventKind.LOGIN_SUCCEEDED in stage.kinds()
    judge(landing)
    landing.goto(stage.link_for("ana@example.com"))
    heading(landing, "This link has been used")
    judge(landing)


@ON_SQLITE
def test_a_browser_nearby_shows_who_asks_and_one_button(stage: Stage, new_visitor: NewVisitor) -> None:
    asking, other = new_visitor(), new_visitor()
    stage.shop.ask(asking, "ana@example.com")
    other.goto(stage.link_for("ana@example.com"))
    heading(other, "Is this you signing in?")
    assert "ana@example.com" in other.inner_text("main")
    assert "Corner Shop" in other.inner_text("main")
    assert "Chrome" in other.inner_text("main")
    judge(other)
    assert EventKind.LOGIN_SUCCEEDED not in stage.kinds(), "looking changes nothing"
    press(other, "Yes")
    heading(other, "Successfully verified")
    stage.claims(stage.shop.outcome(asking))


def test_a_browser_nearby_needs_no_javascript(stage: Stage, new_visitor: NewVisitor) -> None:
    asking, other = new_visitor(), new_visitor(java_script_enabled=False)
    stage.shop.ask(asking, "ana@example.com")
    other.goto(stage.link_for("ana@example.com"))
    press(other, "Yes")
    heading(other, "Successfully verified")
    stage.claims(stage.shop.outcome(asking))


@ON_SQLITE
def test_the_browser_that_asked_completes_by_a_button_without_javascript(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    stage.shop.ask(page, "ana@example.com")
    bare = new_visitor(java_script_enabled=False)
    bare.context.add_cookies([{**cookie} for cookie in page.context.cookies()])  # type: ignore[typeddict-item]
    bare.goto(stage.link_for("ana@example.com"))
    heading(bare, "Signing you in")
    press(bare, "Continue")
    heading(bare, "Successfully verified")
    stage.claims(stage.shop.outcome(page))


@pytest.mark.parametrize("with_script", [True, False], ids=["with JavaScript", "without"])
def test_from_elsewhere_the_number_of_the_waiting_screen_signs_in(
    stage: Stage, new_visitor: NewVisitor, with_script: bool
) -> None:
    asking = new_visitor()
    far = new_visitor(extra_http_headers=ELSEWHERE, java_script_enabled=with_script)
    stage.shop.ask(asking, "ana@example.com", match=True)
    far.goto(stage.link_for("ana@example.com"))
    heading(far, "Is this you signing in?")
    if with_script:
        judge(far)
    number = asking.text_content("#match") or ""
    shown = far.inner_text("main").split()
    assert number not in shown, "only the waiting screen shows it"
    answer(far, "match", number)
    heading(far, "Successfully verified")
    stage.claims(stage.shop.outcome(asking))


@ON_SQLITE
def test_a_wrong_number_ends_the_sign_in(stage: Stage, new_visitor: NewVisitor) -> None:
    asking, far = new_visitor(), new_visitor(extra_http_headers=ELSEWHERE)
    stage.shop.ask(asking, "ana@example.com", match=True)
    right = int(asking.text_content("#match") or "")
    far.goto(stage.link_for("ana@example.com"))
    answer(far, "match", str(right - 1 if right > 10 else 11))
    heading(far, "This sign-in was stopped")
    judge(far)
    assert json.loads(stage.shop.outcome(asking))["error_code"] == "attempt_ended"
    assert EventKind.LOGIN_EXHAUSTED in stage.kinds()
    near = new_visitor()
    near.goto(stage.link_for("ana@example.com"))
    heading(near, "This sign-in was stopped")


@ON_SQLITE
def test_from_elsewhere_the_code_of_the_mail_signs_in_and_a_slip_may_be_mended(
    stage: Stage, new_visitor: NewVisitor
) -> None:
    asking, far = new_visitor(), new_visitor(extra_http_headers=ELSEWHERE)
    stage.shop.ask(asking, "ana@example.com")
    mail = stage.inbox.wait(to="ana@example.com")[-1]
    code = str(mail.code)
    far.goto(mail.link)
    answer(far, "code", f"{(int(code) + 1) % 1_000_000:06}")
    expect(far.get_by_text("That is not the code")).to_be_visible()
    judge(far)
    answer(far, "code", code)
    heading(far, "Successfully verified")
    stage.claims(stage.shop.outcome(asking))


@pytest.mark.parametrize("with_script", [True, False], ids=["with JavaScript", "without"])
@ON_SQLITE
def test_the_reader_who_did_not_ask_ends_the_sign_in(stage: Stage, new_visitor: NewVisitor, with_script: bool) -> None:
    asking = new_visitor()
    victim = new_visitor(extra_http_headers=ELSEWHERE, java_script_enabled=with_script)
    stage.shop.ask(asking, "ana@example.com", match=True)
    victim.goto(stage.link_for("ana@example.com"))
    press(victim, "This wasn.t me")
    heading(victim, "Thank you, we stopped it")
    if with_script:
        judge(victim)
    assert json.loads(stage.shop.outcome(asking))["error_code"] == "attempt_ended"
    declined = [event for event in events_of(stage.server.database) if event.kind is EventKind.LOGIN_DECLINED]
    assert [event.network for event in declined] == ["203.0.113.9"]


@ON_SQLITE
def test_a_broken_link_and_an_address_without_a_page_say_what_to_do(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    for path, status, title in (
        (f"/magic-link?client_id={stage.server.client_id}&state=x&magictext=y", 400, "This link is not complete"),
        ("/magic-link", 400, "This link is not complete"),
        ("/no/such/page", 404, "There is nothing here"),
        ("/dev/mail/none", 404, "That mail is gone"),
    ):
        response = page.goto(stage.server.url + path)
        assert response is not None
        assert response.status == status
        heading(page, title)
        judge(page)
