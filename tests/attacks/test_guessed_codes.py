"""Guessing the six digits: by hand, in parallel, over many attempts, and with what is no code at all."""

from datetime import timedelta

from attacks.adversary import (
    BEHIND_A_PROXY,
    CODE_VERIFY,
    address,
    exchange,
    from_network,
    request,
    verify_code,
    volley,
    wrong_code,
)
from gatepass.applications.model import ApplicationType, Registration
from gatepass.audit.queries import story_of_attempt
from gatepass.kit.secrets import hash_token
from gatepass.login import store as attempts
from support.client import BASE, Client, MailInDevelopment
from support.gatepass_server import RunningServer, ServerFactory

ADDRESS = "victim@example.com"
_HOUR = 3600


def begin(client: Client, to: str = ADDRESS) -> tuple[str, MailInDevelopment]:
    before = len(client.mails(to))
    return client.send(to)["state"], client.wait_for_mail(to, before + 1)


def failures(server: RunningServer, state: str) -> int:
    return int(server.read(lambda tx: attempts.find_by_state(tx, hash_token(state))).failures)


def test_an_attempt_dies_after_five_wrong_codes(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    said = [client.verify_code(state, wrong_code(mail.code, n)).json() for n in range(1, 6)]
    assert [answer["error_code"] for answer in said] == ["wrong_code"] * 4 + ["too_many_wrong_codes"]
    for left, answer in zip((4, 3, 2), said, strict=False):
        assert answer["message"].endswith(f" {left} tries left.")
    assert said[3]["message"].endswith(" 1 try left.")
    assert client.verify_code(state, mail.code).json()["error_code"] == "attempt_ended"
    assert client.verify_link(mail).json()["error_code"] == "attempt_ended"
    assert client.press(mail, code=mail.code).status_code == 410
    assert client.status(state).json()["error_code"] == "attempt_ended"
    attempt = server.read(lambda tx: attempts.find_by_state(tx, hash_token(state)))
    assert server.read(lambda tx: story_of_attempt(tx, attempt.id))[-1].kind == "login.attempt.exhausted"


def test_the_right_code_behind_two_hundred_parallel_guesses_is_refused(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    guesses = [verify_code(client, state, wrong_code(mail.code, n)) for n in range(1, 200)]
    answers = volley(client, [*guesses, verify_code(client, state, mail.code)])
    codes = [answer.json()["error_code"] for answer in answers]
    assert {answer.status for answer in answers} == {400}
    assert codes.count("wrong_code") == 4
    assert set(codes) == {"wrong_code", "too_many_wrong_codes", "attempt_ended"}
    assert failures(server, state) == 5


def test_a_resend_gives_no_new_tries(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    for number in range(1, 5):
        assert client.verify_code(state, wrong_code(mail.code, number)).json()["error_code"] == "wrong_code"
    assert client.post(f"{BASE}/resend", {"state": state}).status_code == 200
    fresh = client.wait_for_mail(ADDRESS, 2)
    assert client.verify_code(state, wrong_code(fresh.code)).json()["error_code"] == "too_many_wrong_codes"
    assert client.verify_code(state, fresh.code).json()["error_code"] == "attempt_ended"


def test_an_address_takes_twenty_guesses_an_hour_over_all_attempts(server: RunningServer) -> None:
    client = server.client
    for _ in range(5):
        state, mail = begin(client)
        for number in range(1, 5):
            assert client.verify_code(state, wrong_code(mail.code, number)).json()["error_code"] == "wrong_code"
    state, mail = begin(client)
    refused = client.verify_code(state, mail.code)
    assert (refused.status_code, refused.json()["error_code"]) == (429, "too_many_guesses")
    assert 1 <= int(refused.headers["retry-after"]) <= _HOUR
    assert failures(server, state) == 0
    other_state, other_mail = begin(client, "other@example.com")
    assert client.verify_code(other_state, other_mail.code).status_code == 200
    assert client.verify_link(mail).status_code == 200, "a guesser must not lock the owner's link out"
    server.clock.move(timedelta(seconds=int(refused.headers["retry-after"])))
    state, mail = begin(client)
    assert client.verify_code(state, mail.code).status_code == 200


def test_guesses_at_many_attempts_at_once_are_not_more_than_twenty(server: RunningServer) -> None:
    client = server.client
    states = [client.send(ADDRESS)["state"] for _ in range(16)]
    # As to any guesser, the codes are not known here; one run in some fifteen thousand hits one of them.
    answers = volley(client, [verify_code(client, state, f"{n:06d}") for n in range(4) for state in states])
    judged = [answer for answer in answers if answer.status != 429]
    assert len(judged) == 20, sorted(answer.status for answer in answers)
    assert sum(failures(server, state) for state in states) == 20


def test_guesses_on_the_landing_page_are_the_same_guesses(start_server: ServerFactory) -> None:
    server = start_server(BEHIND_A_PROXY)
    client = server.client
    state, mail = begin(client)
    reader = from_network(client, "203.0.113.9")
    for number in range(1, 4):
        assert reader.press(mail, code=wrong_code(mail.code, number)).status_code == 400
    assert client.verify_code(state, wrong_code(mail.code, 4)).json()["error_code"] == "wrong_code"
    assert "This sign-in was stopped" in reader.press(mail, code=wrong_code(mail.code, 5)).text
    assert reader.press(mail, code=mail.code).status_code == 410
    assert failures(server, state) == 5


def test_what_can_be_no_code_is_refused_and_not_counted(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    for typed in (
        "",
        "12345",
        "1234567",
        "abcdef",
        "12345a",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\u0660\u0661\u0662\u0663\u0664\u0665",
        "-12345",
        "1e5000",
        "0x1234",
        "9" * 5000,
    ):
        answer = client.verify_code(state, typed)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")
    for value in (None, 123456, ["123456"], {"$ne": ""}, True):
        answer = client.post(CODE_VERIFY, {"state": state, "otp": value})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")
    assert failures(server, state) == 0
    spaced = f" {mail.code[:3]}\u00a0{mail.code[3:]} "
    assert client.verify_code(state, spaced).status_code == 200


def test_the_code_of_one_attempt_is_worth_nothing_for_another(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    other_state, other_mail = begin(client)
    elsewhere, _ = begin(client, "attacker@example.com")
    if other_mail.code != mail.code:
        assert client.verify_code(other_state, mail.code).json()["error_code"] == "wrong_code"
    assert client.verify_code(elsewhere, mail.code).json()["error_code"] == "wrong_code"
    assert client.verify_code(state, mail.code).status_code == 200


def test_the_code_of_one_application_is_worth_nothing_in_another(server: RunningServer) -> None:
    client = server.client
    other = server.register(Registration("Forum", ApplicationType.SPA))
    state, mail = begin(client)
    other_state, _ = begin(other)
    assert other.verify_code(state, mail.code).json()["error_code"] == "invalid_state"
    assert other.verify_code(other_state, mail.code).json()["error_code"] == "wrong_code"
    body = {"state": state, "otp": mail.code, "client_id": client.client_id}
    mixed = exchange(other, request(other, "POST", address(other, CODE_VERIFY), body))
    assert mixed.json()["error_code"] == "invalid_state", "the query names the application, not the body"
    assert failures(server, state) == 0
    assert client.verify_code(state, mail.code).status_code == 200


def test_an_unknown_state_counts_against_nobody_and_says_so(server: RunningServer) -> None:
    client = server.client
    for state in ("", "0" * 24, "x", "0" * 5000, "' OR 1=1 --", "\u0000"):
        answer = client.verify_code(state, "123456")
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_state")
