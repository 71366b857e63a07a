"""Passkeys on our pages, in a browser with an authenticator of its own: made, used, named and removed."""

import pytest
from playwright.sync_api import Page, expect

from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess
from support.virtual_authenticator import VirtualAuthenticator

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
ANA = "ana@example.com"
WITHOUT_AUTOFILL = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"


@pytest.fixture
def server(start_process: ProcessFactory) -> ServerProcess:
    return start_process({}, "--dev")


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def sign_in_by_mail(page: Page, server: ServerProcess) -> None:
    """Sign in on the account's own pages, as far as the code."""
    before = len(server.client.mails(ANA))
    page.goto(f"{server.url}/account/security")
    page.fill("input[name=email]", ANA)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Check your inbox")
    page.fill("input[name=code]", server.client.wait_for_mail(ANA, before + 1).code)
    page.locator("form:has(input[name=code])").get_by_role("button").click()


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_passkey_is_offered_made_used_named_and_removed(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    device = VirtualAuthenticator(page)
    sign_in_by_mail(page, server)
    heading(page, "Sign in faster next time")
    judge(page)
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Sign-in and security")
    assert len(device.credentials()) == 1

    sign_out(page)
    # The authenticator agrees to what the field of the address is filled in with, so that nothing is pressed.
    page.goto(f"{server.url}/account/security")
    heading(page, "Sign-in and security")

    sign_out(page)
    page.add_init_script(WITHOUT_AUTOFILL)
    page.goto(f"{server.url}/account/security")
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "Sign-in and security")
    expect(page.get_by_role("link", name="Manage")).to_have_count(1)
    judge(page)

    page.get_by_role("link", name="Manage").first.click()
    page.fill("input[name=name]", "My laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("My laptop")).to_be_visible()
    page.get_by_role("link", name="Manage").first.click()
    expect(page.get_by_text("It is the last one that you have.")).to_be_visible()
    judge(page)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed. We told you by e-mail.")).to_be_visible()
    expect(page.get_by_text("My laptop")).to_have_count(0)


def test_whoever_declines_is_not_asked_again(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    VirtualAuthenticator(page)
    sign_in_by_mail(page, server)
    heading(page, "Sign in faster next time")
    page.get_by_role("button", name="Not now").click()
    heading(page, "Sign-in and security")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    sign_in_by_mail(page, server)
    heading(page, "Sign-in and security")


def test_the_page_says_plainly_why_a_passkey_did_not_work(server: ServerProcess, new_visitor: NewVisitor) -> None:
    page = new_visitor()
    device = VirtualAuthenticator(page)
    sign_in_by_mail(page, server)
    heading(page, "Sign in faster next time")
    device.refuse()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("You stopped it")
    judge(page)


def test_without_an_authenticator_nobody_is_asked_and_without_scripts_no_button_stands(
    server: ServerProcess, new_visitor: NewVisitor
) -> None:
    page = new_visitor()
    sign_in_by_mail(page, server)
    heading(page, "Sign-in and security")
    plain = new_visitor(java_script_enabled=False)
    plain.goto(f"{server.url}/account")
    expect(plain.get_by_role("button", name="Continue")).to_be_visible()
    expect(plain.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
