"""What belongs to users: addresses, phone numbers, identities, the values they are found by, imported credentials."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import AddressKey
from gatepass.users.model import (
    Identity,
    NewAddress,
    NewCredential,
    NewIdentity,
    NewPerson,
    NewPhone,
    OwnedAddress,
    OwnedPhone,
)
from gatepass.users.rules.metadata import found_by


class _Address(msgspec.Struct, frozen=True, gc=False):
    user_id: str
    address_key: AddressKey
    address: str
    verified_at: datetime | None
    is_primary: bool
    created_at: datetime


class _Phone(msgspec.Struct, frozen=True, gc=False):
    user_id: str
    phone_key: str
    verified_at: datetime | None
    is_primary: bool
    created_at: datetime


class _Identity(msgspec.Struct, frozen=True, gc=False):
    user_id: str
    id: str
    provider: str
    connection_id: str
    subject: str
    profile: dict[str, Any]
    created_at: datetime
    last_used_at: datetime | None


# An array, because the planner of PostgreSQL takes a subquery for a hundred rows and reads the whole of a small table.
# The primary one first, and the others as they came.
_LIST_ADDRESSES = query(
    _Address,
    "SELECT {columns} FROM user_emails WHERE user_id IN (SELECT value FROM json_each(:ids)) "
    "ORDER BY is_primary DESC, created_at, address_key",
    postgres="SELECT {columns} FROM user_emails "
    "WHERE user_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:ids::jsonb))) "
    "ORDER BY is_primary DESC, created_at, address_key",
)
_LIST_PHONES = query(
    _Phone,
    "SELECT {columns} FROM user_phones WHERE user_id IN (SELECT value FROM json_each(:ids)) "
    "ORDER BY is_primary DESC, created_at, phone_key",
    postgres="SELECT {columns} FROM user_phones "
    "WHERE user_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:ids::jsonb))) "
    "ORDER BY is_primary DESC, created_at, phone_key",
)
_LIST_IDENTITIES = query(
    _Identity,
    "SELECT {columns} FROM user_identities WHERE user_id IN (SELECT value FROM json_each(:ids)) ORDER BY id",
    postgres="SELECT {columns} FROM user_identities "
    "WHERE user_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:ids::jsonb))) "
    "ORDER BY id",
)
_FIND_OWNER_OF_ADDRESS = query(str, "SELECT user_id FROM user_emails WHERE address_key = :address_key")
_INSERT_ADDRESS = (
    "INSERT INTO user_emails (address_key, user_id, address, verified_at, is_primary, created_at) "
    "VALUES (:address_key, :user_id, :address, :verified_at, :is_primary, :at)"
)
_INSERT_PHONE = (
    "INSERT INTO user_phones (phone_key, user_id, verified_at, is_primary, created_at) "
    "VALUES (:number, :user_id, :verified_at, :is_primary, :at)"
)
_ADD_ADDRESS = command(_INSERT_ADDRESS + " ON CONFLICT (address_key) DO NOTHING")
_ADD_PHONE = command(_INSERT_PHONE + " ON CONFLICT (phone_key) DO NOTHING")
# Of those who are made, all that they bring is known to be free.
_ADD_EACH_ADDRESS = command(_INSERT_ADDRESS)
_ADD_EACH_PHONE = command(_INSERT_PHONE)
_ADD_EACH_IDENTITY = command(
    "INSERT INTO user_identities (id, user_id, provider, connection_id, subject, profile, created_at) "
    "VALUES (:id, :user_id, :provider, :connection_id, :subject, :profile, :at)"
)
_ADD_EACH_CREDENTIAL = command(
    "INSERT INTO imported_credentials (id, user_id, kind, scheme, sealed, created_at) "
    "VALUES (:id, :user_id, :kind, :scheme, :sealed, :at)"
)
_ADD_EACH_VALUE = command("INSERT INTO user_metadata_values (name, value, user_id) VALUES (:name, :value, :user_id)")
_ADD_VALUES = command(
    "INSERT INTO user_metadata_values (name, value, user_id) "
    "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), :user_id FROM json_each(:pairs)",
    postgres="INSERT INTO user_metadata_values (name, value, user_id) "
    "SELECT pair->>0, pair->>1, :user_id FROM jsonb_array_elements(:pairs::jsonb) AS pair",
)
_TOUCH_PROOF = command(
    "UPDATE user_emails SET verified_at = :verified_at WHERE address_key = :address_key AND user_id = :user_id"
)
_TOUCH_PRIMARY = command("UPDATE user_emails SET is_primary = (address_key = :address_key) WHERE user_id = :user_id")
_TOUCH_PHONE_PROOF = command(
    "UPDATE user_phones SET verified_at = :verified_at WHERE phone_key = :number AND user_id = :user_id"
)
_TOUCH_PRIMARY_PHONE = command("UPDATE user_phones SET is_primary = (phone_key = :number) WHERE user_id = :user_id")
_PURGE_ADDRESS = command("DELETE FROM user_emails WHERE address_key = :address_key AND user_id = :user_id")
_PURGE_PHONE = command("DELETE FROM user_phones WHERE phone_key = :number AND user_id = :user_id")
_PURGE_IDENTITY = command("DELETE FROM user_identities WHERE id = :id AND user_id = :user_id")
_PURGE_VALUES = command("DELETE FROM user_metadata_values WHERE user_id = :user_id")
_PURGE_ALL = (
    command("DELETE FROM user_emails WHERE user_id = :user_id"),
    command("DELETE FROM user_phones WHERE user_id = :user_id"),
    command("DELETE FROM user_identities WHERE user_id = :user_id"),
    command("DELETE FROM imported_credentials WHERE user_id = :user_id"),
    _PURGE_VALUES,
)


async def list_addresses(tx: Tx, user_ids: Sequence[str]) -> list[tuple[str, OwnedAddress]]:
    """Return the addresses of users, each with its owner's id; of each owner the primary one first."""
    rows = await tx.all(_LIST_ADDRESSES, ids=list(user_ids))
    return [
        (row.user_id, OwnedAddress(row.address_key, row.address, row.verified_at, row.is_primary, row.created_at))
        for row in rows
    ]


async def list_phones(tx: Tx, user_ids: Sequence[str]) -> list[tuple[str, OwnedPhone]]:
    """Return the phone numbers of users, each with its owner's id; of each owner the primary one first."""
    rows = await tx.all(_LIST_PHONES, ids=list(user_ids))
    return [(row.user_id, OwnedPhone(row.phone_key, row.verified_at, row.is_primary, row.created_at)) for row in rows]


async def list_identities(tx: Tx, user_ids: Sequence[str]) -> list[tuple[str, Identity]]:
    """Return the identities of users, each with its owner's id."""
    rows = await tx.all(_LIST_IDENTITIES, ids=list(user_ids))
    return [
        (
            row.user_id,
            Identity(
                row.id, row.provider, row.connection_id, row.subject, row.profile, row.created_at, row.last_used_at
            ),
        )
        for row in rows
    ]


async def find_owner_of_address(tx: Tx, key: AddressKey) -> str | None:
    """Return the id of the user to whom an address belongs, deleted ones too."""
    return await tx.one(_FIND_OWNER_OF_ADDRESS, address_key=key)


async def add_address(tx: Tx, user_id: str, new: NewAddress, at: datetime, *, is_primary: bool) -> bool:
    """Give a user an address; False where somebody has it."""
    return bool(await tx.run(_ADD_ADDRESS, **_address(user_id, new, at, is_primary=is_primary)))


async def add_phone(tx: Tx, user_id: str, new: NewPhone, at: datetime, *, is_primary: bool) -> bool:
    """Give a user a phone number; False where somebody has it."""
    return bool(await tx.run(_ADD_PHONE, **_phone(user_id, new, at, is_primary=is_primary)))


async def add_all(tx: Tx, people: Sequence[tuple[str, NewPerson]], at: datetime) -> None:
    """Give new users all that they bring, which nobody else has; one exchange with the database for each table."""
    await tx.many(
        _ADD_EACH_ADDRESS,
        [
            _address(user_id, one, at, is_primary=place == 0)
            for user_id, new in people
            for place, one in enumerate(new.addresses)
        ],
    )
    await tx.many(
        _ADD_EACH_PHONE,
        [
            _phone(user_id, one, at, is_primary=place == 0)
            for user_id, new in people
            for place, one in enumerate(new.phones)
        ],
    )
    await tx.many(
        _ADD_EACH_IDENTITY, [_identity(user_id, one, at) for user_id, new in people for one in new.identities]
    )
    await tx.many(
        _ADD_EACH_CREDENTIAL, [_credential(user_id, one, at) for user_id, new in people for one in new.credentials]
    )
    await tx.many(
        _ADD_EACH_VALUE,
        [
            {"name": name, "value": value, "user_id": user_id}
            for user_id, new in people
            for name, value in found_by(new.public_metadata, new.private_metadata)
        ],
    )


async def touch_values(tx: Tx, user_id: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Let a user be found by these names and values alone."""
    await tx.run(_PURGE_VALUES, user_id=user_id)
    kept = list(pairs)
    if kept:
        await tx.run(_ADD_VALUES, user_id=user_id, pairs=kept)


async def touch_proof(tx: Tx, user_id: str, key: AddressKey, verified_at: datetime | None) -> None:
    """Write since when a user's address is proven; None where it is not."""
    await tx.run(_TOUCH_PROOF, user_id=user_id, address_key=key, verified_at=verified_at)


async def touch_primary(tx: Tx, user_id: str, key: AddressKey) -> None:
    """Let one of a user's addresses stand for them."""
    await tx.run(_TOUCH_PRIMARY, user_id=user_id, address_key=key)


async def touch_phone_proof(tx: Tx, user_id: str, number: str, verified_at: datetime | None) -> None:
    """Write since when a user's phone number is proven; None where it is not."""
    await tx.run(_TOUCH_PHONE_PROOF, user_id=user_id, number=number, verified_at=verified_at)


async def touch_primary_phone(tx: Tx, user_id: str, number: str) -> None:
    """Let one of a user's phone numbers stand for them."""
    await tx.run(_TOUCH_PRIMARY_PHONE, user_id=user_id, number=number)


async def purge_address(tx: Tx, user_id: str, key: AddressKey) -> None:
    """Take an address from a user."""
    await tx.run(_PURGE_ADDRESS, user_id=user_id, address_key=key)


async def purge_phone(tx: Tx, user_id: str, number: str) -> None:
    """Take a phone number from a user."""
    await tx.run(_PURGE_PHONE, user_id=user_id, number=number)


async def purge_identity(tx: Tx, user_id: str, identity_id: str) -> None:
    """Take an identity from a user."""
    await tx.run(_PURGE_IDENTITY, user_id=user_id, id=identity_id)


async def purge(tx: Tx, user_id: str) -> None:
    """Delete everything that belongs to a user."""
    for statement in _PURGE_ALL:
        await tx.run(statement, user_id=user_id)


def _address(user_id: str, new: NewAddress, at: datetime, *, is_primary: bool) -> dict[str, Any]:
    return {
        "address_key": new.email.key,
        "user_id": user_id,
        "address": new.email.address,
        "verified_at": at if new.is_verified else None,
        "is_primary": is_primary,
        "at": at,
    }


def _phone(user_id: str, new: NewPhone, at: datetime, *, is_primary: bool) -> dict[str, Any]:
    verified_at = at if new.is_verified else None
    return {"number": new.number, "user_id": user_id, "verified_at": verified_at, "is_primary": is_primary, "at": at}


def _identity(user_id: str, new: NewIdentity, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "user_id": user_id,
        "provider": new.provider,
        "connection_id": new.connection_id,
        "subject": new.subject,
        "profile": new.profile,
        "at": at,
    }


def _credential(user_id: str, new: NewCredential, at: datetime) -> dict[str, Any]:
    kept = {"kind": new.kind, "scheme": new.scheme, "sealed": new.sealed}
    return {"id": new_id(), "user_id": user_id, "at": at, **kept}
