"""What an event is, who did it and from where."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gatepass.audit.kinds import FAMILY_OF, EventKind, Family
from gatepass.audit.meanings import EVENT_MEANINGS

__all__ = ["EVENT_MEANINGS", "FAMILY_OF", "Actor", "ActorKind", "Event", "EventKind", "Family", "Origin", "Outcome"]


class ActorKind(StrEnum):
    """What kind of caller did something."""

    NOBODY = ""
    USER = "user"
    OPERATOR = "operator"
    APPLICATION = "application"
    API_KEY = "api_key"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, where that is not the person whom it concerns.

    Args:
        kind: what kind of caller it is.
        id: its id.
        name: its name at that time, as people know it.
        acting_as: the id of the user in whose place it acts; empty where it acts for itself.
    """

    kind: ActorKind = ActorKind.NOBODY
    id: str = ""
    name: str = ""
    acting_as: str = ""


class Outcome(StrEnum):
    """How it ended."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: the network address and the agent, both as they were sent, and whose it is.

    Args:
        network: the client's address.
        user_agent: the agent that it names.
        actor: who calls, where that is not the person whom it concerns.
        trace_id: what the log and the caller both see.
    """

    network: str = ""
    user_agent: str = ""
    actor: Actor = Actor()
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Its `sequence` is its place in the chain; None until it was sealed.
    """

    id: str
    kind: EventKind
    occurred_at: datetime
    application_id: str | None = None
    user_id: str | None = None
    attempt_id: str | None = None
    network: str = ""
    user_agent: str = ""
    data: dict[str, str] = field(default_factory=dict)
    organization_id: str | None = None
    actor: Actor = Actor()
    outcome: Outcome = Outcome.SUCCEEDED
    reason: str = ""
    country: str = ""
    city: str = ""
    trace_id: str = ""
    sequence: int | None = None

    @property
    def family(self) -> Family:
        """Return what the event is about."""
        return FAMILY_OF[self.kind]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are looked for; what is empty or None lets all pass.

    Args:
        kinds: their names.
        user_id: whom they concern.
        actor_id: who did it, where that was somebody else.
        organization_id: the organization that they concern.
        application_id: the application that they concern.
        network: the address that the request came from, to the letter.
        outcome: how they ended.
        since: the earliest moment.
        until: the moment before which they happened.
    """

    kinds: tuple[EventKind, ...] = ()
    user_id: str = ""
    actor_id: str = ""
    organization_id: str = ""
    application_id: str = ""
    network: str = ""
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """A part of the record in its order.

    Args:
        events: what was looked for.
        reached: the sequence up to which it was looked at; whoever goes on from there misses nothing.
        missed_from: the first sequence that retention deleted before it was followed to; 0 where it deleted none.
        missed_to: the last of them.
    """

    events: list[Event]
    reached: int
    missed_from: int = 0
    missed_to: int = 0
