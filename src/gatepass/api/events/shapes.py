"""What an event looks like on the wire."""

from datetime import datetime

import msgspec

from gatepass.audit.model import Actor, Event
from gatepass.kit.client.devices import describe_agent


class ActorAnswer(msgspec.Struct, frozen=True):
    """Who did it; `acting_as` is the user in whose place, where an operator acts for one."""

    kind: str
    id: str
    name: str
    acting_as: str | None


class SubjectAnswer(msgspec.Struct, frozen=True):
    """The user whom it concerns."""

    id: str


class PlaceAnswer(msgspec.Struct, frozen=True):
    """Where the address is, as far as the server knows places; it proves nothing."""

    country: str | None
    city: str | None


class EventAnswer(msgspec.Struct, frozen=True):
    """An event. `sequence` is its place in the record, null for the moment until it is sealed."""

    id: str
    sequence: int | None
    kind: str
    family: str
    occurred_at: datetime
    actor: ActorAnswer | None
    subject: SubjectAnswer | None
    organization_id: str | None
    application_id: str | None
    address: str | None
    agent: str | None
    device: str | None
    place: PlaceAnswer | None
    trace_id: str | None
    outcome: str
    reason: str | None
    data: dict[str, str]


class KindAnswer(msgspec.Struct, frozen=True):
    """A kind of event, and what it means."""

    kind: str
    family: str
    meaning: str


class LogEntryAnswer(msgspec.Struct, frozen=True):
    """An event as the people of an organization read it."""

    city: str
    country: str
    created_at: datetime
    device: str
    event: str
    ip_address: str
    name: str
    os: str
    user_agent: str


class LogAnswer(msgspec.Struct, frozen=True):
    """A page of an organization's log."""

    audit_logs: list[LogEntryAnswer]
    limit: int
    next_cursor: str


def event_answer(event: Event) -> EventAnswer:
    """Return an event; what is unknown is null."""
    has_place = event.country or event.city
    return EventAnswer(
        id=event.id,
        sequence=event.sequence,
        kind=event.kind.value,
        family=event.family.value,
        occurred_at=event.occurred_at,
        actor=_actor(event.actor) if event.actor.kind else None,
        subject=SubjectAnswer(event.user_id) if event.user_id else None,
        organization_id=event.organization_id,
        application_id=event.application_id,
        address=event.network or None,
        agent=event.user_agent or None,
        device=describe_agent(event.user_agent).summary if event.user_agent else None,
        place=PlaceAnswer(event.country or None, event.city or None) if has_place else None,
        trace_id=event.trace_id or None,
        outcome=event.outcome.value,
        reason=event.reason or None,
        data=event.data,
    )


def log_entry(event: Event, name: str) -> LogEntryAnswer:
    """Return an event with the name of whom it concerns, or of who did it."""
    agent = describe_agent(event.user_agent)
    return LogEntryAnswer(
        city=event.city,
        country=event.country,
        created_at=event.occurred_at,
        device=agent.summary if event.user_agent else "",
        event=event.kind.value,
        ip_address=event.network,
        name=name,
        os=agent.os,
        user_agent=event.user_agent,
    )


def _actor(actor: Actor) -> ActorAnswer:
    return ActorAnswer(actor.kind.value, actor.id, actor.name, actor.acting_as or None)
