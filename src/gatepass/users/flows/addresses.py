"""The e-mail addresses of a user: which there are, which stands for them, and which are proven."""

from dataclasses import replace
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.kit.problems import Problem
from gatepass.users.model import NewAddress, OwnedAddress, Person
from gatepass.users.rules.problems import Conflict, invalid_user
from gatepass.users.rules.records import has_room, most_of_each
from gatepass.users.store import belongings
from gatepass.users.store import records as store


async def add_address(
    tx: Tx, person: Person, email: EmailAddress, at: datetime, origin: Origin, *, is_verified: bool = False
) -> Person:
    """Give a user another address, their first where they have none.

    Args:
        tx: the transaction that holds the user.
        person: as `hold` returned them.
        email: the address.
        at: when.
        origin: who wants it.
        is_verified: whether the caller vouches that the user reads it.

    Raises:
        Problem: somebody has the address (`address_taken`, 409), or the user has twenty (`invalid_user`).
    """
    if _find(person, email.key) is not None:
        raise Conflict.ADDRESS.problem()
    if not has_room(len(person.addresses)):
        raise invalid_user([most_of_each("addresses")])
    new = NewAddress(email, is_verified)
    if not await belongings.add_address(tx, person.id, new, at, is_primary=not person.addresses):
        raise Conflict.ADDRESS.problem()
    return await _changed(tx, person, EventKind.ADDRESS_ADDED, at, origin, address=email.address)


async def remove_address(tx: Tx, person: Person, key: AddressKey, at: datetime, origin: Origin) -> Person:
    """Take an address from a user; somebody else may then have it.

    Raises:
        Problem: the user has no such address (`unknown_address`, 404), or it stands for them (`primary_address`, 409).
    """
    address = _get(person, key)
    if address.is_primary:
        raise Problem("primary_address", 409, "Make another address the primary one first; then remove this one.")
    await belongings.purge_address(tx, person.id, key)
    return await _changed(tx, person, EventKind.ADDRESS_REMOVED, at, origin, address=address.address)


async def make_address_primary(tx: Tx, person: Person, key: AddressKey, at: datetime, origin: Origin) -> Person:
    """Let one of a user's addresses stand for them.

    Raises:
        Problem: the user has no such address (`unknown_address`, 404).
    """
    if _get(person, key).is_primary:
        return person
    await belongings.touch_primary(tx, person.id, key)
    return await _changed(tx, person, EventKind.USER_CHANGED, at, origin, changed="primary_address")


async def replace_address(tx: Tx, person: Person, email: EmailAddress, at: datetime, origin: Origin) -> Person:
    """Put an address in the place of the primary one; what it replaces is free again.

    One that the user has already becomes the primary one, and nothing is taken away.

    Raises:
        Problem: somebody else has the address (`address_taken`, 409).
    """
    present = person.primary_address
    if _find(person, email.key) is not None:
        return await make_address_primary(tx, person, email.key, at, origin)
    if present is not None:
        await belongings.purge_address(tx, person.id, present.key)
    if not await belongings.add_address(tx, person.id, NewAddress(email), at, is_primary=True):
        raise Conflict.ADDRESS.problem()
    if present is not None:
        await record(
            tx,
            EventKind.ADDRESS_REMOVED,
            at=at,
            origin=origin,
            user_id=person.id,
            data={"address": present.address},
        )
    return await _changed(tx, person, EventKind.ADDRESS_ADDED, at, origin, address=email.address)


async def vouch(
    tx: Tx, person: Person, key: AddressKey, at: datetime, origin: Origin, *, is_verified: bool = True
) -> Person:
    """Say for a user that they read the mail of an address, or that nobody knows.

    Args:
        tx: the transaction that holds the user.
        person: as `hold` returned them.
        key: which address.
        at: when.
        origin: who says so.
        is_verified: what is said; False takes an earlier proof back.

    Raises:
        Problem: the user has no such address (`unknown_address`, 404).
    """
    address = _get(person, key)
    if (address.verified_at is not None) is is_verified:
        return person
    await belongings.touch_proof(tx, person.id, key, at if is_verified else None)
    if is_verified:
        return await _changed(tx, person, EventKind.ADDRESS_VERIFIED, at, origin, address=address.address)
    return await _changed(tx, person, EventKind.USER_CHANGED, at, origin, changed="address_proof")


def _find(person: Person, key: AddressKey) -> OwnedAddress | None:
    return next((address for address in person.addresses if address.key == key), None)


def _get(person: Person, key: AddressKey) -> OwnedAddress:
    address = _find(person, key)
    if address is None:
        raise Problem("unknown_address", 404, "The user has no such address; list them first.", number=1036)
    return address


async def _changed(tx: Tx, person: Person, kind: EventKind, at: datetime, origin: Origin, **data: str) -> Person:
    moment = next_moment(person.modified_at, at)
    await store.touch_modified(tx, person.id, moment)
    await record(tx, kind, at=at, origin=origin, user_id=person.id, data=data)
    addresses = tuple(address for _, address in await belongings.list_addresses(tx, [person.id]))
    return replace(person, modified_at=moment, addresses=addresses)
