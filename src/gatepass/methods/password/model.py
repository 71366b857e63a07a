"""What a stored password, a way to a new one and a judgement are."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.mail.addresses import AddressKey
from gatepass.users.model import ImportedCredential

METHOD: Final = "password"


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """The hash of somebody's password."""

    user_id: str
    hashed: str = field(repr=False)
    created_at: datetime
    modified_at: datetime
    must_change: bool


@dataclass(frozen=True, slots=True)
class Reset:
    """A mailed way to a new password, as it is stored; its link and its code are good once, either of them."""

    id: str
    attempt_id: str
    application_id: str
    address_key: AddressKey
    secret_hash: bytes
    code_mac: bytes
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of whoever an address belongs to before a password is judged.

    Args:
        user_id: who; empty where the address is nobody's.
        stored: the hash of their password, where they have one here.
        imported: the hash that came with them by an import, where they have none of ours yet.
    """

    user_id: str = ""
    stored: StoredPassword | None = None
    imported: ImportedCredential | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What hashing found out.

    Args:
        is_right: whether the password is the one.
        rehashed: the hash that is to be kept in place of an outdated or imported one; empty where none is.
    """

    is_right: bool
    rehashed: str = field(default="", repr=False)


class Weakness(StrEnum):
    """Why a new password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    GUESSABLE = "guessable"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to sign in, or asks for a mail.

    Args:
        origin: where the request came from.
        browser_hash: the hash of the browser's cookie; None where it has none.
        known_by: by which mark this browser is known to belong to the owner of the address; empty where it is not.
        unverified_host: the host that it asked.
        language: the tag of the language in which it is answered.
    """

    origin: Origin
    browser_hash: bytes | None = None
    known_by: str = ""
    unverified_host: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """A mail was asked for: the handle of the sign-in that waits for its code, and the id of its attempt."""

    state: str
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A link to a new password that would work."""

    reset: Reset
    application: Application
    address: str
