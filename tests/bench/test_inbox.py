"""Mail goes through the sink into the inbox, and links come out."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from bench.inbox import Inbox, MailedLink, mailed_link, start_sink
from bench.processes import Cores

LINK = "https://bench.example/sign-in?client_id=cli_1&state=646616daf9a276fa9a6446a1&magictext=a%2Db"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Inbox]]:
    server = start_sink(tmp_path, core=Cores.available().load)
    yield server.port, server.inbox
    server.process.stop()


def mail(text: str, to: str = "person@mail.example") -> EmailMessage:
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = to, "gate@bench.example", "Sign in"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message


def test_a_mail_comes_out_as_its_address_and_the_query_of_its_link(sink: tuple[int, Inbox]) -> None:
    port, inbox = sink
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=10) as client:
        client.send_message(mail(f".a line that begins with a dot\n\n{LINK}\n\nGood bye"))
        client.send_message(mail(LINK, to="other@mail.example"))
    inbox.await_count(2)
    query = {"client_id": "cli_1", "state": "646616daf9a276fa9a6446a1", "magictext": "a-b"}
    assert inbox.take() == [MailedLink("person@mail.example", query), MailedLink("other@mail.example", query)]
    assert inbox.take() == []
    assert b"\r\n.a line that begins" in inbox.spool.read_bytes()


def test_a_code_beside_the_link_comes_out_in_one_piece() -> None:
    assert mailed_link(mail(f"{LINK}\n\nOr type this code:\n\n    482 915\n").as_bytes()).code == "482915"


def test_forgotten_mails_still_count(sink: tuple[int, Inbox]) -> None:
    port, inbox = sink
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=10) as client:
        client.send_message(mail(LINK))
    inbox.await_count(1)
    inbox.forget()
    assert (inbox.count, inbox.take()) == (1, [])


def test_a_mail_without_a_link_is_an_error() -> None:
    with pytest.raises(ValueError, match="without a magic link"):
        mailed_link(mail("nothing here").as_bytes())
