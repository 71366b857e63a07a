"""How a user is switched off and on, blocked, deleted and taken back.

Whoever lets somebody in no longer ends their sessions too, by `login.departures`, in the same transaction: this slice
knows no session.
"""

from dataclasses import replace
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx
from gatepass.users.model import Person
from gatepass.users.rules.problems import invalid_user
from gatepass.users.rules.records import reason_faults
from gatepass.users.store import records as store


async def activate(tx: Tx, person: Person, at: datetime, origin: Origin) -> Person:
    """Switch a user on; nothing happens where they are."""
    if person.is_active:
        return person
    return await _become(tx, replace(person, is_active=True), EventKind.USER_ACTIVATED, at, origin)


async def deactivate(tx: Tx, person: Person, at: datetime, origin: Origin) -> Person:
    """Switch a user off; nothing happens where they are."""
    if not person.is_active:
        return person
    return await _become(tx, replace(person, is_active=False), EventKind.USER_DEACTIVATED, at, origin)


async def block(tx: Tx, person: Person, reason: str, at: datetime, origin: Origin) -> Person:
    """Block a user, or say another reason for a block that there is.

    Raises:
        Problem: the reason is missing or can't be one (`invalid_user`).
    """
    faults = reason_faults(reason)
    if faults:
        raise invalid_user(faults)
    if person.blocked_at is not None and person.block_reason == reason:
        return person
    after = replace(person, blocked_at=person.blocked_at or at, block_reason=reason)
    return await _become(tx, after, EventKind.USER_BLOCKED, at, origin, reason)


async def unblock(tx: Tx, person: Person, at: datetime, origin: Origin) -> Person:
    """Lift a user's block; nothing happens where there is none."""
    if person.blocked_at is None:
        return person
    after = replace(person, blocked_at=None, block_reason="")
    return await _become(tx, after, EventKind.USER_UNBLOCKED, at, origin)


async def delete(tx: Tx, person: Person, at: datetime, origin: Origin) -> Person:
    """Delete a user, who keeps their addresses until the purge, so that nobody can take their place meanwhile."""
    if person.deleted_at is not None:
        return person
    return await _become(tx, replace(person, deleted_at=at), EventKind.USER_DELETED, at, origin)


async def restore(tx: Tx, person: Person, at: datetime, origin: Origin) -> Person:
    """Take a deleted user back as they were, without the sessions that they had."""
    if person.deleted_at is None:
        return person
    return await _become(tx, replace(person, deleted_at=None), EventKind.USER_RESTORED, at, origin)


async def _become(tx: Tx, standing: Person, kind: EventKind, at: datetime, origin: Origin, reason: str = "") -> Person:
    after = replace(standing, modified_at=next_moment(standing.modified_at, at))
    await store.touch(tx, after)
    await record(tx, kind, at=at, origin=origin, user_id=after.id, reason=reason)
    return after
