"""The public configuration of an application's sign-in page, in its documented shape."""

import msgspec

from gatepass.applications.model import Application

_ACCENT = "#4f46e5"


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
    branding_schema: dict[str, str] = msgspec.field(default_factory=dict)
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
    """Which further methods are switched on."""

    webauthn: bool = False
    passkey_auth: bool = False
    social: dict[str, str] | None = None


class Button(msgspec.Struct, frozen=True):
    """A button's text."""

    text: str


class Input(msgspec.Struct, frozen=True):
    """A field's texts."""

    placeholder: str
    label: str


class LoginTexts(msgspec.Struct, frozen=True):
    """The texts of the first page."""

    heading: str
    sub_heading: str
    footer: str
    button: Button
    input: Input
    or_: str = msgspec.field(name="or", default="or")
    phone_input: Input = msgspec.field(default_factory=lambda: Input("", ""))


class CodeButton(msgspec.Struct, frozen=True):
    """The texts of the code page's buttons."""

    text: str
    resend: str
    resend_again: str


class CodeTexts(msgspec.Struct, frozen=True):
    """The texts of the code page."""

    title_text: str
    title: str
    subtitle: str
    error_text: str
    button: CodeButton


class Localization(msgspec.Struct, frozen=True):
    """The texts of the page in one language."""

    login: LoginTexts
    magic_otp: CodeTexts
    language: str = "English"
    iso_code: str = "en"
    direction: str = "ltr"


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


def configuration(application: Application, public_url: str) -> Configuration:
    """Return an application's public configuration; it holds nothing that isn't shown to everybody."""
    branding = application.branding
    return Configuration(
        id=application.id,
        name=application.name,
        client_id=application.client_id,
        branding=ConfiguredBranding(
            brand=application.name,
            signature=branding.signature or f"The {application.name} team",
            btn_color=branding.accent or _ACCENT,
            brand_logo=branding.logo_url,
            font=Font("", "Inter"),
        ),
        connection=[Connection("MagicLink", application.id)],
        default_redirect_url=next(iter(application.callback_urls), public_url),
        auth_config=AuthConfiguration(),
        localization=_english(application.name),
    )


def _english(name: str) -> Localization:
    login = LoginTexts(
        heading="Welcome to ",
        sub_heading="Sign in, or create an account by signing in for the first time.",
        footer="By going on you accept the terms and the privacy policy.",
        button=Button("Sign in without password"),
        input=Input("you@example.com", "Email"),
    )
    code = CodeTexts(
        title_text="Login to",
        title=f"Sign in to {name}",
        subtitle="We sent a link and a six-digit code to",
        error_text="That is not the code of the newest mail.",
        button=CodeButton("Continue", "Send it again", "Send it once more"),
    )
    return Localization(login=login, magic_otp=code)
