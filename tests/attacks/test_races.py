"""Sixty-four at once: whatever is good for one use has one winner, on each database."""

from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from attacks.adversary import Answer, address, poll, refresh, request, verify_code, verify_link, volley, wrong_code
from gatepass.applications.model import Application
from gatepass.kit.db import SerializationFailure, command, query
from gatepass.kit.db.postgresql.database import PostgresDatabase
from gatepass.login.model import Refusal, Refused
from gatepass.methods.magic_link import store
from gatepass.methods.magic_link.flows import MagicLinkFlows
from gatepass.methods.magic_link.model import Gesture, UnverifiedLink, Visitor
from support.client import BASE, Client
from support.gatepass_server import RunningServer

AT_ONCE = 64
ROUNDS = 3
ADDRESS = "victim@example.com"
_COUNT_TOKENS = query(int, "SELECT count(*) FROM refresh_tokens")
_NAIVE_SPEND = command("UPDATE magic_links SET spent_at = :at WHERE id = :id")


def winners(answers: list[Answer]) -> int:
    """Count the answers that say yes; every other must be a refusal that says why."""
    for answer in answers:
        assert answer.status in {200, 400}, (answer.status, answer.body)
        if answer.status == 400:
            assert answer.json()["error_code"] in {
                "already_used",
                "wrong_code",
                "too_many_wrong_codes",
                "attempt_ended",
            }
    return sum(answer.status == 200 for answer in answers)


def race_for_a_link(client: Client, email: str) -> list[Answer]:
    client.send(email)
    mail = client.wait_for_mail(email)
    return volley(client, [verify_link(client, mail.parameters)] * AT_ONCE)


def test_one_of_many_parallel_verifies_of_a_link_wins(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        mail = client.wait_for_mail(f"reader{number}@example.com")
        assert winners(volley(client, [verify_link(client, mail.parameters)] * AT_ONCE)) == 1
        assert client.status(state).json()["authenticated"] is True


def test_one_of_many_parallel_verifies_of_a_code_wins(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        mail = client.wait_for_mail(f"reader{number}@example.com")
        answers = volley(client, [verify_code(client, state, mail.code)] * AT_ONCE)
        assert winners(answers) == 1
        assert {a.json()["error_code"] for a in answers if a.status == 400} == {"already_used"}


def test_a_link_and_its_code_have_one_winner_between_them(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        mail = client.wait_for_mail(f"reader{number}@example.com")
        pair = [verify_link(client, mail.parameters), verify_code(client, state, mail.code)]
        if number % 2:
            pair.reverse()
        assert winners(volley(client, pair * (AT_ONCE // 2))) == 1
        tokens = client.status(state).json()["oauth"]
        assert client.refresh(tokens["refresh_token"]).status_code == 200


def test_the_right_code_among_parallel_wrong_ones_wins_at_most_once(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        mail = client.wait_for_mail(f"reader{number}@example.com")
        guesses = [verify_code(client, state, wrong_code(mail.code, n + 1)) for n in range(4)]
        right = [verify_code(client, state, mail.code)] * (AT_ONCE - 4)
        assert winners(volley(client, guesses + right)) == 1


def test_parallel_polls_get_one_set_of_tokens(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        client.verify_link(client.wait_for_mail(f"reader{number}@example.com"))
        answers = volley(client, [poll(client, state)] * AT_ONCE)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        assert answers[0].json()["oauth"]["refresh_token"]


def test_parallel_polls_that_race_with_the_verification_get_one_set_of_tokens(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        mail = client.wait_for_mail(f"reader{number}@example.com")
        requests = [poll(client, state)] * AT_ONCE
        requests[8] = verify_link(client, mail.parameters)
        answers = volley(client, requests)
        assert {answer.status for answer in answers} == {200}
        polled = [answer.json() for answer in answers[:8] + answers[9:]]
        told = [answer for answer in [*polled, client.status(state).json()] if answer["authenticated"]]
        assert len({answer["oauth"]["refresh_token"] for answer in told}) == 1


def test_parallel_refreshes_of_one_token_get_one_successor(server: RunningServer) -> None:
    client = server.client
    token = client.sign_in(ADDRESS)["refresh_token"]
    for _ in range(ROUNDS):
        answers = volley(client, [refresh(client, token)] * AT_ONCE)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        token = answers[0].json()["oauth"]["refresh_token"]
    kept = server.read(lambda tx: tx.all(_COUNT_TOKENS))
    assert kept == [1 + ROUNDS]


def test_parallel_first_sign_ins_of_one_person_make_one_user(server: RunningServer) -> None:
    client = server.client
    for number in range(ROUNDS):
        email = f"reader{number}@example.com"
        states = [client.send(email)["state"] for _ in range(8)]
        client.wait_for_mail(email, 8)
        mails = client.mails(email)
        answers = volley(client, [verify_link(client, mail.parameters) for mail in mails])
        assert {answer.status for answer in answers} == {200}
        assert len({client.status(state).json()["user"]["user_id"] for state in states}) == 1


def test_link_code_and_resend_never_wait_for_each_other_in_a_circle(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL finds a circle after a second only, in which every connection of the pool may come to wait."""
    collisions: list[SerializationFailure] = []
    once = PostgresDatabase._transact_once

    async def counted(database: PostgresDatabase, body: Any) -> Any:
        try:
            return await once(database, body)
        except SerializationFailure as collision:
            collisions.append(collision)
            raise

    monkeypatch.setattr(PostgresDatabase, "_transact_once", counted)
    client = server.client
    for number in range(2 * ROUNDS):
        state = client.send(f"reader{number}@example.com")["state"]
        mail = client.wait_for_mail(f"reader{number}@example.com")
        resend = request(client, "POST", address(client, f"{BASE}/resend"), {"state": state})
        mixed = [verify_link(client, mail.parameters), verify_code(client, state, mail.code), resend]
        volley(client, mixed * (AT_ONCE // 3))
    assert collisions == []


def test_the_harness_catches_a_check_before_the_write(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MagicLinkFlows, "redeem", naive_redeem)
    counted = Counter(
        winners(race_for_a_link(server.client, f"reader{number}@example.com")) > 1 for number in range(ROUNDS)
    )
    assert counted[True] >= 1, "a link that is looked at and spent in two steps must be seen to be spent twice"


async def naive_redeem(
    flows: MagicLinkFlows, _application: Application, unverified: UnverifiedLink, _visitor: Visitor, _gesture: Gesture
) -> Any:
    """Look whether a link is spent, and then spend it: what nobody may write."""
    link = await flows.database.read(lambda tx: store.find(tx, unverified.secret[:24]))
    if link is None or link.spent_at is not None:
        return Refused(Refusal.ALREADY_USED)
    await flows.database.transact(lambda tx: tx.run(_NAIVE_SPEND, id=link.id, at=datetime.now(UTC)))
    return SimpleNamespace()
