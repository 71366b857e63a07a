"""The public configuration of an application's sign-in page, in its documented shape."""

from collections.abc import Sequence

import msgspec

from gatepass.applications.model import Application, connection_id_of
from gatepass.gate.pages.languages import Language
from gatepass.kit.colours import ink_on
from gatepass.web.widget.localization import Localization, localization
from gatepass.web.widget.schema import BrandingSchema, branding_schema

_ACCENT = "#4f46e5"
_PASSKEY = "passkey"
# What the hosted API calls our ways to sign in; of the last three it names the paths and the texts alone.
_PROVIDERS = {
    "magic_link": "MagicLink",
    "one_time_code": "MagicOTP",
    "sms_code": "PhoneOTP",
    _PASSKEY: "Passkey",
    "password": "EmailPassword",
}


class Font(msgspec.Struct, frozen=True):
    """A web font."""

    url: str
    family: str


class ConfiguredBranding(msgspec.Struct, frozen=True):
    """How the page looks."""

    brand: str
    signature: str
    btn_color: str
    brand_logo: str
    font: Font
    branding_schema: BrandingSchema | str
    admin_branding_schema: str = ""
    text_color: str = "#0f172a"
    background_image: str = ""
    login_box_color: str = ""
    background: str = "#f8fafc"
    favicon: str = ""
    lang: str = "en"
    white_label: bool = True
    page_title: str = ""
    background_style: str | None = None
    input_style: str | None = None
    social_button: str | None = None
    logo_style: str | None = None
    login_box_style: str | None = None
    page_submit_button_style: str | None = None


class Connection(msgspec.Struct, frozen=True):
    """A way to sign in."""

    provider: str
    connection_id: str
    is_sso_connection: bool = False
    is_oauth_connection: bool = False


class AuthConfiguration(msgspec.Struct, frozen=True):
    """Which further methods are switched on: passkeys, by either of the names that pages know them by."""

    webauthn: bool = False
    passkey_auth: bool = False
    social: dict[str, str] | None = None


class Configuration(msgspec.Struct, frozen=True):
    """The public configuration of an application's sign-in page."""

    id: str
    name: str
    client_id: str
    branding: ConfiguredBranding
    connection: list[Connection]
    default_redirect_url: str
    auth_config: AuthConfiguration
    localization: Localization


def configuration(
    application: Application, address: str, methods: Sequence[str], language: Language, *, is_by_domain: bool
) -> Configuration:
    """Return an application's public configuration; it holds nothing that isn't shown to everybody.

    Args:
        application: whose it is.
        address: where people sign in to it, without a path.
        methods: the keys of the ways to sign in.
        language: in which the page speaks.
        is_by_domain: whether it was asked for by domain, where the look's schema is documented as a text of JSON.
    """
    return Configuration(
        id=application.id,
        name=application.name,
        client_id=application.client_id,
        branding=_branding(application, address, language, is_by_domain=is_by_domain),
        connection=[
            Connection(_PROVIDERS[method], connection_id_of(application.id, method))
            for method in methods
            if method in _PROVIDERS
        ],
        default_redirect_url=next(iter(application.callback_urls), address),
        auth_config=AuthConfiguration(_PASSKEY in methods, _PASSKEY in methods),
        localization=localization(application, language),
    )


def _branding(application: Application, address: str, language: Language, *, is_by_domain: bool) -> ConfiguredBranding:
    look = application.branding
    accent = look.accent or _ACCENT
    schema = branding_schema(look, application.name, address, ink_on(accent))
    return ConfiguredBranding(
        brand=application.name,
        signature=look.signature or f"The {application.name} team",
        btn_color=accent,
        brand_logo=look.logo_url,
        font=Font(look.font_url, look.font_family or "Inter"),
        branding_schema=msgspec.json.encode(schema).decode() if is_by_domain else schema,
        text_color=look.text_colour or "#0f172a",
        background_image=look.background_url,
        login_box_color=look.box_colour,
        background=look.page_colour or "#f8fafc",
        favicon=look.favicon_url,
        lang=language.tag,
        white_label=look.is_white_label,
        page_title=look.page_title,
    )
