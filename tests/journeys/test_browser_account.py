"""A person looks after their account with a real browser: their names, their devices, what uses it."""

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess
from support.relying_party import RelyingParty
from support.smtp import SmtpSink

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
ANA, BEN = "ana@example.com", "ben@example.com"


@dataclass
class Stage:
    """A server that sends by SMTP, the mail server, and an application."""

    server: ServerProcess
    inbox: SmtpSink
    party: RelyingParty

    def open(self, page: Page, email: str, path: str = "/account") -> None:
        """Sign in on the server's own pages."""
        before = len(self.inbox.to(email))
        page.goto(self.server.url + path)
        page.fill("input[name=email]", email)
        page.get_by_role("button", name="Continue").click()
        heading(page, "Check your inbox")
        page.fill("input[name=code]", str(self.inbox.wait(to=email, count=before + 1)[-1].code))
        page.locator("form:has(input[name=code])").get_by_role("button").click()
        page.wait_for_url("**/account**")


@pytest.fixture
def stage(start_process: ProcessFactory, smtp_sink: SmtpSink, relying_party: RelyingParty) -> Stage:
    server = start_process({"GATEPASS_SMTP_URL": smtp_sink.url}, "--dev", is_started=False)
    created = server.run(
        "app", "create", "Corner Shop", "--type", "spa", "--callback", relying_party.callback, "--json"
    )  # fmt: skip
    server.client_id = json.loads(created)["client_id"]
    server.start()
    relying_party.open_for(server.url, server.client_id)
    return Stage(server, smtp_sink, relying_party)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def test_the_profile_is_changed_and_speaks_the_language_that_was_chosen(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    stage.open(page, ANA)
    heading(page, "Profile")
    judge(page)
    page.fill("input[name=given_name]", "Ana")
    page.select_option("select[name=locale]", "de")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    judge(page)


def test_another_browser_is_signed_out_and_its_application_with_it(stage: Stage, new_visitor: NewVisitor) -> None:
    there, here = new_visitor(), new_visitor()
    stage.open(there, ANA)
    there.goto(stage.party.login_url())
    learned = stage.party.outcome(there)
    assert stage.party.refresh(learned["tokens"]["refresh_token"]).status_code == 200
    stage.open(here, ANA)
    tab(here, "Devices")
    heading(here, "Devices")
    judge(here)
    row = here.locator("li.row", has_not_text="This browser")
    expect(row).to_have_count(1)
    row.get_by_role("button").click()
    expect(here.locator("li.row")).to_have_count(1)
    there.goto(f"{stage.server.url}/account")
    heading(there, "Sign in to your account")
    refused = stage.party.refresh(learned["tokens"]["refresh_token"])
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_grant"


def test_the_access_of_an_application_is_removed(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    stage.open(page, ANA)
    page.goto(stage.party.login_url())
    learned = stage.party.outcome(page)
    page.goto(f"{stage.server.url}/account")
    tab(page, "Applications")
    judge(page)
    page.get_by_role("button", name="Remove access of Corner Shop").click()
    expect(page.get_by_text("No application uses your account")).to_be_visible()
    judge(page)
    assert stage.party.refresh(learned["tokens"]["refresh_token"]).status_code == 400
    tab(page, "History")
    heading(page, "History")
    judge(page)


def test_two_accounts_are_switched_between_and_signed_out_of(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    stage.open(page, ANA)
    stage.open(page, BEN, "/account/add")
    expect(page.locator(".account-address")).to_have_text(BEN)
    page.get_by_role("link", name="Choose an account").click()
    heading(page, "Choose an account")
    judge(page)
    page.get_by_role("button", name=re.compile(f"^(?!Sign out).*{ANA}")).click()
    expect(page.locator(".account-address")).to_have_text(ANA)
    page.get_by_role("button", name="Sign out").click()
    heading(page, "You are signed out")
    judge(page)
    page.get_by_role("link", name="Sign in again").click()
    expect(page.locator(".account-address")).to_have_text(BEN)
