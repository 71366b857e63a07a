"""Refresh tokens that come back: a lost answer is repeated, a stolen token ends its whole family."""

import time
from datetime import timedelta

import pytest

from attacks.adversary import address, exchange, refresh, request, volley
from gatepass.applications.model import ApplicationType, Registration
from gatepass.audit.model import Event, EventKind, Origin
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import REFRESH_TOKEN_PREFIX, new_secret
from gatepass.sessions.flows import revoke
from gatepass.sessions.queries import find_session
from support.client import Client
from support.gatepass_server import ProcessFactory, RunningServer

ADDRESS = "victim@example.com"
_REUSED = query(Event, "SELECT {columns} FROM audit_events WHERE kind = 'token.refresh.reused'")
_SESSIONS = query(str, "SELECT id FROM sessions")
_SWITCH_USERS_OFF = command("UPDATE users SET is_active = :is_active")
_SWITCH_APPLICATIONS_OFF = command("UPDATE applications SET is_active = :is_active")


def successor(client: Client, token: str) -> str:
    answer = client.refresh(token)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["oauth"]["refresh_token"])


def refusal(client: Client, token: str) -> str:
    answer = client.refresh(token)
    assert answer.status_code == 400
    assert "oauth" not in answer.json()
    return str(answer.json()["error_code"])


def reuses(server: RunningServer) -> list[Event]:
    return list(server.read(lambda tx: tx.all(_REUSED)))


def test_a_repeat_within_the_grace_is_the_same_answer_and_no_theft(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["refresh_token"]
    first = client.refresh(token)
    server.clock.move(timedelta(seconds=28))
    assert client.refresh(token).content == first.content
    assert reuses(server) == []
    assert successor(client, first.json()["oauth"]["refresh_token"])


def test_a_repeat_after_the_grace_revokes_the_family_and_is_written_down(server: RunningServer) -> None:
    client = server.client
    signed_in = client.sign_in(ADDRESS)
    stolen = signed_in["refresh_token"]
    second = successor(client, stolen)
    third = successor(client, second)
    server.clock.move(timedelta(seconds=31))
    assert refusal(client, stolen) == "refresh_token_reused"
    for token in (third, second, stolen):
        assert refusal(client, token) == "refresh_token_revoked"
    (event,) = reuses(server)
    assert event.user_id == signed_in["profile"]["id"]
    assert event.kind is EventKind.REFRESH_REUSED
    assert all(stolen not in value and third not in value for value in event.data.values())
    assert client.sign_in(ADDRESS)["refresh_token"], "the person can sign in again"


def test_another_device_of_the_same_person_is_left_alone(server: RunningServer) -> None:
    client = server.client
    stolen, other = client.sign_in(ADDRESS)["refresh_token"], client.sign_in(ADDRESS)["refresh_token"]
    successor(client, stolen)
    server.clock.move(timedelta(seconds=31))
    assert refusal(client, stolen) == "refresh_token_reused"
    assert successor(client, other)


def test_parallel_reuse_gives_nobody_a_token(server: RunningServer) -> None:
    client = server.client
    stolen = client.sign_in(ADDRESS)["refresh_token"]
    latest = successor(client, stolen)
    server.clock.move(timedelta(seconds=31))
    answers = volley(client, [refresh(client, stolen)] * 32)
    assert {answer.json()["error_code"] for answer in answers} <= {"refresh_token_reused", "refresh_token_revoked"}
    assert reuses(server)
    assert refusal(client, latest) == "refresh_token_revoked"


def test_another_application_can_neither_use_nor_end_a_token(server: RunningServer) -> None:
    client, other = server.client, server.register(Registration("Forum", ApplicationType.SPA))
    token = client.sign_in(ADDRESS)["refresh_token"]
    assert refusal(other, token) == "invalid_refresh_token"
    spent, latest = token, successor(client, token)
    server.clock.move(timedelta(seconds=31))
    assert refusal(other, spent) == "invalid_refresh_token"
    assert reuses(server) == []
    assert successor(client, latest)


def test_a_revoked_session_carries_no_token_any_more(server: RunningServer) -> None:
    client = server.client
    spent = client.sign_in(ADDRESS)["refresh_token"]
    latest = successor(client, spent)
    (session_id,) = server.read(lambda tx: tx.all(_SESSIONS))
    at = server.clock.now()

    async def end(tx: Tx) -> bool:
        session = await find_session(tx, session_id)
        return session is not None and await revoke(tx, session, at, Origin())

    assert server.transact(end)
    for token in (latest, spent):
        assert refusal(client, token) == "refresh_token_revoked"


def test_a_switched_off_user_is_out_by_every_door(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["refresh_token"]
    waiting, state = client.send(ADDRESS)["state"], client.send(ADDRESS)["state"]
    client.wait_for_mail(ADDRESS, 3)
    by_code, by_link = client.mails(ADDRESS)[:2]
    if by_code.parameters["state"] == by_link.parameters["state"]:
        pytest.fail("two attempts share a handle")
    server.transact(lambda tx: tx.run(_SWITCH_USERS_OFF, is_active=False))
    assert refusal(client, token) == "refresh_token_revoked"
    refused = client.verify_code(state, by_code.code)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "user_inactive")
    assert client.press(by_link).status_code == 403
    for handle in (waiting, state):
        assert client.status(handle).json()["error_code"] == "attempt_ended"
    server.transact(lambda tx: tx.run(_SWITCH_USERS_OFF, is_active=True))
    assert successor(client, token)


def test_a_user_who_is_switched_off_between_link_and_poll_gets_no_tokens(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    client.verify_link(client.wait_for_mail(ADDRESS))
    server.transact(lambda tx: tx.run(_SWITCH_USERS_OFF, is_active=False))
    assert client.status(state).json()["error_code"] == "attempt_ended"


def test_a_switched_off_application_is_unknown(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["refresh_token"]
    server.transact(lambda tx: tx.run(_SWITCH_APPLICATIONS_OFF, is_active=False))
    server.house.applications._by_client_id.clear()  # what five seconds do
    assert refusal(client, token) == "invalid_client_id"


def test_rotation_never_outlives_the_sign_in(server: RunningServer) -> None:
    short = Registration("Bank", ApplicationType.SPA, refresh_token_lifetime=timedelta(hours=1))
    client = server.register(short)
    token = client.sign_in(ADDRESS)["refresh_token"]
    for _ in range(2):
        server.clock.move(timedelta(minutes=29))
        token = successor(client, token)
    server.clock.move(timedelta(minutes=3))
    assert refusal(client, token) in {"refresh_token_expired", "refresh_token_revoked"}


def test_what_is_no_refresh_token_is_refused_alike(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["refresh_token"]
    guesses = (
        "", "x", token[:-1], token + "A", token.lower(), token[::-1], " " + token, token.replace("gpr_", "gps_"),
        new_secret(REFRESH_TOKEN_PREFIX), "gpr_" + "\u0000" * 49, "gpr_" + "9" * 5000, "gpr_\u00e9", "' OR 1=1 --",
    )  # fmt: skip
    answers = [exchange(client, refresh(client, guess)) for guess in guesses]
    assert {(answer.status, answer.json()["error_code"]) for answer in answers} == {(400, "invalid_refresh_token")}
    assert len({answer.body for answer in answers}) == 1
    twice = address(client, "/api/v1/accesstoken/refresh", refresh_token="x") + f"&refresh_token={token}"
    assert exchange(client, request(client, "GET", twice)).json()["error_code"] == "malformed_request"
    assert successor(client, token)


def test_reuse_is_known_again_after_a_power_cut(start_process: ProcessFactory) -> None:
    process = start_process({"GATEPASS_TOKENS_REFRESH_GRACE": "1s"})
    stolen = process.client.sign_in(ADDRESS)["refresh_token"]
    latest = successor(process.client, stolen)
    rotated_at = time.monotonic()
    process.kill()
    process.start()
    time.sleep(max(0.0, 1.1 - (time.monotonic() - rotated_at)))
    client = process.client
    assert refusal(client, stolen) == "refresh_token_reused"
    assert refusal(client, latest) == "refresh_token_revoked"
