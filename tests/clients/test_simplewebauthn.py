"""@simplewebauthn/browser on a page of an application's own: a passkey is made and used over the API."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from clients.running import RunningExample, running
from support.browsing import NewVisitor
from support.gatepass_server import ProcessFactory
from support.virtual_authenticator import VirtualAuthenticator

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
EMAIL = "ana@example.com"


@pytest.fixture
def example() -> Iterator[RunningExample]:
    yield from running("browser-passkeys")


def test_a_page_of_an_application_makes_a_passkey_and_signs_in_with_it(
    start_process: ProcessFactory, example: RunningExample, new_visitor: NewVisitor
) -> None:
    server = start_process({}, "--dev", is_started=False)
    # A passkey is bound to the host of the server, so that the page stands on the same one.
    page_url = f"http://localhost:{example.port}"
    created = server.run(
        "app", "create", "Page", "--type", "spa", "--origin", page_url, "--callback", f"{page_url}/callback", "--json"
    )  # fmt: skip
    server.client_id = str(json.loads(created)["client_id"])
    server.start()
    example.start(server.url, server.client_id, "")
    page = new_visitor(may_be_refused="favicon.ico")
    device = VirtualAuthenticator(page)
    page.goto(page_url)

    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Code").fill(server.client.wait_for_mail(EMAIL).code)
    page.get_by_role("button", name="Sign in with the code").click()
    expect(page.locator("#by")).to_have_text("code")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#passkey")).not_to_be_empty()
    assert len(device.credentials()) == 1

    page.reload()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#by")).to_have_text("passkey")
    expect(page.locator("#token")).not_to_be_empty()
