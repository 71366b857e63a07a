"""What a browser is told to refuse: on every page and every answer, in development and in production."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from gatepass.applications.model import ApplicationType, Branding, Registration
from support.client import BASE, Client
from support.gatepass_server import RunningServer, ServerFactory
from support.smtp import SmtpSink

# One database will do: what is asserted stands in headers and in markup.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
ADDRESS = "victim@example.com"
HOST = "auth.example.com"
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)|<style|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)
_FOREIGN = re.compile(
    r"<(?:script|link|img|iframe|form|object|embed)[^>]*\s(?:src|href|action|data)=\"(?:https?:)?//", re.IGNORECASE
)


def judge(answer: httpx2.Response) -> None:
    """Assert what holds for every answer of the server."""
    where = f"{answer.request.method} {answer.url} {answer.status_code}"
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff", where
    assert headers["referrer-policy"] == "no-referrer", where
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy, where
    assert headers["x-frame-options"] == "DENY", where
    assert "unsafe-eval" not in policy, where
    assert "server" not in headers, where
    assert "x-powered-by" not in headers, where
    assert len(headers.get_list("content-security-policy")) == 1, where
    if headers["content-type"].startswith("text/html"):
        judge_page(answer, policy, where)
    elif not answer.url.path.startswith(("/static/", "/branding/", "/.well-known/", "/openapi.json", "/oidc/")):
        assert headers["cache-control"] == "no-store", where


def judge_page(answer: httpx2.Response, policy: str, where: str) -> None:
    assert answer.headers["cache-control"] == "no-store", where
    assert answer.headers["content-type"] == "text/html; charset=utf-8", where
    for directive in ("default-src", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
        assert directive in policy, where
    assert "script-src 'self';" in policy, where
    assert not _INLINE_SCRIPT.search(answer.text), where
    assert not _FOREIGN.search(answer.text), where
    if answer.url.path != "/docs":
        assert "unsafe-inline" not in policy, where
    if answer.url.path.startswith("/magic-link") and answer.request.method != "HEAD":
        assert 'name="referrer" content="no-referrer"' in answer.text, where


def landing_pages(client: Client) -> Iterator[httpx2.Response]:
    """Visit the landing page in each of its views."""
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    reader = client.other_browser()
    yield client.open_link(mail)
    yield reader.open_link(mail)
    yield reader.http.head(mail.link)
    yield client.http.get("/magic-link")
    yield client.http.get("/magic-link", params={**mail.parameters, "magictext": "wrong"})
    yield client.http.post("/magic-link", data=mail.parameters, headers={"sec-fetch-site": "cross-site"})
    yield client.http.post("/magic-link", content=b"x")
    yield client.http.put("/magic-link")
    yield client.press(mail)
    yield client.press(mail)
    yield client.status(state)
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS, 2)
    yield client.http.post("/magic-link/decline", data=mail.parameters)
    yield client.open_link(mail)
    client.send(ADDRESS)
    yield client.verify_link(client.wait_for_mail(ADDRESS, 3))


def api_answers(client: Client) -> Iterator[httpx2.Response]:
    """Call each endpoint rightly and wrongly."""
    yield client.post(f"{BASE}/send", {"email": ADDRESS})
    yield client.post(f"{BASE}/send", {"email": "x"})
    yield client.post(f"{BASE}/send", {"email": ADDRESS}, headers={"origin": "https://evil.test"})
    yield client.post(f"{BASE}/send", {"email": ADDRESS}, headers={"origin": "https://shop.test"})
    yield client.post(f"{BASE}/resend", {"state": "x"})
    yield client.status("x")
    yield client.verify_code("x", "123456")
    yield client.refresh("x")
    yield client.get("/api/v1/config")
    yield client.get("/api/v1/auth/status", identifier=ADDRESS)
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/.well-known/jwks.json",
        "/openapi.json",
        "/nothing",
        "/api/v1/nothing",
    ):
        yield client.http.get(path)
    yield client.http.get(f"{BASE}/send")
    yield client.http.get("/a%2fb")
    yield client.http.get("/magic-link/")


def test_every_answer_in_development_is_guarded(server: RunningServer) -> None:
    client = server.client
    answers = [*landing_pages(client), *api_answers(client)]
    message = client.http.get("/dev/mail/messages").json()["messages"][0]["id"]
    answers += [client.http.get(path) for path in ("/", "/docs", "/dev/mail", "/dev/mail/messages", "/dev/mail/gone")]
    for answer in answers:
        judge(answer)
    shown = client.http.get(f"/dev/mail/{message}")
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert not _INLINE_SCRIPT.search(re.sub(r"<pre.*?</pre>|srcdoc=\"[^\"]*\"", "", shown.text, flags=re.DOTALL))


def test_the_preview_of_a_mail_can_run_nothing(server: RunningServer) -> None:
    client = server.client
    client.send(ADDRESS)
    client.wait_for_mail(ADDRESS)
    message = client.http.get("/dev/mail/messages").json()["messages"][0]["id"]
    headers = client.http.get(f"/dev/mail/{message}/html").headers
    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_static_files_and_stylesheets_are_taken_for_nothing_else(server: RunningServer) -> None:
    blue = Registration("Shop", ApplicationType.SPA, branding=Branding(accent="#123456"))
    client = server.register(blue)
    client.send(ADDRESS)
    page = client.open_link(client.wait_for_mail(ADDRESS)).text
    addresses = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page)
    assert any(address.startswith("/branding/") for address in addresses)
    for address in addresses:
        answer = client.http.get(address)
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].split(";")[0] in {
            "text/css",
            "text/javascript",
            "image/svg+xml",
            "font/woff2",
        }
        assert "set-cookie" not in answer.headers


@pytest.fixture
def production(start_server: ServerFactory, smtp_sink: SmtpSink) -> Client:
    """A client of a server as in production, behind a proxy that speaks https."""
    server = start_server(
        {"GATEPASS_DEV": "false", "GATEPASS_PUBLIC_URL": f"https://{HOST}", "GATEPASS_SMTP_URL": smtp_sink.url}
    )
    client = Client(f"http://127.0.0.1:{server.settings.server.port}", server.client.client_id)
    client.http.headers["host"] = HOST
    return client


def test_every_answer_in_production_is_guarded_and_insists_on_https(production: Client, smtp_sink: SmtpSink) -> None:
    sent = production.post(f"{BASE}/send", {"email": ADDRESS})
    link = smtp_sink.wait()[0].link
    assert link.startswith(f"https://{HOST}/magic-link?")
    page = production.http.get(link.removeprefix(f"https://{HOST}"))
    assert page.status_code == 200
    for answer in (sent, page, production.http.get("/docs"), *api_answers(production)):
        judge(answer)
        assert "max-age=63072000" in answer.headers["strict-transport-security"]


def test_production_has_no_page_for_developers(production: Client) -> None:
    for path in (
        "/",
        "/dev",
        "/dev/mail",
        "/dev/mail/messages",
        "/dev/mail/messages?to=a",
        "/dev/mail/x",
        "/dev/mail/x/html",
    ):
        for method in ("GET", "HEAD", "POST", "DELETE"):
            answer = production.http.request(method, path)
            assert answer.status_code == 404, (method, path)
            judge(answer)
    assert "/dev/" not in production.http.get("/docs").text
    assert "/dev/" not in production.http.get("/openapi.json").text


def test_the_browser_s_cookie_in_production_belongs_to_this_host_alone(production: Client) -> None:
    cookie = production.post(f"{BASE}/send", {"email": ADDRESS}).headers["set-cookie"]
    name, _, attributes = cookie.partition("=")
    assert name == "__Host-gatepass_browser"
    named = {attribute.strip().lower() for attribute in attributes.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= named
    assert not any(attribute.startswith("domain") for attribute in named)


def test_an_unforeseen_fault_shows_no_traceback(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret detail of the inside")

    monkeypatch.setattr("gatepass.methods.magic_link.routes.parse_address", broken)
    answer = server.client.post(f"{BASE}/send", {"email": ADDRESS})
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-trace-id"] in answer.text
    judge(answer)
