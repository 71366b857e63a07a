"""From settings to the way out."""

from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.mail.smtp_url import parse_smtp_url
from gatepass.outbox.message import deliverable
from gatepass.outbox.model import Transport
from gatepass.outbox.settings import OutboxSettings
from gatepass.outbox.transports.dev_mailbox import DevMailbox
from gatepass.outbox.transports.smtp import SmtpTransport


def sender_address(settings: OutboxSettings, host: str) -> str:
    """Return the address that mails come from.

    Args:
        settings: may name it.
        host: the host of the public URL, which names it otherwise.
    """
    return settings.mail_from or f"no-reply@{host.strip('[]')}"


def open_transport(settings: OutboxSettings, host: str, *, db: Database, clock: Clock) -> Transport:
    """Return the way out that the settings name: the mail server, or the development mailbox where none is set.

    Raises:
        ValueError: the mail server's URL can't be read; the text does not hold its password.
    """
    if not settings.smtp_url:
        return DevMailbox(db, clock)
    return SmtpTransport(
        parse_smtp_url(settings.smtp_url),
        sender=deliverable(sender_address(settings, host)),
        host=host,
        timeout=settings.send_timeout.total_seconds(),
    )
