"""What an application is and what it may decide."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gatepass.applications.model.methods import MethodPolicies
from gatepass.kit.problems import Problem
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


class ClientAuthentication(StrEnum):
    """How an application proves to be itself where it asks for tokens (RFC 7591 §2)."""

    NONE = "none"
    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"


class GrantType(StrEnum):
    """What may be exchanged for tokens (RFC 6749, 8628, 8693)."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - the name of a grant


class Source(StrEnum):
    """Who said what an application is."""

    OPERATOR = "operator"
    REGISTRATION = "registration"
    DOCUMENT = "document"


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
class SignInTexts:
    """An application's own words on its first sign-in page; what is empty is said in the reader's language."""

    heading: str = ""
    sub_heading: str = ""
    label: str = ""
    placeholder: str = ""
    button: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Branding:
    """How an application's pages and mails look; empty means Gatepass's own look.

    Args:
        accent: the colour of buttons and links, as `#rrggbb`; where it is too pale to be read, pages correct it.
        logo_url: an https address.
        signature: who signs the mails, as `Team Shop`.
        texts: its own words on its first page, whatever the reader's language.
        favicon_url: an https address.
        page_title: what stands in the browser's tab; its name otherwise.
        font_family: the font of its pages, of those that its readers have.
        font_url: the https address of a stylesheet for the widget; hosted pages load nothing from elsewhere.
        text_colour: the colour of text, on light pages.
        page_colour: the ground of light pages.
        box_colour: the ground of the box in which people type, on light pages.
        dark_page_colour: the ground of dark pages.
        dark_box_colour: the ground of the box on dark pages.
        background_url: the https address of a picture behind the box.
        box_radius: how round the box is, 0 to 40 pixels; None leaves that to the house.
        field_radius: how round fields and buttons are, 0 to 40 pixels; None leaves that to the house.
        language: the language of its pages where a reader's own wishes fit none.
        is_white_label: whether the house leaves its own name out of the pages.
        texts_by_language: its own words by language tag, as `de`; they stand above `texts`.
    """

    accent: str = ""
    logo_url: str = ""
    signature: str = ""
    texts: SignInTexts = field(default_factory=SignInTexts)
    favicon_url: str = ""
    page_title: str = ""
    font_family: str = ""
    font_url: str = ""
    text_colour: str = ""
    page_colour: str = ""
    box_colour: str = ""
    dark_page_colour: str = ""
    dark_box_colour: str = ""
    background_url: str = ""
    box_radius: int | None = None
    field_radius: int | None = None
    language: str = ""
    is_white_label: bool = True
    texts_by_language: dict[str, SignInTexts] = field(default_factory=dict)

    def texts_in(self, language: str) -> SignInTexts:
        """Return its own words for readers of a language, by its tag."""
        return self.texts_by_language.get(language, self.texts)


@dataclass(frozen=True, slots=True)
class OAuthPolicy:
    """What an application may do at the provider, and what is asked of it there.

    Args:
        grants: the grants that it may use; empty means those of its type.
        authentication: how it proves to be itself; None means by its secret where it keeps one, in either form.
        requires_pkce: whether its authorization requests need a challenge (RFC 7636); public ones always do.
        requires_pushed_requests: whether they must be pushed first (RFC 9126).
        requires_signed_requests: whether they must be signed (RFC 9101).
        requires_dpop: whether its tokens must be bound to a key (RFC 9449).
        may_exchange_documented: whether a code may be exchanged in the documented form, without further proof.
        is_third_party: whether people are asked before it learns anything about them.
        has_profile_in_id_token: whether the id token carries the claims of the scopes, or userinfo alone does.
        scopes: what it may ask for beside the scopes of OpenID Connect.
        audiences: the resources that it may name (RFC 8707); tokens are for itself where it names none.
        jwks: its public keys, for private_key_jwt and signed requests.
        jwks_uri: where they are published instead.
        logout_notice_url: where it is told that a session ended (OpenID Connect Back-Channel Logout 1.0).
        refresh_idle_seconds: after how many seconds without a refresh it must send people to sign in again; 0 is never.
        access_claims: further claims of its access tokens, with placeholders.
        id_claims: further claims of its id tokens, with placeholders.
        home_url: its own page, for the pages that speak of it.
        policy_url: its privacy policy.
        terms_url: its terms of service.
        source: who said all this.
    """

    grants: tuple[GrantType, ...] = ()
    authentication: ClientAuthentication | None = None
    requires_pkce: bool = False
    requires_pushed_requests: bool = False
    requires_signed_requests: bool = False
    requires_dpop: bool = False
    may_exchange_documented: bool = False
    is_third_party: bool = False
    has_profile_in_id_token: bool = True
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    jwks: dict[str, Any] = field(default_factory=dict)
    jwks_uri: str = ""
    logout_notice_url: str = ""
    refresh_idle_seconds: int = 0
    access_claims: dict[str, Any] = field(default_factory=dict)
    id_claims: dict[str, Any] = field(default_factory=dict)
    home_url: str = ""
    policy_url: str = ""
    terms_url: str = ""
    source: Source = Source.OPERATOR


_GRANTS_OF_TYPE = {
    ApplicationType.WEB: (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.CLIENT_CREDENTIALS),
    ApplicationType.SPA: (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
    ApplicationType.NATIVE: (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.DEVICE_CODE),
    ApplicationType.M2M: (GrantType.CLIENT_CREDENTIALS,),
}


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
    oauth: OAuthPolicy = field(default_factory=OAuthPolicy)
    methods: MethodPolicies = field(default_factory=MethodPolicies)

    @property
    def grants(self) -> tuple[GrantType, ...]:
        """Return the grants that it may use."""
        return self.oauth.grants or _GRANTS_OF_TYPE[self.type]

    @property
    def is_confidential(self) -> bool:
        """Tell whether it proves to be itself where it asks for tokens (RFC 6749 §2.1)."""
        if self.oauth.authentication is None:
            return self.type.keeps_secrets
        return self.oauth.authentication is not ClientAuthentication.NONE

    @property
    def is_native(self) -> bool:
        """Tell whether it runs on a person's own machine, where the port of its callback may change (RFC 8252 §7.3)."""
        return self.type is ApplicationType.NATIVE

    @property
    def is_of_a_stranger(self) -> bool:
        """Tell whether nobody here vouches for what it says of itself, so that its name and logo stand for nothing."""
        return self.oauth.is_third_party or self.oauth.source is not Source.OPERATOR


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
    oauth: OAuthPolicy = field(default_factory=OAuthPolicy)
    methods: MethodPolicies = field(default_factory=MethodPolicies)


@dataclass(frozen=True, slots=True)
class ApplicationSecret:
    """One of an application's secrets, as it is stored."""

    id: str
    application_id: str
    secret_hash: bytes
    last_four: str
    created_at: datetime
    revoked_at: datetime | None


def connection_id_of(application_id: str, method: str) -> str:
    """Return the id of an application's own connection to a way to sign in, by the method's key; always the same."""
    return hashlib.sha256(f"{application_id}:{method}".encode()).hexdigest()[:24]


def unknown_application() -> Problem:
    """Return the problem of an application that is not there."""
    return Problem("unknown_application", 404, "There is no such application; check its id.", number=1005)
