"""The outbox's settings."""

from dataclasses import dataclass, field
from datetime import timedelta

from gatepass.kit.mail.smtp_url import parse_smtp_url
from gatepass.kit.secrets import Secret


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """How messages leave."""

    smtp_url: Secret | None = field(
        default=None,
        metadata={
            "doc": "The mail server: smtp://, smtp+starttls:// or smtps://user:password@host:port; a query of "
            "starttls=required, opportunistic or never overrides the default (required where a password is given)."
        },
    )
    mail_from: str | None = field(
        default=None,
        metadata={"doc": "The address that mails come from; no-reply@ the public URL's host where none is set."},
    )
    connections: int = field(
        default=4, metadata={"doc": "How many connections to the mail server are used side by side."}
    )
    send_timeout: timedelta = field(
        default=timedelta(seconds=20),
        metadata={"doc": "How long the mail server may take over one mail, connecting included."},
    )
    lease: timedelta = field(
        default=timedelta(seconds=60),
        metadata={
            "doc": "How long a worker may hold messages that it has claimed; after a crash they wait this long. Longer "
            "than the send timeout."
        },
    )
    retry_first: timedelta = field(
        default=timedelta(seconds=5),
        metadata={"doc": "How long a mail waits after its first failure; each further failure doubles it."},
    )
    retry_longest: timedelta = field(
        default=timedelta(minutes=4), metadata={"doc": "The longest wait between two tries of one mail."}
    )
    attempts: int = field(
        default=400,
        metadata={
            "doc": "After how many failures of its own a mail is given up; an unreachable server is not counted."
        },
    )
    keep_sent: timedelta = field(
        default=timedelta(days=7),
        metadata={"doc": "How long the record of a sent or expired message is kept, without its content."},
    )
    keep_dead: timedelta = field(
        default=timedelta(days=30), metadata={"doc": "How long a message that was given up is kept, sealed."}
    )

    def faults(self) -> list[str]:
        """Name every contradiction in a sentence; none when the settings can be used."""
        found = []
        if self.lease <= self.send_timeout:
            found.append("The outbox lease must be longer than its send timeout.")
        if not 1 <= self.connections <= 64:  # noqa: PLR2004 - said in the sentence
            found.append("The outbox needs between 1 and 64 connections to the mail server.")
        if self.attempts < 1:
            found.append("A mail needs at least one attempt.")
        if not timedelta(0) < self.retry_first <= self.retry_longest:
            found.append("The first wait between two tries of a mail must be positive and no longer than the longest.")
        try:
            if self.smtp_url is not None:
                parse_smtp_url(self.smtp_url)
        except ValueError as fault:
            found.append(str(fault))
        return found
