"""What waits in the outbox, what becomes of it, and what a transport must be able to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self
from urllib.parse import urlencode


class Kind(StrEnum):
    """How a message leaves."""

    MAIL = "mail"
    POST = "post"


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    EXPIRED = "expired"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class MailOrder:
    """A mail to be sent.

    Args:
        recipient: the stored address, already proven to be one.
        template: the name of the mail template, without its directory or ending.
        context: what the template and the subject need, JSON-able; `subject` and `app_name` are always in it.
        reason: the event that the mail tells, as `magic_link.requested`.
        application_id: whose brand it carries; None for the house's own mail.
        not_after: when its link or code has expired and the mail must not be sent any more.
        language: the tag of the language in which its reader gets it, from `language_of_mail`.
    """

    recipient: str
    template: str
    context: Mapping[str, object]
    reason: str
    application_id: str | None = None
    not_after: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class PostOrder:
    """An HTTP POST to be sent; whoever answers with a status of success has taken it over.

    Args:
        url: https (or, in development, http), without user information and fragment.
        body: as it goes out, the same at each try, so that what is in it must stay valid until `not_after`.
        content_type: of the body.
        reason: the event that it tells, as `session.ended`.
        application_id: the application that is told; None for the house's own.
        not_after: when it must not be sent any more.
        headers: what else belongs to the message; their names in lower case.
        attempts: after so many failures it is given up, after three at most where the receiver refuses it (4xx).
    """

    url: str
    body: bytes
    content_type: str
    reason: str
    application_id: str | None = None
    not_after: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 8

    @classmethod
    def of_form(
        cls,
        url: str,
        fields: Mapping[str, str],
        *,
        reason: str,
        application_id: str | None = None,
        not_after: datetime | None = None,
    ) -> Self:
        """Make an order whose body is a form, as back-channel logout wants it (OIDC Back-Channel Logout 1.0 §2.5)."""
        body = urlencode(fields).encode()
        return cls(url, body, "application/x-www-form-urlencoded", reason, application_id, not_after)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message that one worker has claimed: nobody else touches it before `due_at`."""

    id: str
    reason: str
    recipient: str
    message_id: str
    payload: bytes
    created_at: datetime
    due_at: datetime
    not_after: datetime | None
    lease: str
    attempts: int
    application_id: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What the envelope of a mail holds once opened."""

    template: str
    context: dict[str, object]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the envelope of a post holds once opened."""

    url: str
    body: bytes
    content_type: str
    headers: dict[str, str]
    attempts: int


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """The words of a mail in its three forms."""

    subject: str
    text: str
    html: str


class Words(Protocol):
    """Writes mails."""

    async def written(self, letter: Letter, application_id: str | None) -> RenderedMail:
        """Return the words of a mail of an application; of the house's own where that is None."""
        ...


class OwnWords(Protocol):
    """Knows mails that customers wrote in the place of the house's."""

    async def find(self, letter: Letter, application_id: str | None) -> RenderedMail | None:
        """Return a customer's own mail; None where the house's words are to be used."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A finished e-mail for one recipient; every value is one line but the two bodies.

    Args:
        sender_name: the name beside the sender's address; may be empty.
        sender: the address in From, ASCII.
        recipient: the address in To and in the envelope.
        subject: the subject as a person reads it.
        headers: the remaining headers, ASCII.
        text: the plain form.
        html: the other form of the same words.
    """

    sender_name: str
    sender: str
    recipient: str
    subject: str
    headers: dict[str, str]
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The receiving server has taken the message over."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Its time passed while it waited."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """It is tried again later; `is_counted` is False where the fault is the line's, not the message's."""

    due_at: datetime
    error: str
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Dead:
    """It is not tried again until an operator says so."""

    error: str


Outcome = Sent | Expired | Postponed | Dead


class DeliveryFailure(Exception):
    """Raised by a transport that could not hand a message over; the text never shows to the recipient."""


class TemporaryFailure(DeliveryFailure):
    """This message was not taken now; later it may be."""


class Unreachable(TemporaryFailure):
    """Nothing can leave on this way now: the mail server, or a post's receiver, does not answer or refuses us."""


class Declined(TemporaryFailure):
    """The receiver does not want this message; a repeat seldom helps."""


class PermanentFailure(DeliveryFailure):
    """This message will never be taken."""


class Transport(Protocol):
    """Hands one message over."""

    async def send(self, message: Message) -> None:
        """Hand the message over to its recipient's side and return once somebody else is responsible for it.

        Raises:
            Unreachable: nothing can leave now.
            TemporaryFailure: this message may leave later.
            PermanentFailure: this message never will.
        """
        ...

    async def handshake(self) -> str:
        """Prove that messages can leave, without sending one, and say in a phrase where to.

        Raises:
            DeliveryFailure: they can't; the text says why.
        """
        ...

    async def close(self) -> None:
        """Finish with the other side politely."""
        ...


@dataclass(frozen=True, slots=True)
class DevMail:
    """A mail of the development mailbox."""

    id: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    links: list[str]
    code: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, as an operator sees it."""

    id: str
    reason: str
    recipient: str
    application_id: str | None
    attempts: int
    created_at: datetime
    finished_at: datetime
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The sign of life of one worker."""

    id: str
    host: str
    process: int
    started_at: datetime
    seen_at: datetime
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: how many messages, how many of them due, and since when the oldest one has been due."""

    waiting: int
    due: int
    oldest_due_at: datetime | None
    dead: int
