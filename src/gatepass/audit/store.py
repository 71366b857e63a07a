"""The table of events."""

from collections.abc import Iterable
from typing import Any

from gatepass.audit.model import Event
from gatepass.kit.db import Tx, command, query

_ADD = command(
    "INSERT INTO audit_events (id, kind, occurred_at, application_id, user_id, attempt_id, network, user_agent, data, "
    "organization_id, actor, actor_id, outcome, reason, country, city, trace_id) "
    "VALUES (:id, :kind, :occurred_at, :application_id, :user_id, :attempt_id, :network, :user_agent, :data, "
    ":organization_id, :actor, :actor_id, :outcome, :reason, :country, :city, :trace_id)"
)
# What is forgotten loses its salt, too: without it nobody can try out whose digest it is.
_SUBJECT = "user_id = NULL, attempt_id = NULL, data = '{}', reason = '', subject_salt = NULL"
_CALLER = (
    "actor = '{}', actor_id = NULL, network = '', user_agent = '', country = '', city = '', trace_id = '', "
    "caller_salt = NULL"
)
_OF_ATTEMPTS = (
    " WHERE attempt_id IN (SELECT own.attempt_id FROM audit_events own WHERE own.user_id = :user_id "
    "AND own.attempt_id IS NOT NULL) AND user_id IS NULL"
)
_FORGET_SUBJECT = command("UPDATE audit_events SET " + _SUBJECT + " WHERE user_id = :user_id")  # noqa: S608 - texts of this file
# Who acted in a person's place is told by the event that began it; what they did there tells of the person.
_FORGET_OWN_CALLS = command(
    "UPDATE audit_events SET "  # noqa: S608 - texts of this file
    + _CALLER
    + " WHERE user_id = :user_id AND (actor_id IS NULL OR actor LIKE '%\"acting_as\":\"' || :user_id || '\"%')"
)
_FORGET_CALLER = command("UPDATE audit_events SET " + _CALLER + " WHERE actor_id = :user_id")  # noqa: S608 - texts of this file
_FORGET_ATTEMPT_CALLS = command("UPDATE audit_events SET " + _CALLER + _OF_ATTEMPTS + " AND actor_id IS NULL")  # noqa: S608 - texts of this file
_FORGET_ATTEMPTS = command("UPDATE audit_events SET " + _SUBJECT + _OF_ATTEMPTS)  # noqa: S608 - texts of this file
_FIND_NTH = query(
    str,
    "SELECT id FROM audit_events WHERE id > :after_id AND id < :before_id ORDER BY id LIMIT 1 OFFSET :count",
)
_FORGET_ADDRESSES = command(
    "UPDATE audit_events SET data = '{}', attempt_id = NULL, reason = '', subject_salt = NULL "
    "WHERE id > :after_id AND id <= :last_id AND user_id IS NULL AND data LIKE '%\"address\":%'"
)


async def add(tx: Tx, event: Event) -> None:
    """Write one event."""
    await tx.run(_ADD, **_values(event))


async def add_all(tx: Tx, events: Iterable[Event]) -> None:
    """Write events, all of them or none."""
    await tx.many(_ADD, map(_values, events))


async def touch_subjects_of(tx: Tx, user_id: str) -> int:
    """Forget the person whom events concern, and where no other caller is known, the caller too."""
    await tx.run(_FORGET_OWN_CALLS, user_id=user_id)
    return await tx.run(_FORGET_SUBJECT, user_id=user_id)


async def touch_callers_of(tx: Tx, user_id: str) -> int:
    """Forget the caller of everything that a person did to others."""
    return await tx.run(_FORGET_CALLER, user_id=user_id)


async def touch_attempts_of(tx: Tx, user_id: str) -> None:
    """Forget who asked in a person's sign-in attempts, whose first events name an address and no user yet."""
    await tx.run(_FORGET_ATTEMPT_CALLS, user_id=user_id)
    await tx.run(_FORGET_ATTEMPTS, user_id=user_id)


async def find_nth_after(tx: Tx, after_id: str, before_id: str, count: int) -> str | None:
    """Return the id of the nth event behind an id; None where fewer stand below `before_id`."""
    return await tx.one(_FIND_NTH, after_id=after_id, before_id=before_id, count=count - 1)


async def touch_addresses(tx: Tx, after_id: str, last_id: str) -> int:
    """Forget the addresses of events without a user, behind one id and up to another; return how many there were."""
    return await tx.run(_FORGET_ADDRESSES, after_id=after_id, last_id=last_id)


def _values(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "application_id": event.application_id,
        "user_id": event.user_id,
        "attempt_id": event.attempt_id,
        "network": event.network,
        "user_agent": event.user_agent,
        "data": event.data,
        "organization_id": event.organization_id,
        "actor": event.actor,
        "actor_id": event.actor.id or None,
        "outcome": event.outcome,
        "reason": event.reason,
        "country": event.country,
        "city": event.city,
        "trace_id": event.trace_id,
    }
