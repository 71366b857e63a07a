"""The e-mail message itself: headers that nobody can add to, and two forms of the same words.

Messages have one fixed form, so they are written out here: the standard library's way builds a class and a parse tree
for every header and costs ten times as much as all the rest of a delivery together. What is hard (encoded words,
quoted-printable, addresses) stays with libraries.
"""

import binascii
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, quote
from typing import Final, Literal

from email_validator import EmailNotValidError, validate_email

from gatepass.outbox.model import Message, RenderedMail
from gatepass.outbox.rules import LONGEST_SUBJECT, header_text, single_line

_LONGEST_NAME: Final = 70
_LONGEST_LINE: Final = 76
# The library refuses names of private networks (localhost, .local); the mail servers there take them.
_PUBLIC: Final = ".example.com"
_URL: Final = re.compile(r"https?://[^\s<>\"']+")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+|[^\s<>]+@[^\s<>]+")
_CODE: Final = re.compile(r"(?<![\w-])(\d{3,4})[ \u00a0]?(\d{3,4})(?![\w-])")


class AddressFault(ValueError):
    """Raised when an address is none that mail can go to."""


@dataclass(frozen=True, slots=True)
class Headers:
    """What a message's headers say besides its subject.

    Args:
        sender: the address that it comes from.
        sender_name: the name beside it, as the operator or a customer wrote it; may be empty.
        recipient: the stored address.
        message_id: fixed when the mail was ordered.
        written_at: when the mail was ordered.
    """

    sender: str
    sender_name: str
    recipient: str
    message_id: str
    written_at: datetime


def deliverable(address: str) -> str:
    """Return the address in the form that goes over the wire: its domain in ASCII, its local part as stored.

    Raises:
        AddressFault: it is no address; the text does not repeat it.
    """
    try:
        parts = validate_email(address + _PUBLIC, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError as error:
        raise AddressFault("The address is none that mail can go to.") from error
    return f"{parts.local_part}@{parts.ascii_domain.removesuffix(_PUBLIC)}"


def build_message(mail: RenderedMail, headers: Headers) -> Message:
    """Build the message: RFC 5322 headers, RFC 3834 marks, text and HTML.

    Raises:
        AddressFault: the sender or the recipient is no address.
    """
    sender = deliverable(headers.sender)
    if not sender.isascii():
        raise AddressFault("The sender's address must be ASCII, so that every server takes mail from it.")
    name = header_text(headers.sender_name, longest=_LONGEST_NAME)
    return Message(
        sender_name=name,
        sender=sender,
        recipient=deliverable(headers.recipient),
        subject=header_text(mail.subject, longest=LONGEST_SUBJECT),
        headers={
            "Date": format_datetime(headers.written_at),
            "Message-ID": headers.message_id,
            "Auto-Submitted": "auto-generated",  # RFC 3834 §5.1: no holiday replies, please
            "X-Auto-Response-Suppress": "All",
        },
        text=mail.text,
        html=mail.html,
    )


def as_bytes(message: Message) -> bytes:
    """Write the message out for the wire: seven bits throughout, so that no server on the way has to rewrite it.

    The one exception is a recipient whose local part is not ASCII; its message goes to servers with SMTPUTF8 alone.
    """
    boundary = f"=_{secrets.token_hex(16)}"
    head = {
        "From": _mailbox(message.sender_name, message.sender),
        "To": message.recipient,
        "Subject": _unstructured("Subject", message.subject),
        **message.headers,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    lines = [f"{name}: {_checked(value)}" for name, value in head.items()]
    parts = [_part(message.text, "plain"), _part(message.html, "html")]
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"--%b--\r\n" % boundary.encode()


def _mailbox(name: str, address: str) -> str:
    if not name:
        return address
    phrase = f'"{quote(name)}"' if name.isascii() else _unstructured("From", name)
    return f"{phrase}\r\n <{address}>" if len(phrase) + len(address) > _LONGEST_LINE - 9 else f"{phrase} <{address}>"


def _unstructured(name: str, value: str) -> str:
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, maxlinelen=_LONGEST_LINE, header_name=name).encode(linesep="\r\n")


def _checked(value: str) -> str:
    # The last look before the wire, wherever the value came from: a header is one line, or folded by our own hand.
    unfolded = value.replace("\r\n ", " ")
    if unfolded != single_line(unfolded):
        raise AddressFault("A header would end before its end.")
    return value


def _part(content: str, kind: Literal["plain", "html"]) -> bytes:
    unix = content.replace("\r\n", "\n").replace("\r", "\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + binascii.b2a_qp(unix.encode()).replace(b"\n", b"\r\n")


def links_in(text: str) -> list[str]:
    """List the web addresses of a text, in order, each once."""
    return list(dict.fromkeys(url.rstrip(".,;:!?)") for url in _URL.findall(text)))


def code_in(text: str) -> str | None:
    """Find the code of six to eight digits of a text; digits inside a link or a mail address are none."""
    match = _CODE.search(_ADDRESS.sub(" ", text))
    return match[1] + match[2] if match else None
