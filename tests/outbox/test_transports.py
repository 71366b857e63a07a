"""Messages over real SMTP: what arrives, and what each way of failing is called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatepass.kit.mail.smtp_url import parse_smtp_url
from gatepass.kit.secrets import Secret
from gatepass.outbox.message import AddressFault, Headers, build_message, code_in, deliverable, links_in
from gatepass.outbox.model import PermanentFailure, RenderedMail, TemporaryFailure, Unreachable
from gatepass.outbox.transports.smtp import SmtpTransport
from outbox.house import HOST, SENDER
from support.smtp import SinkMaker, SmtpSink, TestTls, make_tls

pytestmark = pytest.mark.anyio

_MAIL = RenderedMail(subject="Grüße from Example", text="Open https://a.example/x.\nCode 123456\n.\n", html="<p>ä</p>")


def _headers(recipient: str = "ada@example.com", sender_name: str = "Examplé, Inc.") -> Headers:
    return Headers(SENDER, sender_name, recipient, "<one@gatepass.test>", datetime(2030, 1, 1, tzinfo=UTC))


def _transport(sink: SmtpSink, *, url: str = "", tls: TestTls | None = None, timeout: float = 5) -> SmtpTransport:
    address = parse_smtp_url(Secret(url or sink.url))
    return SmtpTransport(address, sender=SENDER, host=HOST, timeout=timeout, tls=tls.client if tls else None)


async def _send(transport: SmtpTransport, recipient: str = "ada@example.com") -> None:
    try:
        await transport.send(build_message(_MAIL, _headers(recipient)))
    finally:
        await transport.close()


async def test_a_message_arrives_with_its_headers_and_both_forms(smtp_sink: SmtpSink) -> None:
    await _send(_transport(smtp_sink))

    [mail] = smtp_sink.mails
    assert (mail.to, mail.sender) == (["ada@example.com"], SENDER)
    assert mail.headers | {"Content-Type": ""} == {
        "From": f'"Examplé, Inc." <{SENDER}>',
        "To": "ada@example.com",
        "Subject": "Grüße from Example",
        "Date": "Tue, 01 Jan 2030 00:00:00 +0000",
        "Message-ID": "<one@gatepass.test>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }
    assert mail.message.get_content_type() == "multipart/alternative"
    assert (mail.text, mail.html) == (_MAIL.text, _MAIL.html)
    assert (mail.link, mail.code) == ("https://a.example/x", "123456")
    assert mail.raw.isascii()


async def test_connections_are_used_again(smtp_sink: SmtpSink) -> None:
    transport = _transport(smtp_sink)
    for _ in range(5):
        await transport.send(build_message(_MAIL, _headers()))
    await transport.close()

    assert len(smtp_sink.mails) == 5
    assert smtp_sink.connections == 1


async def test_a_connection_that_the_server_closed_is_replaced(smtp_sink: SmtpSink) -> None:
    transport = _transport(smtp_sink)
    await transport.send(build_message(_MAIL, _headers()))
    smtp_sink.hang_up()
    smtp_sink.start(smtp_sink.port)

    await _send(transport)

    assert len(smtp_sink.mails) == 2


async def test_starttls_is_used_with_a_verified_certificate_and_a_login(
    make_smtp_sink: SinkMaker, tmp_path: Path
) -> None:
    tls = make_tls(tmp_path)
    sink = make_smtp_sink(tls=tls, with_login=True)
    transport = _transport(sink, url=f"{sink.url}?starttls=required", tls=tls)

    assert await transport.handshake() == f"127.0.0.1:{sink.port} as gatepass, encrypted"
    await _send(transport)

    assert len(sink.mails) == 1


async def test_smtps_is_used_with_a_login(make_smtp_sink: SinkMaker, tmp_path: Path) -> None:
    tls = make_tls(tmp_path)
    sink = make_smtp_sink(tls=tls, implicit=True, with_login=True)

    await _send(_transport(sink, tls=tls))

    assert len(sink.mails) == 1


async def test_a_login_without_tls_works_on_this_machine(make_smtp_sink: SinkMaker) -> None:
    sink = make_smtp_sink(with_login=True)

    await _send(_transport(sink))

    assert len(sink.mails) == 1


@pytest.mark.parametrize("implicit", [False, True])
async def test_a_certificate_that_nobody_vouches_for_lets_nothing_leave(
    make_smtp_sink: SinkMaker, tmp_path: Path, *, implicit: bool
) -> None:
    sink = make_smtp_sink(tls=make_tls(tmp_path), implicit=implicit)

    with pytest.raises(Unreachable, match="certificate"):
        await _send(_transport(sink))

    assert sink.mails == []


async def test_a_certificate_for_another_host_lets_nothing_leave(make_smtp_sink: SinkMaker, tmp_path: Path) -> None:
    tls = make_tls(tmp_path, address="192.0.2.1")
    sink = make_smtp_sink(tls=tls)

    with pytest.raises(Unreachable, match="certificate"):
        await _send(_transport(sink, tls=tls))


async def test_required_starttls_is_not_given_up_when_the_server_offers_none(smtp_sink: SmtpSink) -> None:
    with pytest.raises(Unreachable):
        await _send(_transport(smtp_sink, url=f"{smtp_sink.url}?starttls=required"))

    assert smtp_sink.mails == []


async def test_a_wrong_password_is_our_fault_and_not_the_mails(make_smtp_sink: SinkMaker) -> None:
    sink = make_smtp_sink(with_login=True)

    with pytest.raises(Unreachable, match="535") as refusal:
        await _send(_transport(sink, url=f"smtp://gatepass:wr0ng@127.0.0.1:{sink.port}"))

    assert "wr0ng" not in str(refusal.value)


async def test_a_server_that_is_not_there_is_unreachable(smtp_sink: SmtpSink) -> None:
    smtp_sink.hang_up()

    with pytest.raises(Unreachable):
        await _send(_transport(smtp_sink))
    with pytest.raises(Unreachable):
        await _transport(smtp_sink).handshake()


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ("550 5.1.1 no such mailbox", PermanentFailure),
        ("554 5.7.1 unwanted", PermanentFailure),
        ("451 4.7.1 greylisted", TemporaryFailure),
        ("452 4.2.2 full", TemporaryFailure),
        ("421 4.3.2 closing", Unreachable),
        ("530 5.7.0 log in first", Unreachable),
    ],
)
@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_a_refusal_is_called_by_what_it_means(
    smtp_sink: SmtpSink, reply: str, failure: type[Exception], at: str
) -> None:
    smtp_sink.refuse(reply, at="rcpt" if at == "rcpt" else "data")

    with pytest.raises(failure, match=reply[:3]) as refusal:
        await _send(_transport(smtp_sink))

    assert type(refusal.value) is failure


async def test_a_server_that_hangs_up_in_the_middle_is_a_temporary_failure(smtp_sink: SmtpSink) -> None:
    smtp_sink.drop()

    with pytest.raises(TemporaryFailure):
        await _send(_transport(smtp_sink))


async def test_a_server_that_does_not_answer_is_a_temporary_failure(smtp_sink: SmtpSink) -> None:
    smtp_sink.delay(2)

    with pytest.raises(TemporaryFailure):
        await _send(_transport(smtp_sink, timeout=0.2))


async def test_after_a_refusal_the_connection_goes_on_serving(smtp_sink: SmtpSink) -> None:
    transport = _transport(smtp_sink)
    smtp_sink.refuse("550 no")
    with pytest.raises(PermanentFailure):
        await transport.send(build_message(_MAIL, _headers()))

    await _send(transport)

    assert (len(smtp_sink.mails), smtp_sink.connections) == (1, 1)


async def test_an_address_beyond_ascii_is_sent_where_the_server_takes_it(smtp_sink: SmtpSink) -> None:
    await _send(_transport(smtp_sink), "rené@example.com")

    assert smtp_sink.mails[0].to == ["rené@example.com"]


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("Ada@example.com", "Ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada+tag@example.test", "ada+tag@example.test"),
        ("ada@localhost", "ada@localhost"),
        ("ada@mail.local", "ada@mail.local"),
        ('"a b"@example.com', '"a b"@example.com'),
    ],
)
def test_an_address_goes_over_the_wire_as_stored_with_its_domain_in_ascii(address: str, wire: str) -> None:
    assert deliverable(address) == wire


@pytest.mark.parametrize(
    "address", ["", "ada", "a@b@example.com", "ada@", "@example.com", "ada@ex ample.com", "a\n@b.c"]
)
def test_what_is_no_address_is_a_fault_that_does_not_repeat_it(address: str) -> None:
    with pytest.raises(AddressFault) as fault:
        deliverable(address)

    assert "ample" not in str(fault.value)


def test_links_and_the_code_are_found_in_a_text() -> None:
    text = "Open https://a.example/v/654321?x=1, or (http://b.example).\nCode: 123 456. Again https://a.example/v/654321?x=1"

    assert links_in(text) == ["https://a.example/v/654321?x=1", "http://b.example"]
    assert code_in(text) == "123456"
    assert code_in("As 654321@example.com type 123456") == "123456"
    assert code_in("123456789 and A123456 and https://a.example/123456") is None
