"""The attack: text that somebody controls brings line ends or encoded words into a mail's headers.

With one line end in a name, an application or an address, an attacker adds `Bcc:` and sends anything to anybody from
our server; with an encoded word the line end hides until the reader's program decodes it. Judged by what a real mail
server receives: the headers that we meant, once each, and one recipient.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatepass.kit.mail.smtp_url import parse_smtp_url
from gatepass.kit.secrets import KeyRing, MasterKey, Secret
from gatepass.outbox.flows import Outbox
from gatepass.outbox.message import AddressFault, Headers, build_message
from gatepass.outbox.model import MailOrder
from gatepass.outbox.rendering import MailTemplates
from gatepass.outbox.transports.smtp import SmtpTransport
from support.smtp import SmtpSink

pytestmark = pytest.mark.anyio

_HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]
_LINE_ENDS = [
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\n\t",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00\r\n",
    "%0d%0a",
]
_ENCODED = [
    "=?utf-8?q?x=0D=0ABcc:_all@victims.example?=",
    "=?utf-8?b?eA0KQmNjOiBhbGxAdmljdGltcy5leGFtcGxl?=",
    "=?us-ascii?q?x?=\r\n =?utf-8?q?=0ABcc:_all@victims.example?=",
    "=?utf-8?q?=22=3E_=3Cceo=40bank=2Eexample=3E?=",
]
_ATTACKS = [f"x{end}Bcc: all@victims.example{end}{end}<h1>owned</h1>" for end in [*_LINE_ENDS, "%0d%0a"]] + _ENCODED


@pytest.fixture
def templates(tmp_path: Path) -> MailTemplates:
    (tmp_path / "note.mjml").write_text(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{ app_name }} {{ device }}</mj-text></mj-column></mj-section>"
        "</mj-body></mjml>"
    )
    (tmp_path / "note.txt").write_text("{{ app_name }} {{ device }}")
    return MailTemplates(tmp_path)


@pytest.mark.parametrize("attack", _ATTACKS)
async def test_no_text_adds_a_header_or_a_recipient(smtp_sink: SmtpSink, templates: MailTemplates, attack: str) -> None:
    mail = templates.render("note", {"subject": attack, "app_name": attack, "device": attack})
    headers = Headers(
        "door@gatepass.test", attack, "ada@example.com", "<one@gatepass.test>", datetime(2030, 1, 1, tzinfo=UTC)
    )
    transport = SmtpTransport(
        parse_smtp_url(Secret(smtp_sink.url)), sender="door@gatepass.test", host="gatepass.test", timeout=5
    )
    await transport.send(build_message(mail, headers))
    await transport.close()

    [received] = smtp_sink.mails
    assert received.to == ["ada@example.com"]
    assert received.message.keys() == _HEADERS
    assert received.message["To"].addresses[0].addr_spec == "ada@example.com"
    assert [address.addr_spec for address in received.message["From"].addresses] == ["door@gatepass.test"]
    head, _, _ = received.raw.partition(b"\r\n\r\n")
    assert not [line for line in head.split(b"\r\n") if line.lower().lstrip().startswith(b"bcc")]
    assert "<h1>owned" not in received.html
    assert len(received.text.splitlines()) == 1
    # What the reader's program decodes is one line, and is not decoded a second time into something else.
    for name in ("Subject", "From"):
        shown = str(received.message[name])
        assert shown.isprintable()
        assert "=?" not in shown
        assert "ceo@bank.example" not in shown


@pytest.mark.parametrize(
    "address",
    [
        *(f"ada@example.com{end}Bcc: all@victims.example" for end in _LINE_ENDS),
        "ada@example.com, all@victims.example",
        "ada@example.com; all@victims.example",
        "ada@example.com> <all@victims.example",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "ada@example.com> SIZE=1\r\nRCPT TO:<all@victims.example",
        "=?utf-8?q?ada?=@example.com, all@victims.example",
        '"a\r\n"@example.com',
        "ada@example.com\u2028",
        "ada@exa\u202emple.com",
    ],
)
async def test_no_address_becomes_two_or_brings_a_header(templates: MailTemplates, address: str) -> None:
    mail = templates.render("note", {"subject": "s", "app_name": "a", "device": "d"})
    headers = Headers("door@gatepass.test", "a", address, "<one@gatepass.test>", datetime(2030, 1, 1, tzinfo=UTC))

    with pytest.raises(AddressFault):
        build_message(mail, headers)


async def test_an_address_with_a_line_end_is_refused_before_it_is_a_row() -> None:
    class _NoDatabase:
        """Fails whatever it is asked."""

    outbox = Outbox(KeyRing([MasterKey.generate()]), _NoClock(), "gatepass.test")
    order = MailOrder("ada@example.com\r\nBcc: all@victims.example", "note", {"subject": "s"}, "test.sent")

    with pytest.raises(ValueError, match="control characters"):
        await outbox.enqueue_mail(_NoDatabase(), order)  # type: ignore[arg-type] # it must not get that far


class _NoClock:
    """Is never asked."""

    def now(self) -> datetime:
        raise AssertionError
