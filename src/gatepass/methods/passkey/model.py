"""What a passkey is, and what a ceremony is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gatepass.audit.model import Origin
from gatepass.authenticators.model import Authenticator
from gatepass.protocols.webauthn.model import to_base64url
from gatepass.protocols.webauthn.options import CreationOptions, RequestOptions

CEREMONY_LIFETIME = timedelta(minutes=5)
NOBODY = "nobody"
"""Stands in a ceremony for somebody who is not known here, so that it goes on like any other and fails at its end."""


class Purpose(StrEnum):
    """What a ceremony is for; one that was begun for something serves nothing else."""

    LOGIN = "login"
    REGISTRATION = "registration"
    FACTOR = "factor"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A challenge that was given out.

    `user_id` is whom it is for, where somebody was named; `attempt_id` whose second step it is, where it is one;
    `browser_hash` the hash of the cookie of the browser that began it, where it had one.
    """

    id: str
    handle_hash: bytes
    purpose: Purpose
    challenge: bytes
    rp_id: str
    user_verification: str
    application_id: str
    user_id: str | None
    attempt_id: str | None
    browser_hash: bytes | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    """A credential of a person's; it works for one relying party alone."""

    authenticator_id: str
    user_id: str
    credential_id: bytes
    rp_id: str
    public_key: bytes = field(repr=False)
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    attestation_type: str
    is_backup_eligible: bool
    is_backed_up: bool
    is_user_verified: bool
    modified_at: datetime | None

    @property
    def name(self) -> str:
        """Return the credential's id as browsers write it."""
        return to_base64url(self.credential_id)


@dataclass(frozen=True, slots=True)
class HeldPasskey:
    """A passkey with its entry in the list of what its holder has."""

    passkey: Passkey
    authenticator: Authenticator


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who finishes a ceremony, and from where.

    Args:
        unverified_host: the Host header, as it was sent.
        browser_hash: the hash of the cookie by which the browser is known again; None where it has none.
        origin: network and agent, for the record.
        language: of the page or call; empty where it has none.
        wants_mfa: whether whoever began the sign-in asks for a second factor.
        identifier: whom they say they are, where they say it at the end; whose passkey it is must be the same.
    """

    unverified_host: str
    browser_hash: bytes | None
    origin: Origin
    language: str = ""
    wants_mfa: bool = False
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class BegunLogin:
    """A ceremony that proves somebody: its handle, and what the browser's `credentials.get` is called with."""

    auth_code: str
    options: RequestOptions


@dataclass(frozen=True, slots=True)
class BegunRegistration:
    """A ceremony that makes a passkey: its handle, and what the browser's `credentials.create` is called with."""

    auth_code: str
    options: CreationOptions


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """For whom a passkey is made or used: its name, and the origins whose pages may do so."""

    id: str
    origins: tuple[str, ...]
