"""Somebody who guesses for days: the hour's bound is not enough, a hundred wrong codes in a row close the codes."""

from datetime import timedelta

from gatepass.login.rules import MOST_GUESSES_IN_A_ROW
from support.gatepass_server import RunningServer

ADDRESS = "ana@example.com"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def guess_until_closed(server: RunningServer) -> int:
    """Guess five times an attempt and twenty times an hour, as the limits allow; return how many were judged."""
    judged = mails = 0
    for _ in range(8):
        for _ in range(4):
            state = server.client.send(ADDRESS)["state"]
            mails += 1
            code = wrong(server.client.wait_for_mail(ADDRESS, mails).code)
            for _ in range(5):
                error = server.client.verify_code(state, code).json()["error_code"]
                if error == "codes_closed":
                    return judged
                assert error in {"wrong_code", "too_many_wrong_codes"}
                judged += 1
        server.clock.move(timedelta(hours=1, seconds=1))
    return judged


def test_a_hundred_wrong_codes_in_a_row_close_the_codes_until_a_link_signs_in(server: RunningServer) -> None:
    client = server.client
    assert guess_until_closed(server) == MOST_GUESSES_IN_A_ROW
    server.clock.move(timedelta(hours=2))
    before = len(client.mails(ADDRESS))
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS, min(before + 1, 100))
    refused = client.verify_code(state, mail.code)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "codes_closed")
    client.verify_link(mail)
    assert client.status(state).json()["authenticated"] is True
    state = client.send(ADDRESS)["state"]
    again = client.wait_for_mail(ADDRESS, min(before + 2, 100))
    assert client.verify_code(state, again.code).status_code == 200
