"""What users look like on the wire; odd spellings are the documented ones."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepass.access.model import HeldRole
from gatepass.users.model import Identity, OwnedAddress, OwnedPhone, Person, UserState

NO_ID: Final = "0" * 24
"""What stands where the hosted product names an account or a connection, of which this server has none."""
_CONNECTION_TYPE: Final = "ManualUser"
GROUPS: Final = "groups"
RAW_ATTRIBUTES: Final = "raw_attributes"


class IdentityAnswer(msgspec.Struct, frozen=True):
    """An identity that a user has at another provider."""

    id: str
    provider: str
    connection_id: str
    subject: str
    profile: dict[str, Any]
    created_at: datetime
    last_used_at: datetime | None


class AddressAnswer(msgspec.Struct, frozen=True):
    """An e-mail address of a user."""

    email: str
    is_primary: bool
    email_verified: bool
    verified_at: datetime | None
    created_at: datetime


class PhoneAnswer(msgspec.Struct, frozen=True):
    """A phone number of a user, in the form of E.164."""

    phone: str
    is_primary: bool
    phone_verified: bool
    verified_at: datetime | None
    created_at: datetime


class UserShort(msgspec.Struct, frozen=True):
    """A user in short, as the call by e-mail address documents it."""

    id: str
    account_id: str
    connection_type: str
    email: str
    first_name: str
    last_name: str
    created_at: datetime
    modified_at: datetime
    is_active: bool
    last_login_at: datetime | None = msgspec.field(name="LastLoginAt")


class UserFull(msgspec.Struct, frozen=True):
    """A user in full, as documented; what begins with `id` at the end stands beside.

    `roles` are those that were given everywhere; what is held in one organization is read there. `tenants` is null.
    """

    documented_id: str = msgspec.field(name="_id")
    account_id: str
    connection_id: str
    email: str
    first_name: str
    last_name: str
    groups: Any
    raw_attributes: Any
    roles: list[str] | None
    passkey_credential: dict[str, Any] | None
    phone_id: str
    created_at: datetime
    modified_at: datetime
    email_verified: bool
    is_active: bool
    last_login_at: datetime | None = msgspec.field(name="LastLoginAt")
    tenants: dict[str, Any] | None
    identities: list[IdentityAnswer] | None
    id: str
    connection_type: str
    external_id: str | None
    state: UserState
    block_reason: str
    blocked_at: datetime | None
    deleted_at: datetime | None
    source: str
    locale: str
    picture: str
    public_metadata: dict[str, Any]


class CreatedUser(UserFull, frozen=True):
    """A user who has just been made: the one answer that names an organization, which is none."""

    organization_id: str


class MetadataAnswer(msgspec.Struct, frozen=True):
    """What is kept of a user beside the record: what applications may read, and what this API alone shows."""

    public_metadata: dict[str, Any]
    private_metadata: dict[str, Any]


def identity_answer(identity: Identity) -> IdentityAnswer:
    """Return an identity for the wire."""
    return IdentityAnswer(
        identity.id,
        identity.provider,
        identity.connection_id,
        identity.subject,
        identity.profile,
        identity.created_at,
        identity.last_used_at,
    )


def address_answer(address: OwnedAddress) -> AddressAnswer:
    """Return an address for the wire."""
    is_verified = address.verified_at is not None
    return AddressAnswer(address.address, address.is_primary, is_verified, address.verified_at, address.created_at)


def phone_answer(phone: OwnedPhone) -> PhoneAnswer:
    """Return a phone number for the wire."""
    is_verified = phone.verified_at is not None
    return PhoneAnswer(phone.number, phone.is_primary, is_verified, phone.verified_at, phone.created_at)


def short_answer(person: Person) -> UserShort:
    """Return a user in short."""
    return UserShort(
        person.id,
        NO_ID,
        _connection_type(person),
        person.email,
        person.first_name,
        person.last_name,
        person.created_at,
        person.modified_at,
        person.may_sign_in,
        person.last_login_at,
    )


def full_answer(person: Person, held: Iterable[HeldRole] = ()) -> UserFull:
    """Return a user in full.

    Args:
        person: the user.
        held: the roles that they hold everywhere.
    """
    return UserFull(**_values(person, held))


def created_answer(person: Person) -> CreatedUser:
    """Return a user who has just been made."""
    return CreatedUser(**_values(person, ()), organization_id=NO_ID)


def metadata_answer(person: Person) -> MetadataAnswer:
    """Return what is kept of a user beside the record."""
    return MetadataAnswer(person.public_metadata, person.private_metadata)


def _values(person: Person, held: Iterable[HeldRole]) -> dict[str, Any]:
    identities = [identity_answer(identity) for identity in person.identities]
    return {
        "documented_id": person.id,
        "account_id": NO_ID,
        "connection_id": (person.identities[0].connection_id if person.identities else "") or NO_ID,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "groups": person.private_metadata.get(GROUPS),
        "raw_attributes": person.private_metadata.get(RAW_ATTRIBUTES),
        "roles": [one.role.id for one in held] or None,
        "passkey_credential": None,
        "phone_id": person.phone,
        "created_at": person.created_at,
        "modified_at": person.modified_at,
        "email_verified": person.email_verified_at is not None,
        "is_active": person.may_sign_in,
        "last_login_at": person.last_login_at,
        "tenants": None,
        "identities": identities or None,
        "id": person.id,
        "connection_type": _connection_type(person),
        "external_id": person.external_id,
        "state": person.state,
        "block_reason": person.block_reason,
        "blocked_at": person.blocked_at,
        "deleted_at": person.deleted_at,
        "source": person.source,
        "locale": person.locale,
        "picture": person.picture,
        "public_metadata": person.public_metadata,
    }


def _connection_type(person: Person) -> str:
    return person.identities[0].provider if person.identities else _CONNECTION_TYPE
