"""The code of a mail that holds nothing else: raced for, guessed over many attempts, and asked for in storms."""

from dataclasses import replace

from attacks.adversary import address, request, verify_code, volley, wrong_code
from gatepass.applications.model import EmailCodePolicy, MethodPolicies
from gatepass.kit.db import query
from support.client import Client, MailInDevelopment
from support.gatepass_server import SHOP, RunningServer, ServerFactory

BASE = "/api/v1/auth/passwordless/magic-otp"
AT_ONCE = 64
VICTIM = "victim@example.com"
_SESSIONS = query(int, "SELECT count(*) FROM sessions")
_MAILS = query(int, "SELECT count(*) FROM code_mails")
_KEPT = MethodPolicies(("one_time_code",), EmailCodePolicy(digits=8, keeps_code=True))
# In development a scale of exactly 1 would be widened.
_REAL_LIMITS = {"GATEPASS_LIMITS_SCALE": "0.999", "GATEPASS_LIMITS_SENDS_PER_NETWORK_AND_HOUR": "1000"}


def begin(client: Client) -> tuple[str, MailInDevelopment]:
    before = len(client.mails(VICTIM))
    state = str(client.post(f"{BASE}/send", {"email": VICTIM}).json()["state"])
    return state, client.wait_for_mail(VICTIM, before + 1)


def test_of_sixty_four_who_type_one_code_one_is_signed_in(server: RunningServer) -> None:
    client = server.client
    for won in (1, 2, 3):
        state, mail = begin(client)
        answers = volley(client, [verify_code(client, state, mail.code)] * AT_ONCE)
        assert sorted(answer.status for answer in answers) == [200] + [400] * (AT_ONCE - 1)
        assert {answer.json()["error_code"] for answer in answers if answer.status == 400} == {"already_used"}
        assert server.read(lambda tx: tx.one(_SESSIONS)) == won


def test_a_kept_code_that_is_mailed_while_it_is_typed_signs_in_once(start_server: ServerFactory) -> None:
    server = start_server(registration=replace(SHOP, methods=_KEPT))
    client = server.client
    state, mail = begin(client)
    resend = request(client, "POST", address(client, f"{BASE}/resend"), {"state": state})
    answers = volley(client, [verify_code(client, state, mail.code), resend] * (AT_ONCE // 2))
    assert sum(answer.status == 200 for answer in answers[::2]) == 1
    assert {answer.status for answer in answers} <= {200, 400, 429}
    assert {one.code for one in client.mails(VICTIM)} == {mail.code}
    assert client.verify_code(state, mail.code).json()["error_code"] == "already_used"


def test_a_repeated_mail_gives_a_kept_code_no_new_tries(start_server: ServerFactory) -> None:
    server = start_server(registration=replace(SHOP, methods=_KEPT))
    client = server.client
    state, mail = begin(client)
    for number in range(1, 5):
        wrong = f"{(int(mail.code) + number) % 10**8:08d}"
        assert client.verify_code(state, wrong).json()["error_code"] == "wrong_code"
    assert client.post(f"{BASE}/resend", {"state": state}).status_code == 200
    last = client.verify_code(state, f"{(int(mail.code) + 5) % 10**8:08d}")
    assert last.json()["error_code"] == "too_many_wrong_codes"
    assert client.verify_code(state, mail.code).json()["error_code"] == "attempt_ended"


def test_the_budget_of_an_address_is_one_for_codes_with_a_link_and_without(server: RunningServer) -> None:
    client = server.client
    for round_of in range(5):
        if round_of % 2:
            state, mail = begin(client)
        else:
            before = len(client.mails(VICTIM))
            state = client.send(VICTIM)["state"]
            mail = client.wait_for_mail(VICTIM, before + 1)
        for number in range(1, 5):
            assert client.verify_code(state, wrong_code(mail.code, number)).json()["error_code"] == "wrong_code"
    state, mail = begin(client)
    refused = client.verify_code(state, mail.code)
    assert (refused.status_code, refused.json()["error_code"]) == (429, "too_many_guesses")


def test_a_storm_of_sends_mails_an_address_no_more_than_its_share_even_after_a_restart(
    start_server: ServerFactory,
) -> None:
    server = start_server(_REAL_LIMITS)
    client = server.client
    send = request(client, "POST", address(client, f"{BASE}/send"), {"email": VICTIM})
    sent = sum(answer.status == 200 for answer in volley(client, [send] * AT_ONCE))
    assert sent == server.house.codes.mailer.most_mails_an_hour
    # What a restart does to the counters in memory.
    server.house.limiter._registers.clear()
    answers = volley(client, [send] * AT_ONCE)
    assert {answer.status for answer in answers} == {429}
    assert all(int(answer.header("retry-after") or 0) >= 1 for answer in answers)
    assert server.read(lambda tx: tx.one(_MAILS)) == sent
