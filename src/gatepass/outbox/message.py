"""The e-mail message itself: headers that nobody can add to, and two forms of the same words."""

import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal

from email_validator import EmailNotValidError, validate_email

from gatepass.outbox.model import RenderedMail
from gatepass.outbox.rules import header_text

# Seven bits throughout, so that no server on the way has a reason to rewrite the message.
_POLICY: Final = policy.SMTP.clone(cte_type="7bit")
_LONGEST_NAME: Final = 70
_URL: Final = re.compile(r"https?://[^\s<>\"']+")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+|[^\s<>]+@[^\s<>]+")
_CODE: Final = re.compile(r"(?<![\w-])(\d{3})[ \u00a0]?(\d{3})(?![\w-])")


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
        parts = validate_email(
            address,
            check_deliverability=False,
            allow_quoted_local=True,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise AddressFault("The recipient is not an address that mail can go to.") from error
    return f"{parts.local_part}@{parts.ascii_domain}"


def build_message(mail: RenderedMail, headers: Headers) -> EmailMessage:
    """Build the message: RFC 5322 headers, RFC 3834 marks, text and HTML as alternatives.

    Raises:
        AddressFault: the sender or the recipient is no address.
    """
    message = EmailMessage(policy=_POLICY)
    local, _, domain = deliverable(headers.sender).rpartition("@")
    name = header_text(headers.sender_name, longest=_LONGEST_NAME)
    message["From"] = Address(display_name=name, username=local, domain=domain)
    local, _, domain = deliverable(headers.recipient).rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(headers.written_at)
    message["Message-ID"] = headers.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5.1: no holiday replies, please
    message["X-Auto-Response-Suppress"] = "All"
    message.make_alternative()
    message.attach(_part(mail.text, "plain"))
    message.attach(_part(mail.html, "html"))
    message["MIME-Version"] = "1.0"
    return message


def _part(content: str, kind: Literal["plain", "html"]) -> EmailMessage:
    # Encoded in C: the email package's own way tries several encodings in Python and costs thirty times as much.
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(content.encode()).decode("ascii"))
    return part


def text_of(message: EmailMessage) -> tuple[str, str]:
    """Return a message's text and HTML, empty where it has none."""
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = ("" if part is None else str(part.get_content()) for part in found)
    return plain.replace("\r\n", "\n"), html.replace("\r\n", "\n")


def links_in(text: str) -> list[str]:
    """List the web addresses of a text, in order, each once."""
    return list(dict.fromkeys(url.rstrip(".,;:!?)") for url in _URL.findall(text)))


def code_in(text: str) -> str | None:
    """Find the six-digit code of a text; digits inside a link or a mail address are none."""
    match = _CODE.search(_ADDRESS.sub(" ", text))
    return match[1] + match[2] if match else None
