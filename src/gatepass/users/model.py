"""What a user is: the light record that a sign-in needs, and the full one that an operator manages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gatepass.kit.mail.addresses import AddressKey, EmailAddress


@dataclass(frozen=True, slots=True)
class User:
    """A person who has signed in, or was made by an operator.

    Whoever signs in by phone alone has no address, and most have no phone number; what is not there is empty.
    """

    id: str
    email: str
    email_verified_at: datetime | None
    first_name: str
    last_name: str
    is_active: bool
    created_at: datetime
    modified_at: datetime
    last_login_at: datetime | None
    picture: str = ""
    locale: str = ""
    public_metadata: dict[str, Any] = field(default_factory=dict)
    phone: str = ""
    phone_verified_at: datetime | None = None

    @property
    def contact(self) -> str:
        """Return what the user is known by where a page or a record names them: the address, else the number."""
        return self.email or self.phone

    @property
    def name(self) -> str:
        """Return the full name, empty where neither part is known."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person may change about themselves."""

    first_name: str
    last_name: str
    locale: str


class UserState(StrEnum):
    """Where a user stands; of several reasons not to let somebody in, the heaviest."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    BLOCKED = "blocked"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class OwnedAddress:
    """An e-mail address of a user's; `verified_at` is when somebody proved to read it, or an operator vouched."""

    key: AddressKey
    address: str
    verified_at: datetime | None
    is_primary: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OwnedPhone:
    """A phone number of a user's, in the form of E.164."""

    number: str
    verified_at: datetime | None
    is_primary: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """What a user is called at another provider; `subject` is that provider's own, unchanging name for them."""

    id: str
    provider: str
    connection_id: str
    subject: str
    profile: dict[str, Any]
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that is kept of a user.

    `is_active` is the switch alone; whether somebody may sign in is `may_sign_in`. `source` says how the record came
    into being: `sign_up`, `api`, `invitation` or the format of an import.
    """

    id: str
    first_name: str
    last_name: str
    is_active: bool
    blocked_at: datetime | None
    block_reason: str
    deleted_at: datetime | None
    external_id: str | None
    public_metadata: dict[str, Any]
    private_metadata: dict[str, Any]
    picture: str
    locale: str
    source: str
    created_at: datetime
    modified_at: datetime
    last_login_at: datetime | None
    addresses: tuple[OwnedAddress, ...] = ()
    phones: tuple[OwnedPhone, ...] = ()
    identities: tuple[Identity, ...] = ()

    @property
    def name(self) -> str:
        """Return the full name, empty where neither part is known."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def primary_address(self) -> OwnedAddress | None:
        """Return the address that stands for the person; None where they have none."""
        return next((address for address in self.addresses if address.is_primary), None)

    @property
    def email(self) -> str:
        """Return the primary address as it is written, empty where there is none."""
        primary = self.primary_address
        return "" if primary is None else primary.address

    @property
    def email_verified_at(self) -> datetime | None:
        """Return since when the primary address is proven; None where it is not."""
        primary = self.primary_address
        return None if primary is None else primary.verified_at

    @property
    def phone(self) -> str:
        """Return the primary phone number, empty where there is none."""
        return next((phone.number for phone in self.phones if phone.is_primary), "")

    @property
    def state(self) -> UserState:
        """Return where the person stands."""
        if self.deleted_at is not None:
            return UserState.DELETED
        if self.blocked_at is not None:
            return UserState.BLOCKED
        return UserState.ACTIVE if self.is_active else UserState.INACTIVE

    @property
    def may_sign_in(self) -> bool:
        """Tell whether nothing stands against a sign-in."""
        return self.state is UserState.ACTIVE


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody who was deleted, by what orders them."""

    deleted_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An e-mail address that a new user is given."""

    email: EmailAddress
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A phone number that a new user is given, in the form of E.164."""

    number: str
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """An identity at another provider that a new user is linked to."""

    provider: str
    connection_id: str
    subject: str
    profile: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A password hash or another secret that comes with an imported user, sealed by whoever imports.

    Args:
        kind: what it is, such as `password` or `totp`.
        scheme: how it was made, such as `bcrypt`.
        sealed: the secret, sealed under the server's keys.
    """

    kind: str
    scheme: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ImportedCredential:
    """A secret that came with a user by an import, for the method that judges it at the next sign-in."""

    user_id: str
    kind: str
    scheme: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who is to become a user.

    Args:
        first_name: at most 100 characters, empty where unknown, as is the last name.
        addresses: e-mail addresses, the primary one first.
        phones: phone numbers, the primary one first.
        identities: who they are at other providers.
        credentials: secrets that come with an import.
        external_id: what another system calls them; nobody else here may be called so.
        public_metadata: what applications may read; the management API alone shows `private_metadata`.
        picture: the https URL of a picture.
        source: how they come: `sign_up`, `api`, `invitation`, or the format of an import.
        id: an id that they had before; empty for a new one.
        created_at: when they came into being elsewhere; None for now.
        last_login_at: when they last signed in elsewhere.
        block_reason: why they are blocked from the beginning; empty where they are not.
    """

    first_name: str = ""
    last_name: str = ""
    addresses: tuple[NewAddress, ...] = ()
    phones: tuple[NewPhone, ...] = ()
    identities: tuple[NewIdentity, ...] = ()
    credentials: tuple[NewCredential, ...] = ()
    external_id: str | None = None
    public_metadata: dict[str, Any] = field(default_factory=dict)
    private_metadata: dict[str, Any] = field(default_factory=dict)
    picture: str = ""
    locale: str = ""
    source: str = "api"
    id: str = ""
    created_at: datetime | None = None
    last_login_at: datetime | None = None
    is_active: bool = True
    block_reason: str = ""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What an operator sets of a user; None leaves a value as it is, an empty text clears it."""

    first_name: str | None = None
    last_name: str | None = None
    picture: str | None = None
    locale: str | None = None
    external_id: str | None = None
    public_metadata: dict[str, Any] | None = None
    private_metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Whom a search is for; everything that is given must hold, and what is empty does not count.

    Args:
        email: one of the addresses, whole.
        email_prefix: how one of the addresses begins.
        name: how the full name or the family name begins.
        phone: one of the phone numbers, in the form of E.164.
        external_id: what another system calls them.
        metadata: a name and a value among their metadata.
        state: where they stand; None for everybody who is not deleted. `created_from` is the first moment of those
            at which they may have come into being, and `created_before` the first that is too late.
    """

    email: AddressKey | None = None
    email_prefix: str = ""
    name: str = ""
    phone: str = ""
    external_id: str = ""
    metadata: tuple[str, str] | None = None
    state: UserState | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
