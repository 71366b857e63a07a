"""The phone numbers of a user, and the identities that they have at other providers."""

from dataclasses import replace
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.users.model import NewPhone, OwnedPhone, Person
from gatepass.users.rules.problems import Conflict, invalid_user
from gatepass.users.rules.records import has_room, most_of_each
from gatepass.users.store import belongings
from gatepass.users.store import records as store


async def add_phone(
    tx: Tx, person: Person, number: str, at: datetime, origin: Origin, *, is_verified: bool = False
) -> Person:
    """Give a user another phone number, their first where they have none.

    Args:
        tx: the transaction that holds the user.
        person: as `hold` returned them.
        number: the number, from `kit.phones.numbers.parse_phone`.
        at: when.
        origin: who wants it.
        is_verified: whether the caller vouches that it is the user's.

    Raises:
        Problem: somebody has the number (`phone_taken`, 409), or the user has twenty (`invalid_user`).
    """
    if any(phone.number == number for phone in person.phones):
        raise Conflict.PHONE.problem()
    if not has_room(len(person.phones)):
        raise invalid_user([most_of_each("phone numbers")])
    new = NewPhone(number, is_verified)
    if not await belongings.add_phone(tx, person.id, new, at, is_primary=not person.phones):
        raise Conflict.PHONE.problem()
    return await _changed(tx, person, EventKind.PHONE_ADDED, at, origin, phone=number)


async def remove_phone(tx: Tx, person: Person, number: str, at: datetime, origin: Origin) -> Person:
    """Take a phone number from a user; somebody else may then have it.

    Raises:
        Problem: the user has no such number (`unknown_phone`, 404), or it stands for them beside others
            (`primary_phone`, 409).
    """
    if _get(person, number).is_primary and len(person.phones) > 1:
        raise Problem("primary_phone", 409, "Make another number the primary one first; then remove this one.")
    await belongings.purge_phone(tx, person.id, number)
    return await _changed(tx, person, EventKind.PHONE_REMOVED, at, origin, phone=number)


async def make_phone_primary(tx: Tx, person: Person, number: str, at: datetime, origin: Origin) -> Person:
    """Let one of a user's phone numbers stand for them.

    Raises:
        Problem: the user has no such number (`unknown_phone`, 404).
    """
    if _get(person, number).is_primary:
        return person
    await belongings.touch_primary_phone(tx, person.id, number)
    return await _changed(tx, person, EventKind.USER_CHANGED, at, origin, changed="primary_phone")


async def vouch_phone(
    tx: Tx, person: Person, number: str, at: datetime, origin: Origin, *, is_verified: bool = True
) -> Person:
    """Say for a user that a phone number is theirs, or that nobody knows.

    Raises:
        Problem: the user has no such number (`unknown_phone`, 404).
    """
    if (_get(person, number).verified_at is not None) is is_verified:
        return person
    await belongings.touch_phone_proof(tx, person.id, number, at if is_verified else None)
    return await _changed(tx, person, EventKind.USER_CHANGED, at, origin, changed="phone_proof")


async def unlink(tx: Tx, person: Person, identity_id: str, at: datetime, origin: Origin) -> Person:
    """Take an identity at another provider from a user.

    Raises:
        Problem: the user has no such identity (`unknown_identity`, 404).
    """
    identity = next((one for one in person.identities if one.id == identity_id), None)
    if identity is None:
        raise Problem("unknown_identity", 404, "The user has no such identity; list them first.", number=1005)
    await belongings.purge_identity(tx, person.id, identity_id)
    after = await _changed(tx, person, EventKind.IDENTITY_REMOVED, at, origin, provider=identity.provider)
    return replace(after, identities=tuple(one for one in person.identities if one.id != identity_id))


def _get(person: Person, number: str) -> OwnedPhone:
    phone = next((phone for phone in person.phones if phone.number == number), None)
    if phone is None:
        raise Problem("unknown_phone", 404, "The user has no such phone number; list them first.", number=1005)
    return phone


async def _changed(tx: Tx, person: Person, kind: EventKind, at: datetime, origin: Origin, **data: str) -> Person:
    moment = next_moment(person.modified_at, at)
    await store.touch_modified(tx, person.id, moment)
    await record(tx, kind, at=at, origin=origin, user_id=person.id, data=data)
    phones = tuple(phone for _, phone in await belongings.list_phones(tx, [person.id]))
    return replace(person, modified_at=moment, phones=phones)
