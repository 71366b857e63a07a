"""A person lets a device in, and signs out, with a real browser."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
ANA = "ana@example.com"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class _Back(BaseHTTPRequestHandler):
    """Where an application waits for a browser that has signed out."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>Back</title><h1>Back at the television</h1>")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def back() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Back)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/back"
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(start_process: ProcessFactory, back: str) -> ServerProcess:
    made = start_process(is_started=False)
    created = made.run("app", "create", "Television", "--type", "native", "--logout", back, "--json")
    made.client_id = json.loads(created)["client_id"]
    made.start()
    return made


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def ask(server: ServerProcess, path: str, **form: str) -> dict[str, Any]:
    """Call as the device does."""
    answer = httpx2.post(f"{server.url}{path}", data={"client_id": server.client_id, **form}, trust_env=False)
    return dict(answer.json())


def sign_in(page: Page, server: ServerProcess) -> None:
    before = len(server.client.mails(ANA))
    page.fill("input[name=email]", ANA)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Check your inbox")
    page.fill("input[name=code]", server.client.wait_for_mail(ANA, before + 1).code)
    page.locator("form:has(input[name=code])").get_by_role("button").click()


def test_a_device_is_let_in_and_its_person_signs_out(server: ServerProcess, new_visitor: NewVisitor, back: str) -> None:
    begun = ask(server, "/oauth2/device_authorization", scope="openid email")
    page = new_visitor()
    page.goto(begun["verification_uri_complete"])
    sign_in(page, server)

    heading(page, "Connect a device")
    expect(page.locator("input[name=user_code]")).to_have_value(begun["user_code"])
    judge(page)
    page.fill("input[name=user_code]", "BBBB-BBBB")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("That is not a code we know.")).to_be_visible()
    judge(page)
    page.fill("input[name=user_code]", begun["user_code"].lower())
    page.get_by_role("button", name="Continue").click()
    heading(page, "Is this your device?")
    expect(page.get_by_text(begun["user_code"])).to_be_visible()
    judge(page)
    page.get_by_role("button", name="Connect").click()
    heading(page, "Your device is connected")
    judge(page)
    tokens = ask(server, "/oauth2/token", grant_type=GRANT, device_code=begun["device_code"])
    assert "id_token" in tokens, tokens

    parameters = f"client_id={server.client_id}&post_logout_redirect_uri={back}&state=s"
    page.goto(f"{server.url}/oauth2/logout?{parameters}")
    heading(page, "Sign out?")
    judge(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    heading(page, "Back at the television")
    assert page.url == f"{back}?state=s"
    page.goto(f"{server.url}/device")
    expect(page.locator("input[name=email]")).to_be_visible()
