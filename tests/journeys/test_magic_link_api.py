"""A person signs in by a mailed link or its code, as an application sees it."""

import time
from datetime import timedelta
from typing import Any

import httpx2
from joserfc import jwk, jwt

from support.client import Client
from support.gatepass_server import RunningServer


def claims_of(client: Client, access_token: str) -> dict[str, Any]:
    """Verify an access token with a library that we did not write, against the published keys."""
    keys = jwk.KeySet.import_key_set(client.http.get("/.well-known/jwks.json").json())
    token = jwt.decode(access_token, keys, algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt"
    registry = jwt.JWTClaimsRegistry(iss={"essential": True}, exp={"essential": True}, aud={"essential": True})
    registry.validate(token.claims)
    return dict(token.claims)


def test_the_application_gets_verifiable_tokens_once_the_link_is_verified(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    assert client.status(state).json() == {"authenticated": False}
    mail = client.wait_for_mail("ana@example.com")
    page = client.other_browser().verify_link(mail)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "Successfully verified" in page.text
    answer = client.status(state).json()
    assert answer["authenticated"] is True
    assert answer["oauth"]["token_type"] == "Bearer"
    assert answer["user"]["email"] == answer["user"]["identifier"] == "ana@example.com"
    claims = claims_of(client, answer["oauth"]["access_token"])
    assert claims["iss"] == server.url
    assert claims["sub"] == answer["user"]["user_id"]
    assert claims["aud"] == claims["client_id"] == client.client_id
    assert claims["exp"] - claims["iat"] == 3600


def test_a_repeat_within_thirty_seconds_gets_the_same_tokens_and_later_ones_none(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    client.verify_link(client.wait_for_mail("ana@example.com"))
    first = client.status(state)
    assert client.status(state).content == first.content
    server.clock.move(timedelta(seconds=31))
    assert client.status(state).json() == {"authenticated": True}


def test_the_code_of_the_same_mail_signs_in_and_kills_the_link(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    mail = client.wait_for_mail("ana@example.com")
    answer = client.verify_code(state, f"{mail.code[:3]} {mail.code[3:]}")
    assert answer.status_code == 200
    assert answer.json()["profile"]["email"] == "ana@example.com"
    assert answer.json()["profile"]["LastLoginAt"] is not None
    assert client.verify_link(mail).json()["error_code"] == "already_used"


def test_the_link_kills_the_code(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    mail = client.wait_for_mail("ana@example.com")
    client.verify_link(mail)
    assert client.verify_code(state, mail.code).status_code == 400


def test_a_long_poll_is_woken_by_the_verification(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    mail = client.wait_for_mail("ana@example.com")
    with httpx2.stream(
        "GET", f"{server.url}/api/v1/auth/passwordless/magic-link/status/events",
        params={"client_id": client.client_id, "state": state}, timeout=15, trust_env=False,
    ) as events:  # fmt: skip
        lines = events.iter_lines()
        assert next(lines) == "event: status"
        assert next(lines) == 'data: {"authenticated":false}'
        verified_at = time.monotonic()
        client.verify_link(mail)
        told = next(line for line in lines if line.startswith("data:"))
        waited = time.monotonic() - verified_at
    assert '"authenticated":true' in told
    assert '"access_token"' in told
    assert waited < 1.9, "told by the next look at the latest, not by the next sign of life"


def test_wait_holds_the_answer_back_until_something_changes(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    started = time.monotonic()
    assert client.status(state, wait="0.4").json() == {"authenticated": False}
    assert 0.35 < time.monotonic() - started < 3


def test_a_resend_brings_a_new_link_and_a_new_code_for_the_same_state(server: RunningServer) -> None:
    client = server.client
    state = client.send("ana@example.com")["state"]
    first = client.wait_for_mail("ana@example.com")
    answer = client.post("/api/v1/auth/passwordless/magic-link/resend", {"state": state})
    assert (answer.status_code, answer.json()) == (200, {})
    second = client.wait_for_mail("ana@example.com", 2)
    assert second.link != first.link
    client.verify_link(second)
    assert client.status(state).json()["authenticated"] is True


def test_a_second_sign_in_meets_the_same_user(server: RunningServer) -> None:
    first = server.client.sign_in("Ana@Example.com")
    second = server.client.sign_in("ana@example.COM")
    assert first["profile"]["id"] == second["profile"]["id"]
    assert second["profile"]["LastLoginAt"] > first["profile"]["LastLoginAt"]


def test_a_refresh_rotates_and_a_lost_answer_can_be_asked_for_again(server: RunningServer) -> None:
    token = server.client.sign_in("ana@example.com")["refresh_token"]
    first = server.client.refresh(token)
    assert first.status_code == 200
    assert server.client.refresh(token).content == first.content
    successor = first.json()["oauth"]["refresh_token"]
    assert successor != token
    assert server.client.refresh(successor).json()["authenticated"] is True


def test_a_person_who_opens_a_used_documented_link_reads_a_page_and_a_program_reads_json(server: RunningServer) -> None:
    client = server.client
    client.send("ana@example.com")
    mail = client.wait_for_mail("ana@example.com")
    assert client.verify_link(mail).status_code == 200
    assert client.verify_link(mail).json()["error_code"] == "already_used"
    address = "/api/v1/auth/passwordless/magic-link/verify"
    page = client.http.get(address, params=mail.parameters, headers={"accept": "text/html,*/*"})
    assert page.status_code == 410
    assert "This link has been used" in page.text


def test_a_probe_may_ask_without_a_body(server: RunningServer) -> None:
    assert server.client.http.head("/healthz").status_code == 200
    assert server.client.http.head("/readyz").status_code == 200
