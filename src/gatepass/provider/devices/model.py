"""What a device's request, its standing and its outcomes are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gatepass.applications.model import Application
from gatepass.sessions.model import Session
from gatepass.tokens.model import Terms
from gatepass.users.model import User

PAGE = "/device"
"""Where a person types the code (RFC 8628 §3.2, `verification_uri`)."""


@dataclass(frozen=True, slots=True)
class DeviceGrant:
    """A device that waits for a person, as it is stored; the codes themselves can't be read from it.

    `network` and `user_agent` are those of the device. `entered_session_id` is the session that typed the code first,
    `user_id` whoever decided.
    """

    id: str
    device_code_hash: bytes
    user_code_mac: bytes
    application_id: str
    terms: Terms
    network: str
    user_agent: str
    interval_seconds: int
    created_at: datetime
    expires_at: datetime
    polled_at: datetime | None
    entered_session_id: str | None
    decided_at: datetime | None
    is_approved: bool | None
    user_id: str | None
    spent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Begun:
    """What a device is told: its own secret, and the code that it shows, as a person reads it."""

    device_code: str
    user_code: str
    expires_in: int
    interval: int


class EntryRefusal(StrEnum):
    """Why a code that somebody typed, or a decision about it, was refused."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Refused:
    """A code that was judged and refused.

    Args:
        reason: why.
        tries_left: how many codes the person may still get wrong.
        retry_at: when they may try again, where that were too many.
    """

    reason: EntryRefusal
    tries_left: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A code that was typed by the session that may decide, and what it decides on."""

    grant: DeviceGrant
    application: Application


@dataclass(frozen=True, slots=True)
class Decided:
    """A device that was let in or turned away."""

    is_approved: bool


class NotReady(StrEnum):
    """Why a device is given no tokens (RFC 8628 §3.5); its members are the errors that it is told."""

    PENDING = "authorization_pending"
    TOO_FAST = "slow_down"
    DENIED = "access_denied"
    EXPIRED = "expired_token"
    UNKNOWN = "invalid_grant"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A device that was let in, the session that it holds from now on, and whose it is."""

    grant: DeviceGrant
    session: Session
    user: User
