"""A person signs in on our own pages with a real browser, and an application learns who they are."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gatepass.audit.model import EventKind
from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess
from support.relying_party import RelyingParty
from support.rows import events_of
from support.smtp import SmtpSink

ON_SQLITE = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
ANA, BEN = "ana@example.com", "ben@example.com"


@dataclass
class Stage:
    """A server that sends by SMTP, the mail server, and an application that sends people to sign in."""

    server: ServerProcess
    inbox: SmtpSink
    party: RelyingParty

    def newest(self, email: str, count: int = 1) -> Any:
        """Wait until so many mails have arrived for an address and return the newest."""
        return self.inbox.wait(to=email, count=count)[-1]

    def ask(self, page: Page, email: str, **further: str) -> None:
        """Go from the application to the waiting page."""
        page.goto(self.party.login_url(**further))
        type_address(page, email)

    def sign_in(self, page: Page, email: str, count: int = 1, **further: str) -> dict[str, Any]:
        """Sign in by code and return what the application learned."""
        self.ask(page, email, **further)
        type_code(page, self.newest(email, count).code)
        return self.party.outcome(page)


@pytest.fixture
def stage(start_process: ProcessFactory, migrated_url: str, smtp_sink: SmtpSink, relying_party: RelyingParty) -> Stage:
    # On PostgreSQL two processes serve, so that each step of a journey may land on another one.
    workers = ("--workers", "2") if migrated_url.startswith("postgresql") else ()
    environment = {"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_TRUSTED_PROXIES": "127.0.0.1"}
    server = start_process(environment, "--dev", *workers, is_started=False)
    server.client_id = create(server, "Corner Shop", relying_party)
    server.start()
    relying_party.open_for(server.url, server.client_id)
    return Stage(server, smtp_sink, relying_party)


def create(server: ServerProcess, name: str, party: RelyingParty, *settings: str) -> str:
    """Register the application and return its client id."""
    further = [part for setting in settings for part in ("--set", setting)]
    created = server.run("app", "create", name, "--type", "spa", "--callback", party.callback, *further, "--json")
    return str(json.loads(created)["client_id"])


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).first.click()


def type_address(page: Page, email: str) -> None:
    page.fill("input[name=email]", email)
    press(page, "^Continue$")
    heading(page, "Check your inbox")


def type_code(page: Page, code: str) -> None:
    page.fill("input[name=code]", str(code))
    page.locator("form:has(input[name=code])").get_by_role("button").click()


def test_by_code_without_javascript(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor(java_script_enabled=False)
    page.goto(stage.party.login_url(login_hint=ANA))
    heading(page, "Sign in to Corner Shop")
    expect(page.locator("input[name=email]")).to_have_value(ANA)
    press(page, "^Continue$")
    heading(page, "Check your inbox")
    page.get_by_role("link", name="Type the code").click()
    type_code(page, stage.newest(ANA).code)
    learned = stage.party.outcome(page)
    assert learned["claims"]["amr"] == ["otp"], learned
    # Whoever is signed in goes through without a page.
    page.goto(stage.party.login_url())
    assert stage.party.outcome(page)["claims"]["sub"] == learned["claims"]["sub"]


def test_by_the_link_in_the_same_browser_the_first_tab_goes_on_by_itself(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    page.goto(stage.party.login_url())
    heading(page, "Sign in to Corner Shop")
    judge(page)
    type_address(page, ANA)
    judge(page)
    mail = page.context.new_page()
    mail.goto(stage.newest(ANA).link)
    heading(mail, "Successfully verified")
    learned = stage.party.outcome(page)
    assert learned["claims"]["email"] == ANA
    assert learned["claims"]["amr"] == ["email"]


def test_by_the_link_in_another_browser_with_the_number(stage: Stage, new_visitor: NewVisitor) -> None:
    page, far = new_visitor(), new_visitor(extra_http_headers=ELSEWHERE)
    stage.ask(page, ANA)
    number = page.locator(".match-number").inner_text()
    page.reload()
    assert page.locator(".match-number").inner_text() == number
    far.goto(stage.newest(ANA).link)
    heading(far, "Is this you signing in?")
    assert number not in far.inner_text("main").split()
    far.fill("input[name=match]", number)
    far.locator("form:has(input[name=match])").get_by_role("button").click()
    heading(far, "Successfully verified")
    assert stage.party.outcome(page)["claims"]["email"] == ANA
    assert far.context.cookies() == [] or not [
        cookie for cookie in far.context.cookies() if "session" in str(cookie.get("name"))
    ], "the browser that read the mail is not signed in"


@ON_SQLITE
def test_without_javascript_the_waiting_page_looks_again_by_itself(stage: Stage, new_visitor: NewVisitor) -> None:
    page, mail = new_visitor(java_script_enabled=False), new_visitor()
    stage.ask(page, ANA)
    mail.goto(stage.newest(ANA).link)
    press(mail, "Yes")
    heading(mail, "Successfully verified")
    assert stage.party.outcome(page)["claims"]["email"] == ANA


@ON_SQLITE
def test_with_the_keyboard_alone(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    page.goto(stage.party.login_url())
    heading(page, "Sign in to Corner Shop")
    page.keyboard.type(ANA)
    page.keyboard.press("Enter")
    heading(page, "Check your inbox")
    code = str(stage.newest(ANA).code)
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "code":
            break
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    assert stage.party.outcome(page)["claims"]["email"] == ANA


@ON_SQLITE
def test_a_slip_of_the_fingers_is_said_and_mended(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    stage.ask(page, ANA)
    code = str(stage.newest(ANA).code)
    type_code(page, f"{(int(code) + 1) % 1_000_000:06}")
    expect(page.get_by_text("That is not the code.")).to_be_visible()
    judge(page)
    type_code(page, code)
    assert stage.party.outcome(page)["claims"]["email"] == ANA


@ON_SQLITE
def test_the_reader_who_did_not_ask_ends_it_and_the_waiting_page_says_so(stage: Stage, new_visitor: NewVisitor) -> None:
    page, victim = new_visitor(), new_visitor(extra_http_headers=ELSEWHERE)
    stage.ask(page, ANA)
    victim.goto(stage.newest(ANA).link)
    press(victim, "This wasn.t me")
    heading(page, "This sign-in was stopped")
    judge(page)
    page.get_by_role("link", name="Start again").click()
    heading(page, "Sign in to Corner Shop")
    type_address(page, BEN)
    type_code(page, stage.newest(BEN).code)
    assert stage.party.outcome(page)["claims"]["email"] == BEN


@ON_SQLITE
@pytest.mark.parametrize("with_script", [True, False], ids=["with JavaScript", "without"])
def test_the_answer_may_be_posted(stage: Stage, new_visitor: NewVisitor, with_script: bool) -> None:
    page = new_visitor(java_script_enabled=with_script)
    stage.ask(page, ANA, response_mode="form_post")
    if not with_script:
        page.get_by_role("link", name="Type the code").click()
    type_code(page, stage.newest(ANA).code)
    if not with_script:
        heading(page, "One moment")
        press(page, "^Continue$")
    assert stage.party.outcome(page)["claims"]["email"] == ANA


def test_an_application_of_somebody_else_asks_for_consent(stage: Stage, new_visitor: NewVisitor) -> None:
    stranger = create(stage.server, "Planner", stage.party, "oauth.is_third_party=true")
    stage.party.open_for(stage.server.url, stranger)
    page = new_visitor()
    stage.ask(page, ANA)
    type_code(page, stage.newest(ANA).code)
    heading(page, "Allow Planner to use your account?")
    judge(page)
    press(page, "^Cancel$")
    assert stage.party.outcome(page) == {"error": "access_denied"}
    page.goto(stage.party.login_url())
    heading(page, "Allow Planner to use your account?")
    press(page, "^Allow$")
    assert stage.party.outcome(page)["claims"]["email"] == ANA
    kinds = [event.kind for event in events_of(stage.server.database)]
    assert kinds.count(EventKind.CONSENT_GIVEN) == 1


@ON_SQLITE
def test_the_chooser_lets_a_person_take_one_of_two_accounts(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    stage.sign_in(page, ANA)
    page.goto(stage.party.login_url(prompt="select_account"))
    heading(page, "Choose an account")
    page.get_by_role("link", name="Use another account").click()
    type_address(page, BEN)
    type_code(page, stage.newest(BEN).code)
    assert stage.party.outcome(page)["claims"]["email"] == BEN
    page.goto(stage.party.login_url(prompt="select_account"))
    judge(page)
    page.get_by_role("button", name=re.compile(f"^(?!Sign out).*{ANA}")).click()
    assert stage.party.outcome(page)["claims"]["email"] == ANA


@ON_SQLITE
def test_a_sign_in_that_is_over_says_so(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    answer = page.goto(f"{stage.server.url}/sign-in?request=unknown")
    assert answer is not None
    assert answer.status == 410
    heading(page, "This sign-in is over")
    judge(page)
