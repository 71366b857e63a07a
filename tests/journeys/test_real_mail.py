"""The mail itself, as a real mail server takes it from the command line's server."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest

from support.client import BASE
from support.gatepass_server import ProcessFactory, ServerProcess
from support.smtp import SinkMaker, SmtpSink, make_tls

ON_SQLITE = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
QUICK = {"GATEPASS_OUTBOX_RETRY_FIRST": "1s"}


def verify(server: ServerProcess, link: str) -> httpx2.Response:
    """Make the documented call with what a mailed link carries."""
    return server.client.http.get(f"{BASE}/verify", params=dict(httpx2.URL(link).params))


def test_one_mail_carries_a_link_and_a_code_and_either_dies_with_the_other(
    start_process: ProcessFactory, smtp_sink: SmtpSink
) -> None:
    server = start_process({"GATEPASS_SMTP_URL": smtp_sink.url})
    state = server.client.send("ana@example.com")["state"]
    mail = smtp_sink.wait(to="ana@example.com")[0]
    assert verify(server, mail.link).status_code == 200
    assert server.client.status(state).json()["user"]["email"] == "ana@example.com"
    assert server.client.verify_code(state, str(mail.code)).json()["error_code"] == "already_used"
    state = server.client.send("ben@example.com")["state"]
    mail = smtp_sink.wait(to="ben@example.com")[0]
    assert server.client.verify_code(state, str(mail.code)).status_code == 200
    assert verify(server, mail.link).json()["error_code"] == "already_used"


@ON_SQLITE
def test_the_mail_has_the_headers_and_parts_of_a_good_mail(start_process: ProcessFactory, smtp_sink: SmtpSink) -> None:
    server = start_process({"GATEPASS_SMTP_URL": smtp_sink.url, "GATEPASS_MAIL_FROM": "door@gatepass.example"})
    server.client.send("ana@example.com")
    mail = smtp_sink.wait()[0]
    assert mail.sender == "door@gatepass.example"
    assert mail.headers["From"] == "Shop <door@gatepass.example>"
    assert mail.headers["To"] == "ana@example.com"
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[0-9A-Za-z._-]+@[0-9A-Za-z.-]+>", mail.message_id)
    assert abs(parsedate_to_datetime(mail.headers["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert mail.message.get_content_type() == "multipart/alternative"
    for part in (mail.text, mail.html):
        assert mail.link.partition("?")[0] in part
        assert str(mail.code) in re.sub(r"\s|\xa0|&nbsp;|<[^>]+>", "", part)
        assert "Shop" in part
    assert mail.link.startswith(server.url + "/")
    assert all(len(line) <= 998 for line in mail.raw.split(b"\r\n"))


@ON_SQLITE
@pytest.mark.parametrize("is_implicit", [False, True], ids=["starttls", "smtps"])
def test_mail_leaves_under_tls_and_with_a_password(
    start_process: ProcessFactory, make_smtp_sink: SinkMaker, tmp_path: Path, is_implicit: bool
) -> None:
    sink = make_smtp_sink(tls=make_tls(tmp_path), implicit=is_implicit, with_login=True)
    url = sink.url if is_implicit else f"{sink.url}?starttls=required"
    server = start_process({"GATEPASS_SMTP_URL": url, "SSL_CERT_FILE": str(tmp_path / "certificate.pem")})
    server.client.send("ana@example.com")
    assert sink.wait(to="ana@example.com")[0].code
    assert "p/ss w:rd@1" not in server.log()


@ON_SQLITE
def test_mail_is_not_given_to_a_server_that_can_not_prove_its_name(
    start_process: ProcessFactory, make_smtp_sink: SinkMaker, tmp_path: Path
) -> None:
    sink = make_smtp_sink(tls=make_tls(tmp_path), implicit=True)
    server = start_process({"GATEPASS_SMTP_URL": sink.url, **QUICK})
    server.client.send("ana@example.com")
    with pytest.raises(AssertionError):
        sink.wait(seconds=2)
    assert "outbox.failed" in server.log()


@ON_SQLITE
def test_what_was_acknowledged_while_the_mail_server_was_away_comes_later(
    start_process: ProcessFactory, smtp_sink: SmtpSink
) -> None:
    server = start_process({"GATEPASS_SMTP_URL": smtp_sink.url, **QUICK})
    smtp_sink.hang_up()
    state = server.client.send("ana@example.com")["state"]
    assert server.client.status(state).json() == {"authenticated": False}
    smtp_sink.start(smtp_sink.port)
    mail = smtp_sink.wait(to="ana@example.com", seconds=30)[0]
    assert verify(server, mail.link).status_code == 200


@ON_SQLITE
def test_a_mail_that_was_put_off_comes_again_as_the_same(start_process: ProcessFactory, smtp_sink: SmtpSink) -> None:
    server = start_process({"GATEPASS_SMTP_URL": smtp_sink.url, **QUICK})
    smtp_sink.refuse("451 try again later", at="data")
    smtp_sink.drop(after_taking=True)
    server.client.send("ana@example.com")
    first, second = smtp_sink.wait(2, to="ana@example.com", seconds=30)
    assert first.message_id == second.message_id
    assert (first.text, first.html) == (second.text, second.html)
    assert verify(server, second.link).status_code == 200
