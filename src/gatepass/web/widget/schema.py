"""An application's look as the documented `branding_schema`, every key of it, with the documented defaults."""

from typing import Literal

import msgspec

from gatepass.applications.model import Branding


class FontStyle(msgspec.Struct, frozen=True, rename="camel"):
    """How text is set."""

    font_family: str
    color: str
    font_size: int = 16
    font_weight: str = "normal"
    font_style: str = "normal"
    text_decoration: str = "none"


class PageConfig(msgspec.Struct, frozen=True):
    """The ground of the page."""

    background: str


class InputText(msgspec.Struct, frozen=True, rename="camel"):
    """What is typed."""

    color: str
    background: str
    placeholder: str = "#9ca3af"
    font_size: int = 16


class InputBorder(msgspec.Struct, frozen=True):
    """The line around a field."""

    radius: int
    color: str = "#d1d5db"
    width: int = 1


class InputLabel(msgspec.Struct, frozen=True, rename="camel"):
    """What stands above a field."""

    color: str
    size: int = 14
    font_size: int = 14


class InputGround(msgspec.Struct, frozen=True):
    """The ground of a field."""

    color: str = "#ffffff"


class InputBox(msgspec.Struct, frozen=True, rename="camel"):
    """A field."""

    text: InputText
    border: InputBorder
    label: InputLabel
    bg_color: InputGround = InputGround()


class SocialConfig(msgspec.Struct, frozen=True, rename="camel"):
    """The buttons of other providers."""

    position: Literal["top", "bottom"] = "bottom"
    font_size: int = 16
    font_weight: str = "normal"
    color: str = "#1f2937"
    background: str = "#ffffff"
    border_color: str = "#d1d5db"
    border_width: int = 1


class ColorConfig(msgspec.Struct, frozen=True):
    """The three colours that mean something."""

    primary: str
    secondary: str = "#9ca3af"
    error: str = "#ff0000"


class ImageConfig(msgspec.Struct, frozen=True, rename="camel"):
    """Whose page it is."""

    logo_url: str
    favicon: str
    brand_name: str


class BrowserConfig(msgspec.Struct, frozen=True, rename="camel"):
    """What the browser shows of the page."""

    url: str
    page_title: str


class LoginBoxConfig(msgspec.Struct, frozen=True, rename="camel"):
    """The box in which people type."""

    background_image: str
    background: str
    border_radius: int
    style: str = "modern"


class SubmitButtonConfig(msgspec.Struct, frozen=True, rename="camel"):
    """The button that goes on."""

    background: str
    color: str
    border_radius: int
    font_size: int = 16
    font_weight: str = "normal"


class BrandingSchema(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that the hosted product's designer knows of a look."""

    font_style: FontStyle
    page_config: PageConfig
    input_box: InputBox
    color_config: ColorConfig
    image_config: ImageConfig
    browser_configdata: BrowserConfig
    login_box_config_data: LoginBoxConfig
    submit_button_config_data: SubmitButtonConfig
    social_config: SocialConfig = SocialConfig()


_FONT, _TEXT, _PAGE, _PRIMARY, _BOX = "Arial", "#1f2937", "#f9fafc", "#4a00ff", "#ffffff"
_FIELD_RADIUS, _BOX_RADIUS = 4, 6


def branding_schema(branding: Branding, name: str, address: str, on_primary: str) -> BrandingSchema:
    """Return a look in the documented form.

    Args:
        branding: the application's own look.
        name: what the application is called.
        address: where people sign in to it.
        on_primary: the colour of text on its buttons.
    """
    text = branding.text_colour or _TEXT
    field_radius = _FIELD_RADIUS if branding.field_radius is None else branding.field_radius
    box_radius = _BOX_RADIUS if branding.box_radius is None else branding.box_radius
    primary = branding.accent or _PRIMARY
    return BrandingSchema(
        font_style=FontStyle(branding.font_family or _FONT, text),
        page_config=PageConfig(branding.page_colour or _PAGE),
        input_box=InputBox(InputText(text, _BOX), InputBorder(field_radius), InputLabel(text)),
        color_config=ColorConfig(primary),
        image_config=ImageConfig(branding.logo_url, branding.favicon_url, name),
        browser_configdata=BrowserConfig(address, branding.page_title or name),
        login_box_config_data=LoginBoxConfig(branding.background_url, branding.box_colour or _BOX, box_radius),
        submit_button_config_data=SubmitButtonConfig(primary, on_primary, field_radius),
    )
