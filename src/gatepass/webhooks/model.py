"""What an endpoint is, what is on its way to it, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

EVERY_KIND: Final = "*"
"""Stands for all kinds of events."""
QUEUED: Final = "webhooks.queued"
"""The topic under which deliveries that may go out are announced in this process."""


class Style(StrEnum):
    """How messages are signed."""

    STANDARD = "standard"
    DOCUMENTED = "documented"


class StopReason(StrEnum):
    """Why nothing is sent to an endpoint."""

    NONE = ""
    OPERATOR = "operator"
    GONE = "gone"
    FAILING = "failing"
    ORGANIZATION = "organization"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint as its operators see it; neither its address nor its secret can be had from here.

    Args:
        id: its id.
        organization_id: the organization whose events it is told, alone; empty where it is told all.
        url_shown: its address without what may be secret in it.
        description: what it is for.
        kinds: the kinds and families that it is told; `*` stands for all.
        style: how its messages are signed.
        previous_until: how long the secret before signs along; None where there was none.
        is_active: whether events are sent.
        stop_reason: why not, where they are not.
        position: the place in the record up to which its events have been queued.
        failures: how many tries failed since the last success.
        failing_since: when the first of them did; None where it is in good health.
        succeeded_at: when a try last succeeded.
        created_at: when it was set up.
        modified_at: when an operator last changed it.
    """

    id: str
    organization_id: str
    url_shown: str
    description: str
    kinds: tuple[str, ...]
    style: Style
    previous_until: datetime | None
    is_active: bool
    stop_reason: StopReason
    position: int
    failures: int
    failing_since: datetime | None
    succeeded_at: datetime | None
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an endpoint is to be, with every value as it was sent.

    Args:
        unverified_url: where events go.
        description: what it is for.
        unverified_kinds: the kinds and families that it wants.
        style: how its messages are signed.
    """

    unverified_url: str
    description: str
    unverified_kinds: tuple[str, ...]
    style: Style


@dataclass(frozen=True, slots=True)
class Change:
    """What of an endpoint is to be another; None leaves a part as it is.

    Args:
        unverified_url: where events go.
        description: what it is for.
        unverified_kinds: the kinds and families that it wants.
        style: how its messages are signed.
        is_active: whether events are sent.
    """

    unverified_url: str | None = None
    description: str | None = None
    unverified_kinds: tuple[str, ...] | None = None
    style: Style | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint as its sender needs it, sealed."""

    id: str
    style: Style
    url_sealed: bytes
    secret_sealed: bytes
    previous_sealed: bytes | None
    previous_until: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """An endpoint as the dispatcher needs it: what it wants, and how far it is."""

    id: str
    organization_id: str
    kinds: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Due:
    """An endpoint for which something is due, and how many tries in a row failed there."""

    id: str
    failures: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker has claimed until its lease ends."""

    id: str
    endpoint_id: str
    event_id: str
    sequence: int
    attempts: int
    lease: str
    due_at: datetime
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out: the same body at every try, headers with the moment and the signatures of this one."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a receiver.

    Args:
        status: the HTTP status; 0 where there was no answer.
        milliseconds: how long the try took.
        error: why it failed, in a sentence; empty where it succeeded.
        excerpt: the beginning of the answer's body.
        retry_after: how many seconds the receiver asks to be left alone; None where it does not say.
        is_final: whether no further try can succeed, through no fault of the receiver.
    """

    status: int
    milliseconds: int
    error: str = ""
    excerpt: str = ""
    retry_after: int | None = None
    is_final: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the receiver took the message."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint, for the log.

    Its `queued_at` is when it was last put into the queue: when it came, or when somebody had it sent again.
    """

    id: str
    event_id: str
    kind: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    created_at: datetime
    queued_at: datetime
    finished_at: datetime | None
    last_status: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery, for the log."""

    id: str
    at: datetime
    status: int
    milliseconds: int
    error: str
    answer: str
