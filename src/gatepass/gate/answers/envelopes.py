"""The success bodies of the hosted API: two envelopes, each where it is documented (hosted API, section 0)."""

from datetime import datetime

import msgspec

from gatepass.tokens.model import TokenSet
from gatepass.users.model import User

_TOKEN_TYPE = "Bearer"  # noqa: S105 - RFC 6750
# What the hosted API calls a user who came by no enterprise connection.
_CONNECTION_TYPE = "ManualUser"


class OAuthTokens(msgspec.Struct, frozen=True):
    """The tokens of the nested envelope."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    token_type: str = _TOKEN_TYPE


class NestedUser(msgspec.Struct, frozen=True):
    """The user of the nested envelope."""

    created_at: datetime
    updated_at: datetime
    issuer: str
    user_id: str
    identifier: str
    email: str
    last_login_at: datetime | None


class NestedEnvelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer of magic-link status and of refresh; without tokens while nobody has signed in."""

    authenticated: bool
    oauth: OAuthTokens | None = None
    user: NestedUser | None = None


class Profile(msgspec.Struct, frozen=True):
    """The user of the flat envelope, spelled as documented."""

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


class FlatEnvelope(msgspec.Struct, frozen=True):
    """The answer of a redeemed code."""

    authenticated: bool
    access_token: str
    refresh_token: str
    token_type: str
    expires_at: datetime
    profile: Profile


def nested_envelope(user: User, tokens: TokenSet, issuer: str) -> NestedEnvelope:
    """Return the nested envelope for somebody who is signed in."""
    oauth = OAuthTokens(tokens.access_token, tokens.refresh_token, tokens.expires_at)
    nested = NestedUser(
        user.created_at, user.modified_at, issuer, user.id, user.contact, user.email, user.last_login_at
    )
    return NestedEnvelope(authenticated=True, oauth=oauth, user=nested)


def flat_envelope(user: User, tokens: TokenSet, application_id: str) -> FlatEnvelope:
    """Return the flat envelope for somebody who is signed in."""
    profile = Profile(
        user.id,
        application_id,
        _CONNECTION_TYPE,
        user.email,
        user.first_name,
        user.last_name,
        user.created_at,
        user.modified_at,
        user.is_active,
        user.last_login_at,
    )
    return FlatEnvelope(
        authenticated=True,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        token_type=_TOKEN_TYPE,
        expires_at=tokens.expires_at,
        profile=profile,
    )
