"""Pages of other sites: what they may read, and what they may make a browser do."""

import httpx2
import pytest

from attacks.adversary import address
from gatepass.applications.model import ApplicationType, Registration
from gatepass.kit.db import query
from support.client import BASE
from support.gatepass_server import RunningServer

# One database will do: the origin is judged before any is asked.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

GOOD = "https://shop.test"
FOREIGN = (
    "null", "", "http://shop.test", "https://shop.test.evil.test", "https://evil.test", "https://evilshop.test",
    "https://shop.test:8443", "https://sub.shop.test", "https://SHOP.TEST", "https://shop.test/", "https://shop.test.",
    "https://shop.test@evil.test", "https://evil.test#https://shop.test", "https://shop.test, https://evil.test",
    "https://shop.test https://evil.test", "file://", "*", "chrome-extension://shop.test", "https://shop%2etest",
)  # fmt: skip
_ATTEMPTS = query(int, "SELECT count(*) FROM login_attempts")


def is_readable(answer: httpx2.Response) -> bool:
    return "access-control-allow-origin" in answer.headers


def test_only_a_registered_origin_reads_answers(server: RunningServer) -> None:
    client = server.client
    good = client.post(f"{BASE}/send", {"email": "a@example.com"}, headers={"origin": GOOD})
    assert good.status_code == 200
    assert good.headers["access-control-allow-origin"] == GOOD
    assert good.headers["vary"].lower() == "origin"
    for origin in FOREIGN:
        answer = client.post(f"{BASE}/send", {"email": "b@example.com"}, headers={"origin": origin})
        assert (answer.status_code, answer.json()["error_code"]) == (403, "origin_not_allowed"), origin
        assert not is_readable(answer)
        assert "set-cookie" not in answer.headers
    assert server.read(lambda tx: tx.one(_ATTEMPTS)) == 1


def test_every_call_of_an_application_refuses_a_foreign_origin(server: RunningServer) -> None:
    client = server.client
    state = client.send("a@example.com")["state"]
    mail = client.wait_for_mail("a@example.com")
    token = client.sign_in("b@example.com")["refresh_token"]
    headers = {"origin": "https://evil.test"}
    own = {"client_id": client.client_id}
    for answer in (
        client.http.get(f"{BASE}/status", params={**own, "state": state}, headers=headers),
        client.http.get(f"{BASE}/status/events", params={**own, "state": state}, headers=headers),
        client.http.get(f"{BASE}/verify", params=mail.parameters, headers=headers),
        client.http.get("/api/v1/accesstoken/refresh", params={**own, "refresh_token": token}, headers=headers),
        client.http.get("/api/v1/auth/status", params={**own, "identifier": "a@example.com"}, headers=headers),
        client.post("/api/v1/accesstoken/refresh", {"refresh_token": token}, headers=headers),
        client.post(f"{BASE}/resend", {"state": state}, headers=headers),
        client.post("/api/v1/auth/passwordless/email-otp/verify", {"state": state, "otp": mail.code}, headers=headers),
    ):
        assert answer.status_code == 403, answer.url
        assert not is_readable(answer)
    assert client.status(state).json() == {"authenticated": False}
    assert client.refresh(token).status_code == 200


def test_a_preflight_lets_registered_origins_alone_pass(server: RunningServer) -> None:
    client = server.client
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    good = client.http.options(f"{BASE}/send", headers={**asks, "origin": GOOD})
    assert good.status_code == 204
    assert good.headers["access-control-allow-origin"] == GOOD
    for origin in FOREIGN:
        answer = client.http.options(f"{BASE}/send", headers={**asks, "origin": origin})
        assert answer.status_code == 204
        assert not is_readable(answer), origin


def test_an_origin_of_another_application_is_foreign(server: RunningServer) -> None:
    server.register(Registration("Forum", ApplicationType.SPA, allowed_origins=("https://forum.test",)))
    answer = server.client.post(f"{BASE}/send", {"email": "a@example.com"}, headers={"origin": "https://forum.test"})
    assert answer.status_code == 403
    assert not is_readable(answer)


def test_errors_tell_a_foreign_origin_nothing(server: RunningServer) -> None:
    client = server.client
    for target in (f"{BASE}/status?client_id=unknown&state=x", address(client, f"{BASE}/status"), "/api/v1/nothing"):
        answer = client.http.get(target, headers={"origin": "https://evil.test"})
        assert answer.status_code in {400, 403, 404}
        assert not is_readable(answer)


def test_pages_are_readable_by_no_origin(server: RunningServer) -> None:
    client = server.client
    client.send("a@example.com")
    mail = client.wait_for_mail("a@example.com")
    for path in (mail.link, "/dev/mail/messages", "/dev/mail", "/", "/docs"):
        for origin in (GOOD, "https://evil.test", "null"):
            assert not is_readable(client.http.get(path, headers={"origin": origin})), path


def test_what_everybody_may_read_is_readable_without_credentials_only(server: RunningServer) -> None:
    for path in ("/.well-known/jwks.json", "/openapi.json"):
        answer = server.client.http.get(path, headers={"origin": "https://evil.test"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_a_form_of_another_site_starts_no_sign_in(server: RunningServer) -> None:
    """What a browser sends across sites without asking first: three content types, and the cookie it has."""
    client = server.client
    client.send("a@example.com")
    body = b'{"email": "victim@example.com"}'
    for media_type in (
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; application/json",
        "application/json-patch+json", "",
    ):  # fmt: skip
        answer = client.http.post(
            f"{BASE}/send", content=body, params={"client_id": client.client_id}, headers={"content-type": media_type}
        )
        assert answer.status_code == 415
    assert server.read(lambda tx: tx.one(_ATTEMPTS)) == 1


def test_the_cookie_of_a_browser_is_out_of_reach_of_scripts_and_other_sites(server: RunningServer) -> None:
    cookie = server.client.post(f"{BASE}/send", {"email": "a@example.com"}).headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)


def test_a_cookie_planted_by_a_neighbour_is_kept_but_grants_nothing(server: RunningServer) -> None:
    """Fixation: whoever plants a browser's cookie still can't collect what that browser asks for."""
    victim, attacker = server.client, server.client.other_browser()
    planted = "A" * 22
    victim.http.cookies.set("gatepass_browser", planted)
    attacker.http.cookies.set("gatepass_browser", planted)
    state = victim.send("victim@example.com")["state"]
    victim.verify_link(victim.wait_for_mail("victim@example.com"))
    assert attacker.status("0" * 24).json()["error_code"] == "invalid_state"
    assert victim.status(state).json()["authenticated"] is True
