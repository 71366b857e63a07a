"""What a person is on the way in or out, whatever the format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """The formats that are read and written, each named after the product that it is of."""

    AUTH0 = "auth0"
    FIREBASE = "firebase"
    KEYCLOAK = "keycloak"
    CLERK = "clerk"
    COGNITO = "cognito"
    CSV = "csv"


class CredentialKind(StrEnum):
    """What kind of secret came along."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    TOTP = "totp"
    BACKUP_CODES = "backup_codes"


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret that came along, as it came.

    Args:
        kind: what it is.
        scheme: how a password is hashed, such as `bcrypt` or `scrypt_firebase`; `base32` for a TOTP secret.
        value: the hash, and what else is needed to judge it, such as the salt and the rounds.
    """

    kind: CredentialKind
    scheme: str
    value: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """An e-mail address or a telephone number, and whether the other product had it proven."""

    value: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class ForeignIdentity:
    """What the person is called at a provider through which they signed in there."""

    provider: str
    subject: str


@dataclass(frozen=True, slots=True)
class Traveller:
    """A person on the way in or out.

    The first address and the first number are the primary ones. `external_id` is the id at the other product.
    """

    external_id: str
    emails: tuple[Contact, ...] = ()
    phones: tuple[Contact, ...] = ()
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    picture: str = ""
    locale: str = ""
    is_active: bool = True
    is_blocked: bool = False
    public_metadata: Mapping[str, Any] = field(default_factory=dict)
    private_metadata: Mapping[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    identities: tuple[ForeignIdentity, ...] = ()
    credentials: tuple[Credential, ...] = ()
    created_at: datetime | None = None
    last_login_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: who it is, or the sentence that says why it can't be read.

    Args:
        number: which one, from 1; the header of a table does not count.
        traveller: the person, None where the row can't be read.
        fault: what is wrong with it; empty where it can be read.
        label: how the report names it: the address or the id, as far as it could be read.
    """

    number: int
    traveller: Traveller | None
    fault: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One import of one file.

    Args:
        id: the digest of the file and its format.
        source: the format.
        position: how many rows were dealt with.
        added: how many of them became users.
        refused: how many did not.
        finished_at: when its last row was dealt with.
    """

    id: str
    source: str
    position: int
    added: int
    refused: int
    finished_at: datetime | None


class UnreadableFile(Exception):
    """Raised with a sentence where a file is not of its format at all, or breaks off."""
