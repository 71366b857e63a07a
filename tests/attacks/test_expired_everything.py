"""Everything that ends, after its end: judged by the clock alone, whatever any clean-up has done."""

import time
from datetime import timedelta

import pytest
from joserfc import jwk, jwt
from joserfc.errors import ExpiredTokenError

from attacks.adversary import poll, verify_code, verify_link, volley
from gatepass.applications.model import ApplicationType, MagicLinkPolicy, Registration
from gatepass.kit.db import query
from gatepass.login import jobs
from support.client import BASE
from support.gatepass_server import RunningServer, ServerFactory
from support.smtp import SmtpSink

ADDRESS = "victim@example.com"
_ANSWERS = query(int, "SELECT count(*) FROM login_attempts WHERE answer_sealed IS NOT NULL")
_DECLINED = query(int, "SELECT count(*) FROM audit_events WHERE kind = 'login.attempt.declined'")
_REFUSED = query(int, "SELECT count(*) FROM outbox WHERE last_error IS NOT NULL AND lease IS NULL")
_STATES = query(str, "SELECT state FROM outbox")
_FAMILIES = query(int, "SELECT count(*) FROM refresh_families")


def test_link_code_and_attempt_end_after_five_minutes(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    server.clock.move(timedelta(seconds=295))
    assert client.open_link(mail).status_code == 200
    assert client.status(state).json() == {"authenticated": False}
    server.clock.move(timedelta(seconds=6))
    for answer in (
        client.verify_link(mail),
        client.verify_code(state, mail.code),
        client.status(state),
        client.post(f"{BASE}/resend", {"state": state}),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (400, "attempt_expired")
    assert client.open_link(mail).status_code == 410
    assert client.press(mail).status_code == 410
    assert client.press(mail, code=mail.code).status_code == 410
    server.clock.move(timedelta(days=3650))
    assert client.verify_link(mail).json()["error_code"] in {"attempt_expired", "invalid_state"}


def test_a_late_not_me_is_still_written_down_and_revives_nothing(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    server.clock.move(timedelta(minutes=30))
    assert client.http.post("/magic-link/decline", data=mail.parameters).status_code == 200
    assert server.read(lambda tx: tx.one(_DECLINED)) == 1
    assert client.verify_link(mail).json()["error_code"] == "attempt_ended"
    assert client.status(state).json()["error_code"] == "attempt_ended"


def test_a_volley_after_the_end_wins_nothing(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    server.clock.move(timedelta(seconds=301))
    shots = [verify_link(client, mail.parameters), verify_code(client, state, mail.code), poll(client, state)] * 8
    assert {answer.status for answer in volley(client, shots)} == {400}


def test_a_resend_prolongs_the_attempt_but_not_what_was_mailed_before(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    first = client.wait_for_mail(ADDRESS)
    server.clock.move(timedelta(minutes=4))
    assert client.post(f"{BASE}/resend", {"state": state}).status_code == 200
    second = client.wait_for_mail(ADDRESS, 2)
    server.clock.move(timedelta(minutes=2))
    assert client.verify_link(first).json()["error_code"] == "attempt_expired"
    if first.code != second.code:
        assert client.verify_code(state, first.code).json()["error_code"] == "wrong_code"
    assert client.verify_link(second).status_code == 200
    assert client.status(state).json()["authenticated"] is True


def test_an_application_s_own_lifetime_is_kept(server: RunningServer) -> None:
    short = MagicLinkPolicy(lifetime_seconds=60)
    client = server.register(Registration("Bank", ApplicationType.SPA, magic_link=short))
    client.send(ADDRESS)
    mail = client.wait_for_mail(ADDRESS)
    server.clock.move(timedelta(seconds=61))
    assert client.verify_link(mail).json()["error_code"] == "attempt_expired"


def test_an_outcome_that_nobody_collects_is_gone_after_five_minutes(server: RunningServer) -> None:
    client = server.client
    states = [client.send(f"reader{number}@example.com")["state"] for number in range(2)]
    for number in range(2):
        client.verify_link(client.wait_for_mail(f"reader{number}@example.com"))
    server.clock.move(timedelta(seconds=295))
    assert client.status(states[0]).json()["oauth"]["access_token"]
    server.clock.move(timedelta(seconds=6))
    assert client.status(states[1]).json()["error_code"] == "attempt_expired"
    assert server.read(lambda tx: tx.one(_FAMILIES)) == 1


def test_the_sealed_answer_does_not_outlive_its_thirty_seconds(server: RunningServer) -> None:
    client = server.client
    client.sign_in(ADDRESS)
    assert server.read(lambda tx: tx.one(_ANSWERS)) == 1
    server.clock.move(timedelta(seconds=31))
    now = server.clock.now()
    server.transact(lambda tx: jobs.purge(tx, now))
    assert server.read(lambda tx: tx.one(_ANSWERS)) == 0


def test_a_mail_that_waited_too_long_is_not_sent(start_server: ServerFactory, smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse("451 later", times=10_000)
    server = start_server({"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_OUTBOX_RETRY_FIRST": "2m"})
    client = server.client
    state = client.send(ADDRESS)["state"]
    until = time.monotonic() + 20
    while server.read(lambda tx: tx.one(_REFUSED)) != 1:  # so that no delivery is under way when the clock moves
        assert time.monotonic() < until, "the mail server was not asked"
        time.sleep(0.02)
    server.clock.move(timedelta(seconds=301))
    smtp_sink._refusals["rcpt"].clear()
    client.send("other@example.com")
    smtp_sink.wait(to="other@example.com")
    assert smtp_sink.to(ADDRESS) == []
    while sorted(server.read(lambda tx: tx.all(_STATES))) != ["expired", "sent"]:
        assert time.monotonic() < until, "the outbox did not settle"
        time.sleep(0.02)
    assert client.status(state).json()["error_code"] == "attempt_expired"


def test_an_access_token_ends_for_whoever_verifies_it(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["access_token"]
    keys = jwk.KeySet.import_key_set(client.http.get("/.well-known/jwks.json").json())
    claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    assert 0 < claims["exp"] - claims["iat"] <= 3600
    assert claims["nbf"] <= claims["iat"]
    registry = jwt.JWTClaimsRegistry(now=claims["exp"] + 1, exp={"essential": True})
    with pytest.raises(ExpiredTokenError):
        registry.validate(claims)


def test_a_refresh_token_ends_with_its_sign_in(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["refresh_token"]
    server.clock.move(timedelta(days=29, hours=23))
    token = client.refresh(token).json()["oauth"]["refresh_token"]
    server.clock.move(timedelta(hours=2))
    for _ in range(2):
        answer = client.refresh(token)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "refresh_token_expired")


def test_a_clock_that_goes_back_revives_nothing_that_was_spent(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    signed_in = client.verify_code(state, mail.code).json()
    spent = signed_in["refresh_token"]
    latest = client.refresh(spent).json()["oauth"]["refresh_token"]
    server.clock.move(timedelta(hours=-1))
    assert client.verify_link(mail).json()["error_code"] == "already_used"
    assert client.verify_code(state, mail.code).json()["error_code"] == "already_used"
    repeated = client.refresh(spent)
    assert repeated.status_code == 400 or repeated.json()["oauth"]["refresh_token"] == latest
