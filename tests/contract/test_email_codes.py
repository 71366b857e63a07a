"""The documented calls of codes by e-mail (entries 5 to 7), body for body, in both spellings, over real sockets."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
import pytest

from contract.shapes import ID, fits
from gatepass.applications.model import EmailCodePolicy, MethodPolicies
from support.client import Client
from support.gatepass_server import SHOP, RunningServer, ServerFactory
from support.smtp import ReceivedMail, SmtpSink

BASE = "/api/v1/auth/passwordless"
SPELLINGS = ("magic-otp", "email-otp")
ANA = "ana@example.com"
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_ENVELOPE: dict[str, Any] = {
    "authenticated": True, "access_token": _JWT, "refresh_token": str, "token_type": "Bearer", "expires_at": datetime,
    "profile": {
        "id": ID, "account_id": ID, "connection_type": str, "email": ANA, "first_name": str, "last_name": str,
        "created_at": datetime, "modified_at": datetime, "is_active": True, "LastLoginAt": datetime,
    },
}  # fmt: skip
_BY_CODE = replace(SHOP, methods=MethodPolicies(offered=("one_time_code",)))

each_spelling = pytest.mark.parametrize("spelling", SPELLINGS)


@pytest.fixture
def shop(start_server: ServerFactory, smtp_sink: SmtpSink) -> RunningServer:
    """A server whose application signs people in by code, with a real mail server."""
    return start_server({"GATEPASS_SMTP_URL": smtp_sink.url}, registration=_BY_CODE)


def send(client: Client, spelling: str = "magic-otp", **body: Any) -> httpx2.Response:
    return client.post(f"{BASE}/{spelling}/send", {"email": ANA, **body})


def last_line(mail: ReceivedMail) -> str:
    return mail.text.rstrip().splitlines()[-1]


@each_spelling
def test_05_send_answers_the_state_and_a_mail_arrives_that_has_a_code_and_no_link(
    shop: RunningServer, smtp_sink: SmtpSink, spelling: str
) -> None:
    answer = send(shop.client, spelling)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), {"state": ID})
    (mail,) = smtp_sink.wait(to=ANA)
    assert (mail.subject, mail.links) == ("Your code for Shop", [])
    assert mail.code is not None
    assert re.search(rf"^ +{mail.code}$", mail.text, re.MULTILINE), "in one piece, to be copied"
    assert f">{mail.code}<" in mail.html
    assert last_line(mail) == f"@localhost #{mail.code}"


def test_05_what_is_no_address_is_refused(shop: RunningServer) -> None:
    answer = send(shop.client, email="nobody")
    assert (answer.status_code, answer.json()["error_code"], answer.json()["code"]) == (400, "invalid_email", 1008)


def test_05_an_application_may_have_the_code_in_the_subject_and_on_its_own_host(
    shop: RunningServer, smtp_sink: SmtpSink
) -> None:
    policy = EmailCodePolicy(digits=8, has_code_in_subject=True)
    told = shop.register(replace(_BY_CODE, methods=MethodPolicies(("one_time_code",), policy)))
    told.http.headers["origin"] = "https://shop.test"
    assert send(told).status_code == 200
    (mail,) = smtp_sink.wait(to=ANA)
    assert mail.code is not None
    assert (len(mail.code), mail.subject) == (8, f"{mail.code} is your code for Shop")
    assert last_line(mail) == f"@shop.test #{mail.code}"


@each_spelling
def test_05_where_codes_are_not_offered_none_is_sent(shop: RunningServer, smtp_sink: SmtpSink, spelling: str) -> None:
    by_link = shop.register(replace(SHOP, methods=MethodPolicies(offered=("magic_link",))))
    for answer in (send(by_link, spelling), by_link.post(f"{BASE}/{spelling}/resend", {"state": "0" * 24})):
        assert (answer.status_code, answer.json()["error_code"]) == (403, "method_closed")
    assert smtp_sink.mails == []


@each_spelling
def test_06_resend_answers_an_empty_object_and_the_newest_code_counts(
    shop: RunningServer, smtp_sink: SmtpSink, spelling: str
) -> None:
    client, state = shop.client, send(shop.client).json()["state"]
    smtp_sink.wait(to=ANA)
    answer = client.post(f"{BASE}/{spelling}/resend", {"state": state})
    assert (answer.status_code, answer.json()) == (200, {})
    old, new = (mail.code for mail in smtp_sink.wait(2, to=ANA))
    if old != new:
        assert client.verify_code(state, str(old)).json()["error_code"] == "wrong_code"
    assert client.verify_code(state, str(new)).status_code == 200
    over = client.post(f"{BASE}/{spelling}/resend", {"state": state})
    assert (over.status_code, over.json()["error_code"]) == (400, "already_used")


def test_06_an_unknown_state_is_refused(shop: RunningServer) -> None:
    answer = shop.client.post(f"{BASE}/email-otp/resend", {"state": "0" * 24})
    assert (answer.status_code, answer.json()["error_code"], answer.json()["code"]) == (400, "invalid_state", 1009)


@each_spelling
def test_07_verify_answers_the_flat_envelope_with_a_profile(
    shop: RunningServer, smtp_sink: SmtpSink, spelling: str
) -> None:
    state = send(shop.client).json()["state"]
    (mail,) = smtp_sink.wait(to=ANA)
    answer = shop.client.post(f"{BASE}/{spelling}/verify", {"state": state, "otp": mail.code})
    assert answer.status_code == 200, answer.text
    fits(answer.json(), _ENVELOPE)


def test_07_a_code_of_another_length_is_no_guess(shop: RunningServer, smtp_sink: SmtpSink) -> None:
    state = send(shop.client).json()["state"]
    (mail,) = smtp_sink.wait(to=ANA)
    answer = shop.client.verify_code(state, f"{mail.code}0")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")
    assert shop.client.verify_code(state, str(mail.code)).status_code == 200
