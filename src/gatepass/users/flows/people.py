"""How somebody is made a user by another hand, is changed, and is forgotten."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.problems import Problem
from gatepass.users.flows.placing import place_all
from gatepass.users.model import NewPerson, Person, PersonChange, User
from gatepass.users.rules import metadata, records
from gatepass.users.rules.problems import Conflict, invalid_user, unknown_user
from gatepass.users.store import accounts, belongings
from gatepass.users.store import records as store


async def hold(tx: Tx, user_id: str, *, may_be_deleted: bool = False) -> Person:
    """Return a user as they are, and let nobody else change them until the transaction ends.

    Raises:
        Problem: there is no such user, or a deleted one where that will not do (`unknown_user`, 404).
    """
    await take_turn(tx, f"user:{user_id}")
    person = await store.find(tx, user_id)
    if person is None or (person.deleted_at is not None and not may_be_deleted):
        raise unknown_user()
    return person


async def hold_present(tx: Tx, user_id: str) -> User | None:
    """Return a user who was not deleted, and let nobody change, delete or purge them until the transaction ends.

    Whoever adds something that hangs on a user asks here first, so that no purge misses it.
    """
    await take_turn(tx, f"user:{user_id}")
    return await accounts.find_present(tx, user_id)


async def create(
    tx: Tx, new: NewPerson, at: datetime, origin: Origin, kind: EventKind = EventKind.USER_CREATED
) -> Person:
    """Make somebody a user.

    Raises:
        Problem: the record can't be kept as it is (`invalid_user`; all faults are named), or somebody else has the
            address, the number, the identity, the id or the external id (`…_taken`, 409).
    """
    outcome = await admit(tx, new, at, origin, kind)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def admit(
    tx: Tx, new: NewPerson, at: datetime, origin: Origin, kind: EventKind = EventKind.USER_CREATED
) -> Person | Problem:
    """Make somebody a user, or return why not; then nothing was added, so that a batch can go on.

    Args:
        tx: the transaction.
        new: who.
        at: when.
        origin: who wants it.
        kind: the event that is recorded.
    """
    (placed,) = await place_all(tx, [new], at)
    if isinstance(placed, Problem):
        return placed
    await record(tx, kind, at=at, origin=origin, user_id=placed, data={"source": new.source})
    person = await store.find(tx, placed)
    return unknown_user() if person is None else person


async def change(tx: Tx, person: Person, wanted: PersonChange, at: datetime, origin: Origin) -> Person:
    """Set what an operator sends of a user and return the user as they now are.

    Args:
        tx: the transaction that holds the user.
        person: as `hold` returned them.
        wanted: what is set; what it leaves out stays.
        at: when.
        origin: who wants it.

    Raises:
        Problem: a value can't be kept (`invalid_user`; all faults are named), or another user has the external id
            (`external_id_taken`, 409).
    """
    faults = records.change_faults(wanted)
    if faults:
        raise invalid_user(faults)
    names = records.differences(person, wanted)
    if not names:
        return person
    if "external_id" in names and wanted.external_id:
        await take_turn(tx, f"external_id:{wanted.external_id}")
        if await store.find_id_by_external(tx, wanted.external_id) is not None:
            raise Conflict.EXTERNAL_ID.problem()
    values: dict[str, Any] = {name: getattr(wanted, name) for name in names}
    if "external_id" in values:
        values["external_id"] = values["external_id"] or None
    after = replace(person, modified_at=next_moment(person.modified_at, at), **values)
    await store.touch(tx, after)
    if {"public_metadata", "private_metadata"} & set(names):
        pairs = metadata.found_by(after.public_metadata, after.private_metadata)
        await belongings.touch_values(tx, person.id, pairs)
    changed = " ".join(names)
    await record(tx, EventKind.USER_CHANGED, at=at, origin=origin, user_id=person.id, data={"changed": changed})
    return after


async def merge_metadata(
    tx: Tx,
    person: Person,
    at: datetime,
    origin: Origin,
    *,
    public: dict[str, Any] | None = None,
    private: dict[str, Any] | None = None,
) -> Person:
    """Change metadata by merge patches (RFC 7396) and return the user as they now are.

    Args:
        tx: the transaction that holds the user.
        person: as `hold` returned them.
        at: when.
        origin: who wants it.
        public: what changes of the public metadata; None for nothing.
        private: what changes of the private metadata; None for nothing.

    Raises:
        Problem: the outcome would be too large or too deep (`invalid_user`).
    """
    wanted = PersonChange(
        public_metadata=None if public is None else metadata.merge(person.public_metadata, public),
        private_metadata=None if private is None else metadata.merge(person.private_metadata, private),
    )
    return await change(tx, person, wanted, at, origin)


async def purge_person(tx: Tx, user_id: str) -> None:
    """Delete all that this slice keeps of a user; their addresses are free again."""
    await store.purge(tx, user_id)
