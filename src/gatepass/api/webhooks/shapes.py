"""Webhooks as JSON: what is answered, and what may be sent."""

from datetime import datetime
from typing import Annotated

import msgspec

from gatepass.webhooks.flows import Created
from gatepass.webhooks.model import Answer, Attempt, Change, Delivery, DeliveryState, Style, Webhook, Wishes

_LONGEST_OVERLAP = 30 * 24 * 60 * 60


class WebhookAnswer(msgspec.Struct, frozen=True):
    """A webhook; of its url nothing is shown that may be secret."""

    id: str
    organization_id: str | None
    url: str
    description: str
    events: tuple[str, ...]
    signature: Style
    is_active: bool
    stop_reason: str | None
    failures: int
    failing_since: datetime | None
    last_success_at: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class CreatedWebhook(WebhookAnswer, frozen=True, kw_only=True):
    """A webhook with a secret that was just made; it is shown this once."""

    secret: str


class NewWebhook(msgspec.Struct, frozen=True):
    """What a webhook is to be."""

    url: str
    events: list[str]
    description: str = ""
    signature: Style = Style.STANDARD
    organization_id: str = ""


class ChangedWebhook(msgspec.Struct, frozen=True):
    """What of a webhook is to be another; what is not sent stays."""

    url: str | None = None
    events: list[str] | None = None
    description: str | None = None
    signature: Style | None = None
    is_active: bool | None = None


class Rotation(msgspec.Struct, frozen=True):
    """For how long the secret before signs along, in seconds; 0 where it leaked."""

    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=_LONGEST_OVERLAP)] | None = None


class Resumption(msgspec.Struct, frozen=True):
    """Whether what was missed is left out."""

    skip_missed: bool = False


class TestAnswer(msgspec.Struct, frozen=True):
    """What came back from a receiver; the status is null where it did not answer."""

    delivered: bool
    status: int | None
    milliseconds: int
    error: str | None
    answer: str


class AttemptAnswer(msgspec.Struct, frozen=True):
    """One try, and what came back; the status is null where there was no answer."""

    at: datetime
    status: int | None
    milliseconds: int
    error: str | None
    answer: str


class DeliveryAnswer(msgspec.Struct, frozen=True):
    """One event on its way to one webhook; the id of the event is the id of the message."""

    id: str
    event_id: str
    event: str
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_error: str | None
    created_at: datetime
    queued_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None


class DeliveryStory(DeliveryAnswer, frozen=True, kw_only=True):
    """A delivery with every try, the oldest first."""

    tries: list[AttemptAnswer]


class Replayed(msgspec.Struct, frozen=True):
    """What is sent again: so many deliveries, or every event since the moment, as they are read from the record."""

    queued: int | None
    since: datetime | None = None


def wishes_of(body: NewWebhook) -> Wishes:
    """Return what a body asks for."""
    return Wishes(body.url, body.description.strip(), tuple(body.events), body.signature)


def change_of(body: ChangedWebhook) -> Change:
    """Return what a body changes."""
    description = None if body.description is None else body.description.strip()
    kinds = None if body.events is None else tuple(body.events)
    return Change(body.url, description, kinds, body.signature, body.is_active)


def answer_of(webhook: Webhook) -> WebhookAnswer:
    """Return a webhook as it is answered."""
    return WebhookAnswer(
        webhook.id,
        webhook.organization_id or None,
        webhook.url_shown,
        webhook.description,
        webhook.kinds,
        webhook.style,
        webhook.is_active,
        webhook.stop_reason or None,
        webhook.failures,
        webhook.failing_since,
        webhook.succeeded_at,
        webhook.previous_until,
        webhook.created_at,
        webhook.modified_at,
    )


def created_of(created: Created) -> CreatedWebhook:
    """Return a webhook with its new secret."""
    shown = msgspec.structs.asdict(answer_of(created.webhook))
    return CreatedWebhook(**shown, secret=created.secret.reveal())


def test_of(answer: Answer) -> TestAnswer:
    """Return what came back of a test."""
    return TestAnswer(
        answer.is_success, answer.status or None, answer.milliseconds, answer.error or None, answer.excerpt
    )


def delivery_of(delivery: Delivery) -> DeliveryAnswer:
    """Return a delivery as it is answered."""
    return DeliveryAnswer(
        delivery.id,
        delivery.event_id,
        delivery.kind,
        delivery.state,
        delivery.attempts,
        delivery.last_status or None,
        delivery.last_error or None,
        delivery.created_at,
        delivery.queued_at,
        delivery.due_at if delivery.state is DeliveryState.WAITING else None,
        delivery.finished_at,
    )


def story_of(delivery: Delivery, attempts: list[Attempt]) -> DeliveryStory:
    """Return a delivery with its tries."""
    tries = [
        AttemptAnswer(one.at, one.status or None, one.milliseconds, one.error or None, one.answer) for one in attempts
    ]
    return DeliveryStory(**msgspec.structs.asdict(delivery_of(delivery)), tries=tries)
