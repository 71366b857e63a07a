"""What a grant, a family, a refresh token and a signing key are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from gatepass.protocols.jose import SigningAlgorithm
from gatepass.users.model import User


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """On which terms tokens were granted; kept with their family, so that a refresh grants no more.

    Args:
        scope: what the application may do, in the order in which it asked; empty outside OAuth.
        audiences: for whom the access tokens are (RFC 8707); empty means the application itself.
        key_thumbprint: the key that they are bound to (RFC 9449 §6.1), empty where they are bearer tokens.
        id_token_claims: the claims that were asked for by name for id tokens (OpenID Connect Core §5.5).
        userinfo_claims: the same for userinfo.
        actor: who acts for the subject (RFC 8693 §4.1), empty where nobody does.
        auth_time: when the person had proven who they are, in seconds since the epoch; what is refreshed says the
            same, whatever they proved since (OpenID Connect Core §12.2). 0 where the session alone knows.
        amr: how they had proven it (RFC 8176).
        organization_id: the organization to which the person signed in; empty where to none.
    """

    scope: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    key_thumbprint: str = ""
    id_token_claims: tuple[str, ...] = ()
    userinfo_claims: tuple[str, ...] = ()
    actor: dict[str, Any] = {}
    auth_time: int = 0
    amr: tuple[str, ...] = ()
    organization_id: str = ""

    def of_sign_in(self, authenticated_at: datetime, amr: tuple[str, ...]) -> "Terms":
        """Return the same terms with the proof on which they are granted."""
        return msgspec.structs.replace(self, auth_time=int(authenticated_at.timestamp()), amr=amr)

    @property
    def has_id_token(self) -> bool:
        """Tell whether an id token belongs to the tokens (OpenID Connect Core §3.1.2.1)."""
        return "openid" in self.scope


class Ask(msgspec.Struct, frozen=True):
    """What a refresh asks for: less than was granted, or None for all of it; and the key that it proves to hold."""

    scope: tuple[str, ...] | None = None
    audiences: tuple[str, ...] | None = None
    key_thumbprint: str = ""


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens that are granted but not yet signed; what a holder may be given again within the grace window.

    Args:
        claims: those of the access token.
        algorithm: the algorithm of the key that signs.
        key_id: the key that signs.
        refresh_token: empty where none is granted.
        expires_at: when the access token expires.
        id_claims: those of the id token, empty where none is granted.
        terms: what was granted.
        family_id: the family of the refresh token; empty where there is no person.
    """

    claims: dict[str, Any]
    algorithm: SigningAlgorithm
    key_id: str
    refresh_token: str
    expires_at: datetime
    id_claims: dict[str, Any] = {}
    terms: Terms = Terms()
    family_id: str = ""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """Signed tokens, as an application receives them; `refresh_token` and `id_token` are empty where there are none."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    id_token: str = ""
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750
    scope: tuple[str, ...] = ()


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
    terms: Terms


@dataclass(frozen=True, slots=True)
class Holding:
    """An application that holds tokens of a person, and since when."""

    application_id: str
    since: datetime


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
    terms: Terms

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
            self.terms,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands behind an access token that nobody took back: the session and the person, and the terms."""

    session_id: str
    user_id: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Holder:
    """The person of an access token, and on which terms it was granted."""

    user: User
    terms: Terms


class RefreshRefusal(StrEnum):
    """Why a refresh token was refused."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REUSED = "reused"
    WIDER_SCOPE = "wider_scope"
    WIDER_AUDIENCE = "wider_audience"
    WRONG_KEY = "wrong_key"
    NO_MEMBER = "no_member"


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
