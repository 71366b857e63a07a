"""A person signs in to a server in production: https behind a proxy, a worker of its own, nothing of development."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from support.browsing import NewVisitor, judge
from support.gatepass_server import ProcessFactory, ServerProcess
from support.proxy import ProxyMaker, TlsProxy
from support.shop import Shop, claims_of
from support.smtp import SmtpSink
from support.worker_process import worker_beside

ELSEWHERE = {"X-Forwarded-For": "2001:db8:1::7"}


@dataclass
class Stage:
    """A server, its proxy, its worker's mail server, and an application."""

    server: ServerProcess
    proxy: TlsProxy
    inbox: SmtpSink
    shop: Shop


@pytest.fixture
def stage(
    start_process: ProcessFactory, smtp_sink: SmtpSink, make_tls_proxy: ProxyMaker, shop: Shop
) -> Iterator[Stage]:
    proxy = make_tls_proxy()
    # A page without https counts as another site, whose calls get no cookie.
    shop.address = make_tls_proxy(shop.server_port).url
    environment = {
        "GATEPASS_SMTP_URL": smtp_sink.url,
        "GATEPASS_PUBLIC_URL": proxy.url,
        "GATEPASS_TRUSTED_PROXIES": "127.0.0.1",
    }
    server = start_process(environment, "--host", "127.0.0.1", is_started=False)
    server.environment = {**environment, "GATEPASS_ALLOWED_HOSTS": f"localhost:{server.port}"}
    proxy.pass_on_to(server.port)
    created = server.run("app", "create", "Corner Shop", "--type", "spa", "--origin", shop.origin, "--json")
    server.client_id = json.loads(created)["client_id"]
    server.start()
    shop.open_for(proxy.url, server.client_id)
    with worker_beside(server):
        yield Stage(server, proxy, smtp_sink, shop)


def test_a_person_signs_in_behind_a_proxy_in_the_same_browser_and_from_elsewhere(
    stage: Stage, new_visitor: NewVisitor
) -> None:
    page = new_visitor(ignore_https_errors=True)
    stage.shop.ask(page, "ana@example.com", match=True)
    link = stage.inbox.wait(to="ana@example.com")[0].link
    assert link.startswith(stage.proxy.url + "/")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert list(cookies) == ["__Host-gatepass_browser"]
    assert cookies["__Host-gatepass_browser"]["secure"]
    assert cookies["__Host-gatepass_browser"]["httpOnly"]
    landing = page.context.new_page()
    answer = landing.goto(link)
    assert answer is not None
    assert "max-age" in answer.headers["strict-transport-security"]
    expect(landing.get_by_role("heading", level=1)).to_have_text("Successfully verified")
    judge(landing)
    told = json.loads(stage.shop.outcome(page))
    keys = stage.server.client.get("/.well-known/jwks.json").json()
    token = told["oauth"]["access_token"]
    assert claims_of(token, keys, issuer=stage.proxy.url, client_id=stage.server.client_id)["sub"]

    far = new_visitor(ignore_https_errors=True, extra_http_headers=ELSEWHERE)
    stage.shop.ask(page, "ben@example.com", match=True)
    number = page.text_content("#match") or ""
    far.goto(stage.inbox.wait(to="ben@example.com")[0].link)
    assert "ben@example.com" in far.inner_text("main")
    far.locator("input[name=match]").fill(number)
    far.locator("form:has(input[name=match])").get_by_role("button").click()
    expect(far.get_by_role("heading", level=1)).to_have_text("Successfully verified")
    assert json.loads(stage.shop.outcome(page))["user"]["email"] == "ben@example.com"


def test_production_has_no_page_of_development(stage: Stage, new_visitor: NewVisitor) -> None:
    page = new_visitor(ignore_https_errors=True)
    for path in ("/", "/dev/mail", "/dev/mail/messages"):
        answer = page.goto(stage.proxy.url + path)
        assert answer is not None
        assert answer.status == 404
        assert "Development" not in page.inner_text("body")
    page.goto(stage.proxy.url + "/docs")
    page.locator("#operations-tag-Authentication").click()
    expect(page.get_by_text("/api/v1/auth/passwordless/magic-link/send").first).to_be_visible()
    assert "Development" not in page.inner_text("body")
