"""Telling who has an account, by the answer or by its time."""

import random
import socket
import time
from urllib.parse import urlsplit

import pytest

from attacks.adversary import Answer, address, exchange, request
from gatepass.applications.model import ApplicationType, MagicLinkPolicy, Registration
from support.client import BASE, Client
from support.gatepass_server import RunningServer, ServerFactory

KNOWN = "known@example.com"
UNKNOWN = "nobody@example.com"
CLOSED = Registration("Club", ApplicationType.SPA, magic_link=MagicLinkPolicy(may_sign_up=False))
ROUNDS = 400
_VARIES = {"date", "x-trace-id", "set-cookie"}


def shape(answer: Answer) -> object:
    """Return what may not differ: the status, the headers, and the body without its random handle."""
    headers = sorted((name, value) for name, value in answer.headers if name not in _VARIES)
    names = sorted(name for name, _ in answer.headers)
    body = answer.json()
    if "state" in body:
        body["state"] = len(body["state"])
    return answer.status, headers, names, body


def send(client: Client, email: str) -> bytes:
    return request(client, "POST", address(client, f"{BASE}/send"), {"email": email})


@pytest.mark.parametrize("is_open", [True, False])
def test_send_answers_known_and_unknown_addresses_alike(server: RunningServer, is_open: bool) -> None:
    server.client.sign_in(KNOWN)
    client = server.client if is_open else server.register(CLOSED)
    assert shape(exchange(client, send(client, KNOWN))) == shape(exchange(client, send(client, UNKNOWN)))
    # Both get a mail, so that even a reader of the mail server's log learns nothing.
    client.wait_for_mail(UNKNOWN)
    client.wait_for_mail(KNOWN, 2)


def test_polling_and_resending_tell_nothing_either(server: RunningServer) -> None:
    server.client.sign_in(KNOWN)
    client = server.register(CLOSED)
    shapes = []
    for email in (KNOWN, UNKNOWN):
        state = client.send(email)["state"]
        resend = request(client, "POST", address(client, f"{BASE}/resend"), {"state": state})
        wrong = request(
            client,
            "POST",
            address(client, "/api/v1/auth/passwordless/email-otp/verify"),
            {"state": state, "otp": "0" * 6},
        )
        status = request(client, "GET", address(client, f"{BASE}/status", state=state))
        shapes.append([shape(exchange(client, whole)) for whole in (resend, status, wrong)])
    assert shapes[0] == shapes[1]


def test_auth_status_and_config_know_no_person(server: RunningServer) -> None:
    client = server.client
    client.sign_in(KNOWN)
    answers = [client.get("/api/v1/auth/status", identifier=email).content for email in (KNOWN, UNKNOWN, "x", "\u00e9")]
    assert len(set(answers)) == 1


def test_only_a_reader_of_the_mail_learns_that_sign_up_is_closed(server: RunningServer) -> None:
    client = server.register(CLOSED)
    state = client.send(UNKNOWN)["state"]
    assert client.status(state).json() == {"authenticated": False}
    refused = client.verify_link(client.wait_for_mail(UNKNOWN))
    assert (refused.status_code, refused.json()["error_code"]) == (403, "sign_up_closed")
    assert client.status(state).json()["error_code"] == "attempt_ended"


def test_the_limit_of_an_address_is_the_same_for_both(start_server: ServerFactory) -> None:
    client = start_server({"GATEPASS_LIMITS_SCALE": "0.999"}).client
    client.sign_in(KNOWN)
    client.send(UNKNOWN)
    shapes = [[shape(exchange(client, send(client, email))) for _ in range(4)] for email in (KNOWN, UNKNOWN)]
    assert shapes[0] == shapes[1]
    refused = [exchange(client, send(client, email)) for email in (KNOWN, UNKNOWN)]
    assert [answer.status for answer in refused] == [429, 429]
    assert refused[0].json().keys() == refused[1].json().keys()


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_the_time_of_an_answer_tells_no_better_than_a_coin(server: RunningServer) -> None:
    """Each side in random order on one connection; the area under the curve of the two samples is about one half."""
    client = server.client
    known = [f"known{number}@example.com" for number in range(4)]
    unknown = [f"other{number}@example.com" for number in range(4)]
    for email in known:
        client.sign_in(email)
    turns = [True, False] * ROUNDS
    random.Random(7).shuffle(turns)  # noqa: S311 - an order, not a secret
    seconds: dict[bool, list[float]] = {True: [], False: []}
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as connection:
        for number, is_known in enumerate(turns):
            email = (known if is_known else unknown)[number % 4]
            whole = send(client, email).replace(b"Connection: close\r\n", b"")
            started = time.perf_counter()
            connection.sendall(whole)
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(4096)
            seconds[is_known].append(time.perf_counter() - started)
            assert answer.startswith(b"HTTP/1.1 200")
    assert 0.42 < area_under_curve(seconds[True], seconds[False]) < 0.58


def area_under_curve(one: list[float], other: list[float]) -> float:
    """Return how often a member of one sample is greater than one of the other (Mann and Whitney)."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    return (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))


def test_the_measure_sees_a_difference_where_there_is_one() -> None:
    draw = random.Random(7)  # noqa: S311 - a sample, not a secret
    base = [draw.gauss(1.0, 0.1) for _ in range(ROUNDS)]
    assert 0.42 < area_under_curve(base, [draw.gauss(1.0, 0.1) for _ in range(ROUNDS)]) < 0.58
    assert area_under_curve([value + 0.05 for value in base], [draw.gauss(1.0, 0.1) for _ in range(ROUNDS)]) > 0.58
