"""What is presented, and what is answered about it."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

USERINFO_PATHS = ("/oauth2/userinfo", "/oidc/userinfo")
INTROSPECTION_PATHS = ("/oauth2/introspect", "/oidc/introspect")
REVOCATION_PATHS = ("/oauth2/revoke", "/oidc/revoke")

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PresentedAccessToken:
    """An access token as it came: by which scheme; in a body it comes by none, which counts as Bearer."""

    unverified_token: str = field(repr=False)
    is_dpop: bool = False


class PresentedTokenForm(msgspec.Struct, omit_defaults=True):
    """What introspection and revocation take (RFC 7662 §2.1, RFC 7009 §2.1)."""

    token: str
    token_type_hint: str = ""
    client_id: str = ""
    client_secret: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""


class UserinfoForm(msgspec.Struct, omit_defaults=True):
    """What userinfo takes in a body (RFC 6750 §2.2)."""

    access_token: str = ""


class Introspection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a token (RFC 7662 §2.2); of one that is worth nothing only that.

    Args:
        active: whether it is worth anything to whoever asks.
        aud: for whom it is, one or several.
        cnf: the key that it is bound to (RFC 9449 §6.2).
        act: who acts for the subject (RFC 8693 §4.1).
        org_id: the organization to which the subject signed in.
    """

    active: bool
    scope: str = ""
    client_id: str = ""
    token_type: str = ""
    exp: int = 0
    iat: int = 0
    nbf: int = 0
    sub: str = ""
    aud: str | list[str] = ""
    iss: str = ""
    jti: str = ""
    sid: str = ""
    auth_time: int = 0
    acr: str = ""
    amr: list[str] = []
    cnf: dict[str, str] = {}
    act: dict[str, Any] = {}
    org_id: str = ""


WORTHLESS = Introspection(active=False)
