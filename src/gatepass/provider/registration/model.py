"""What a client says about itself, what it is told, and the tokens of this slice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec

from gatepass.applications.model import Application
from gatepass.kit.secrets import Secret

PATHS = ("/oauth2/register", "/oidc/register")
# Whatever comes is taken here, so that a value of the wrong type is answered as the standard has it.
_Text = Annotated[Any, msgspec.Meta(extra_json_schema={"type": "string"})]
_Texts = Annotated[Any, msgspec.Meta(extra_json_schema={"type": "array", "items": {"type": "string"}})]
_Truth = Annotated[Any, msgspec.Meta(extra_json_schema={"type": "boolean"})]
_Keys = Annotated[Any, msgspec.Meta(extra_json_schema={"type": "object"})]


class ClientForm(msgspec.Struct, frozen=True):
    """What a client says about itself, as it comes and as readers see it described; other members are ignored."""

    redirect_uris: _Texts = None
    token_endpoint_auth_method: _Text = None
    grant_types: _Texts = None
    response_types: _Texts = None
    client_name: _Text = None
    client_uri: _Text = None
    logo_uri: _Text = None
    policy_uri: _Text = None
    tos_uri: _Text = None
    scope: _Text = None
    jwks: _Keys = None
    jwks_uri: _Text = None
    application_type: _Text = None
    subject_type: _Text = None
    id_token_signed_response_alg: _Text = None
    post_logout_redirect_uris: _Texts = None
    backchannel_logout_uri: _Text = None
    require_pushed_authorization_requests: _Truth = None
    require_signed_request_object: _Truth = None
    dpop_bound_access_tokens: _Truth = None
    client_id: _Text = None
    client_secret: _Text = None

    def members(self) -> dict[str, Any]:
        """Return what was sent, by name."""
        return msgspec.structs.asdict(self)


class ClientMetadata(msgspec.Struct, frozen=True):
    """What a client may say about itself (RFC 7591 §2, OpenID Connect Registration §2); nothing of it is judged."""

    redirect_uris: tuple[str, ...] = ()
    token_endpoint_auth_method: str = ""
    grant_types: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    client_name: str = ""
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    scope: str = ""
    jwks: dict[str, Any] = {}
    jwks_uri: str = ""
    application_type: str = ""
    subject_type: str = ""
    id_token_signed_response_alg: str = ""
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    dpop_bound_access_tokens: bool = False
    client_id: str = ""
    client_secret: str = ""


class ClientInformation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client is told: its credentials, and everything that was taken of what it said (RFC 7591 §3.2.1)."""

    client_id: str
    client_id_issued_at: int
    client_secret: str | msgspec.UnsetType = msgspec.UNSET
    client_secret_expires_at: int | msgspec.UnsetType = msgspec.UNSET
    registration_access_token: str
    registration_client_uri: str
    redirect_uris: tuple[str, ...]
    token_endpoint_auth_method: str
    grant_types: tuple[str, ...]
    response_types: tuple[str, ...]
    application_type: str
    subject_type: str
    client_name: str
    scope: str
    id_token_signed_response_alg: str
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    jwks: dict[str, Any] = {}
    jwks_uri: str = ""
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    require_pushed_authorization_requests: bool = False
    require_signed_request_object: bool = False
    dpop_bound_access_tokens: bool = False


@dataclass(frozen=True, slots=True)
class Hospitality:
    """What the operator lets strangers have.

    Args:
        needs_invitation: whether whoever registers needs an initial access token.
        reads_documents: whether a client id may be the address of a document.
        scopes: what they may ask people for, beside the scopes of OpenID Connect.
        resources: the resources that they may name (RFC 8707).
        allows_loopback: whether this is a development machine, whose own addresses will do.
    """

    needs_invitation: bool = True
    reads_documents: bool = False
    scopes: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    allows_loopback: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """An initial access token (RFC 7591 §3), as it is stored."""

    id: str
    token_hash: bytes
    name: str
    uses_left: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RegistrationToken:
    """The token by which a client reads and changes its registration (RFC 7592 §3), as it is stored."""

    application_id: str
    token_hash: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ClientDocument:
    """What is known of a document: whose it is, when it was fetched, and until when it need not be asked again."""

    url: str
    application_id: str
    fetched_at: datetime
    fresh_until: datetime


@dataclass(frozen=True, slots=True)
class Welcomed:
    """A client that has registered, or changed its registration; what is secret is shown this once."""

    application: Application
    client_secret: Secret | None = None
    registration_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A token that was judged and opens nothing."""
