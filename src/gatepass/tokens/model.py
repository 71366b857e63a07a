"""What a grant, a family, a refresh token and a signing key are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from gatepass.protocols.jose import SigningAlgorithm
from gatepass.users.model import User


class Grant(msgspec.Struct, frozen=True):
    """Tokens that are granted but not yet signed; what a holder may be given again within the grace window."""

    claims: dict[str, Any]
    algorithm: SigningAlgorithm
    key_id: str
    refresh_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenSet:
    """Signed tokens, as an application receives them."""

    access_token: str
    refresh_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, as it is stored."""

    id: str
    token_hash: bytes
    family_id: str
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None
    successor_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Family:
    """All the refresh tokens that descend from one sign-in; they are revoked together (RFC 9700 §4.14.2)."""

    id: str
    session_id: str
    user_id: str
    application_id: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A refresh token that somebody presents, together with its family, in one row."""

    id: str
    expires_at: datetime
    spent_at: datetime | None
    successor_sealed: bytes | None
    family_id: str
    session_id: str
    user_id: str
    application_id: str
    family_created_at: datetime
    family_expires_at: datetime
    revoked_at: datetime | None

    @property
    def family(self) -> Family:
        """Return the family that the token belongs to."""
        return Family(
            self.family_id,
            self.session_id,
            self.user_id,
            self.application_id,
            self.family_created_at,
            self.family_expires_at,
            self.revoked_at,
        )


class RefreshRefusal(StrEnum):
    """Why a refresh token was refused."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refresh token that was judged and refused."""

    reason: RefreshRefusal


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refresh token that was spent for a successor, and whose it is."""

    grant: Grant
    user: User


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key, as it is stored: published from its creation, signing from `active_at` until `retired_at`."""

    id: str
    algorithm: SigningAlgorithm
    public_jwk: dict[str, str]
    private_sealed: bytes
    created_at: datetime
    active_at: datetime
    retired_at: datetime | None
    withdrawn_at: datetime | None
