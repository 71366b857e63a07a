"""What an application is and what it may decide."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gatepass.protocols.jose import SigningAlgorithm


class ApplicationType(StrEnum):
    """What an application can keep secret, and where it runs."""

    WEB = "web"
    SPA = "spa"
    NATIVE = "native"
    M2M = "m2m"

    @property
    def keeps_secrets(self) -> bool:
        """Tell whether such an application can authenticate with a secret (RFC 6749 §2.1, confidential)."""
        return self in {ApplicationType.WEB, ApplicationType.M2M}


class LinkTarget(StrEnum):
    """What the mailed link opens."""

    LANDING = "landing"
    API = "api"


@dataclass(frozen=True, slots=True)
class MagicLinkPolicy:
    """How an application wants sign-in by mail to behave.

    Args:
        link_target: the landing page, which asks for a gesture, or the documented call, which verifies at once.
        lifetime_seconds: for how long a link and its code are good; 60 to 600.
        may_sign_up: whether a first sign-in creates the user.
    """

    link_target: LinkTarget = LinkTarget.LANDING
    lifetime_seconds: int = 300
    may_sign_up: bool = True

    @property
    def lifetime(self) -> timedelta:
        """Return for how long a link and its code are good."""
        return timedelta(seconds=self.lifetime_seconds)


@dataclass(frozen=True, slots=True)
class Branding:
    """How an application's pages and mails look; empty means Gatepass's own look."""

    accent: str = ""
    logo_url: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """An OAuth client and its policy."""

    id: str
    client_id: str
    name: str
    type: ApplicationType
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    access_token_lifetime: timedelta
    id_token_lifetime: timedelta
    refresh_token_lifetime: timedelta
    signing_algorithm: SigningAlgorithm
    magic_link: MagicLinkPolicy
    branding: Branding
    is_active: bool
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody asks for when they register an application."""

    name: str
    type: ApplicationType
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    access_token_lifetime: timedelta = timedelta(hours=1)
    id_token_lifetime: timedelta = timedelta(hours=1)
    refresh_token_lifetime: timedelta = timedelta(days=30)
    signing_algorithm: SigningAlgorithm = SigningAlgorithm.ES256
    magic_link: MagicLinkPolicy = field(default_factory=MagicLinkPolicy)
    branding: Branding = field(default_factory=Branding)


@dataclass(frozen=True, slots=True)
class ApplicationSecret:
    """One of an application's secrets, as it is stored."""

    id: str
    application_id: str
    secret_hash: bytes
    last_four: str
    created_at: datetime
    revoked_at: datetime | None
