"""Requests that name another host: the link in the mail is built from the configured address, or nothing is sent."""

from urllib.parse import urlsplit

import pytest

from attacks.adversary import BEHIND_A_PROXY, Answer, address, exchange, request
from gatepass.kit.db import query
from support.client import BASE, Client
from support.gatepass_server import RunningServer, ServerFactory

# One database will do: the host is judged before any is asked.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

_MAILS = query(int, "SELECT count(*) FROM outbox")
EVIL = "evil.test"
VICTIM = "victim@example.com"


def send(client: Client, *headers: tuple[str, str], host: str | None = None, target: str = "") -> Answer:
    target = target or address(client, f"{BASE}/send")
    return exchange(client, request(client, "POST", target, {"email": VICTIM}, headers, host=host))


def mails(server: RunningServer) -> int:
    return int(server.read(lambda tx: tx.one(_MAILS)))


def test_another_host_is_not_served(server: RunningServer) -> None:
    own = urlsplit(server.url).netloc
    strange = (
        EVIL, f"{EVIL}:80", f"{own}.{EVIL}", f"{EVIL}/{own}", f"{own}@{EVIL}", f"{EVIL}@{own}", f"{own},{EVIL}",
        f"{own} {EVIL}", "", " ", f"{own}:", f"{own}:99999", f"{own}\t", "[::1",
        f"local\u0261ost:{server.settings.server.port}",
        "127.0.0.1.evil.test", "localhost.evil.test", f"evil.test#{own}", f"evil.test?{own}", "xn--localhost",
    )  # fmt: skip
    for host in strange:
        lines = request(server.client, "POST", address(server.client, f"{BASE}/send"), {"email": VICTIM}, host="HOST")
        answer = exchange(server.client, lines.replace(b"Host: HOST", b"Host: " + host.encode()))
        if answer.status == 200:
            assert host.strip() in {own, f"{own}:"}, "optional white space around a value is no part of it"
        assert answer.status in {200, 400, 421}, host
        assert EVIL.encode() not in answer.body
    for mail in server.client.mails(VICTIM):
        assert mail.link.startswith(f"{server.url}/magic-link?")


def test_forwarding_headers_do_not_reach_the_link(start_server: ServerFactory) -> None:
    server = start_server(BEHIND_A_PROXY)
    client = server.client
    lies = (
        ("X-Forwarded-Host", EVIL), ("Forwarded", f"host={EVIL};proto=https"), ("X-Host", EVIL),
        ("X-Original-Host", EVIL), ("X-Forwarded-Server", EVIL), ("X-HTTP-Host-Override", EVIL),
        ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "666"), ("X-Forwarded-Prefix", "/evil"),
        ("X-Original-URL", "/dev/mail/messages"), ("X-Rewrite-URL", "/dev/mail/messages"), ("Origin", server.url),
        ("Referer", f"http://{EVIL}/"), ("X-Forwarded-Scheme", "javascript"),
    )  # fmt: skip
    assert send(client, *lies).status == 200
    for number, lie in enumerate(lies):
        assert send(client, lie).status == 200
        mail = client.wait_for_mail(VICTIM, number + 2)
        assert mail.link.startswith(f"{server.url}/magic-link?client_id="), lie
        assert EVIL not in mail.html + mail.text
        assert "/evil" not in mail.html


def test_two_hosts_are_refused(server: RunningServer) -> None:
    own = urlsplit(server.url).netloc
    for hosts in ((own, EVIL), (EVIL, own), (own, own)):
        assert send(server.client, ("Host", hosts[1]), host=hosts[0]).status == 400
    folded = request(server.client, "POST", address(server.client, f"{BASE}/send"), {"email": VICTIM})
    for bad in (
        b"Host : evil.test\r\n",
        b" Host: evil.test\r\n",
        b"Host:\r\n evil.test\r\n",
        b"Host\x0b: evil.test\r\n",
    ):
        assert exchange(server.client, folded.replace(b"\r\n", b"\r\n" + bad, 1)).status == 400
    assert mails(server) == 0


def test_a_request_without_a_host_is_refused(server: RunningServer) -> None:
    whole = request(server.client, "POST", address(server.client, f"{BASE}/send"), {"email": VICTIM}, host="HOST")
    assert exchange(server.client, whole.replace(b"Host: HOST\r\n", b"")).status == 400
    old = whole.replace(b"Host: HOST\r\n", b"").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert exchange(server.client, old).status in {400, 421}
    assert mails(server) == 0


def test_a_whole_url_in_the_request_line_can_not_name_another_host(server: RunningServer) -> None:
    client, own = server.client, urlsplit(server.url).netloc
    target = address(client, f"{BASE}/send")
    for strange in (
        f"http://{EVIL}{target}",
        f"http://{own}@{EVIL}{target}",
        f"http://{EVIL}@{own}{target}",
        f"https://{EVIL}:443{target}",
        f"//{EVIL}{target}",
        f"ftp://{own}{target}",
        EVIL,
        "*",
    ):
        answer = send(client, target=strange)
        assert answer.status in {400, 404, 405}, strange
    assert mails(server) == 0
    assert send(client, target=f"http://{EVIL}{target}", host=EVIL).status == 421
    assert send(client, target=f"http://{own}{target}").status == 200
    assert client.wait_for_mail(VICTIM).link.startswith(f"{server.url}/magic-link?")


def test_the_documents_of_discovery_name_the_configured_address(start_server: ServerFactory) -> None:
    server = start_server({"GATEPASS_PUBLIC_URL": "https://auth.example.com"})
    port = server.settings.server.port
    client = Client(f"http://localhost:{port}", server.client.client_id)
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", "auth.example.com"):
        document = exchange(
            client, request(client, "GET", "/openapi.json", host=host, headers=[("X-Forwarded-Host", EVIL)])
        )
        assert document.json()["servers"] == [{"url": "https://auth.example.com"}]
        config = exchange(client, request(client, "GET", address(client, "/api/v1/config"), host=host))
        assert host not in config.body.decode() or host == "auth.example.com"
        assert send(client, host=host).status == 200
    for mail in client.mails(VICTIM):
        assert mail.link.startswith("https://auth.example.com/magic-link?")


def test_an_unknown_host_learns_only_whether_the_server_lives(server: RunningServer) -> None:
    for path in (
        "/",
        "/docs",
        "/openapi.json",
        "/.well-known/jwks.json",
        "/magic-link",
        "/dev/mail",
        "/static/app.css",
    ):
        assert exchange(server.client, request(server.client, "GET", path, host=EVIL)).status == 421
    for path in ("/healthz", "/readyz"):
        assert exchange(server.client, request(server.client, "GET", path, host="10.0.0.7:8000")).status == 200
