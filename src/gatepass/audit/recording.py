"""Writing down what happened, in the transaction of what happened."""

from collections.abc import Iterable
from datetime import datetime

from gatepass.audit import store
from gatepass.audit.kinds import REFUSALS
from gatepass.audit.model import Actor, ActorKind, Event, EventKind, Following, Origin, Outcome
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id

_NOWHERE = Origin()
_DELIVERY = Origin(actor=Actor(ActorKind.SYSTEM, "", "delivery"))
# What a client sends as its agent is cut, so that nobody fills the disk with it.
_AGENT_LENGTH = 512
_DIGITS = 24


class _Ids:
    """Hands out ids that rise within this process, so that the events of one transaction keep their order."""

    def __init__(self) -> None:
        self._last = ""

    def next(self) -> str:
        """Return an id above every one before."""
        fresh = new_id()
        # Two events of one millisecond would else stand in the order of chance.
        self._last = fresh if fresh > self._last else f"{int(self._last, 16) + 1:0{_DIGITS}x}"
        return self._last


_ids = _Ids()


async def record(
    tx: Tx,
    kind: EventKind,
    *,
    at: datetime,
    origin: Origin = _NOWHERE,
    application_id: str | None = None,
    user_id: str | None = None,
    attempt_id: str | None = None,
    data: dict[str, str] | None = None,
    organization_id: str | None = None,
    outcome: Outcome | None = None,
    reason: str = "",
) -> None:
    """Record an event in the transaction of what it records.

    Args:
        tx: the transaction of what happened.
        kind: the event's name.
        at: when it happened, aware and in UTC.
        origin: where the request came from.
        application_id: the application that it concerns.
        user_id: the user whom it concerns.
        attempt_id: the sign-in attempt that it belongs to.
        data: further facts; never a token, a code or a link.
        organization_id: the organization that it concerns.
        outcome: how it ended; None where the kind says it: it is a refusal, or it succeeded.
        reason: why, where it did not succeed, or what an operator said.
    """
    await store.add(
        tx,
        Event(
            _ids.next(),
            kind,
            at,
            application_id,
            user_id,
            attempt_id,
            origin.network,
            origin.user_agent[:_AGENT_LENGTH],
            data or {},
            organization_id,
            origin.actor,
            outcome or (Outcome.REFUSED if kind in REFUSALS else Outcome.SUCCEEDED),
            reason,
            trace_id=origin.trace_id,
        ),
    )


async def record_missed(
    tx: Tx, part: Following, *, at: datetime, organization_id: str, receiver: dict[str, str]
) -> None:
    """Record that retention deleted events before a receiver was sent them; nothing where it deleted none.

    Args:
        tx: the transaction that moves the receiver past them.
        part: what was found in their place.
        at: when that was, aware and in UTC.
        organization_id: the only organization whose events the receiver is sent; empty where it is sent all.
        receiver: what names it.
    """
    if part.missed_to:
        data = {**receiver, "first": str(part.missed_from), "last": str(part.missed_to)}
        kind, concerned = EventKind.STREAM_EVENTS_MISSED, organization_id or None
        await record(tx, kind, at=at, origin=_DELIVERY, data=data, organization_id=concerned, outcome=Outcome.FAILED)


async def record_each(
    tx: Tx,
    kind: EventKind,
    concerned: Iterable[tuple[str, str]],
    *,
    at: datetime,
    origin: Origin,
    data: dict[str, str],
) -> None:
    """Record an event that succeeded for each of many users, in one go.

    Args:
        tx: the transaction of what happened.
        kind: the event's name.
        concerned: the users whom it concerns, each with the organization that it concerns.
        at: when it happened, aware and in UTC.
        origin: where the request came from.
        data: further facts, the same of all.
    """
    agent = origin.user_agent[:_AGENT_LENGTH]
    events = (
        Event(
            _ids.next(),
            kind,
            at,
            user_id=user_id,
            network=origin.network,
            user_agent=agent,
            data=data,
            organization_id=organization_id,
            actor=origin.actor,
            trace_id=origin.trace_id,
        )
        for user_id, organization_id in concerned
    )
    await store.add_all(tx, events)
