"""What the sign-in element says, in each language that pages speak, and an application's own words in its place.

A language is a file `words/<tag>.json` that holds everything; one that lacks a sentence can't be read, so no element is
ever half translated.
"""

from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import msgspec

from gatepass.applications.model import Application, SignInTexts
from gatepass.gate.pages.languages import LANGUAGES, Language

_PLACE = "{name}"


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
    or_: str = msgspec.field(name="or")
    phone_input: Input


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


class ResendButton(msgspec.Struct, frozen=True):
    """The texts of the button that asks for another mail."""

    resend: str
    resend_again: str


class VerificationTexts(msgspec.Struct, frozen=True):
    """The texts of the page on which people wait for their link."""

    heading: str
    sub_heading: str
    help_text: str
    default_error: str
    button: ResendButton


class PasskeyTexts(msgspec.Struct, frozen=True):
    """The texts of the page that offers a passkey."""

    title_text: str
    sub_title_text_1: str
    sub_title_text_2: str
    button1: Button
    button2: Button


class PasswordTexts(msgspec.Struct, frozen=True):
    """The texts of the page that asks for a password; its second button is for those who forgot theirs."""

    heading: str
    input: Input
    or_: str = msgspec.field(name="or")
    button: Annotated[list[Button], msgspec.Meta(min_length=2, max_length=2)]


class Words(msgspec.Struct, frozen=True):
    """Everything that the element says."""

    login: LoginTexts
    magic_otp: CodeTexts
    verification: VerificationTexts
    webauthn_page: PasskeyTexts
    email_password: PasswordTexts


class Localization(Words, frozen=True, kw_only=True):
    """Everything that the element says, and in which language."""

    language: str
    iso_code: str
    direction: str


def localization(application: Application, language: Language) -> Localization:
    """Return what the element says for an application in a language; its own words win."""
    said = _words(language.tag)
    own = application.branding.texts_in(language.tag)
    title = said.magic_otp.title.replace(_PLACE, application.name)
    return Localization(
        login=_with_own(said.login, own),
        magic_otp=msgspec.structs.replace(said.magic_otp, title=title),
        verification=said.verification,
        webauthn_page=said.webauthn_page,
        email_password=said.email_password,
        language=language.name,
        iso_code=language.tag,
        direction=language.direction,
    )


def _with_own(login: LoginTexts, own: SignInTexts) -> LoginTexts:
    if not any(getattr(own, part.name) for part in fields(own)):
        return login
    return msgspec.structs.replace(
        login,
        heading=own.heading or login.heading,
        sub_heading=own.sub_heading or login.sub_heading,
        footer=own.footer or login.footer,
        button=Button(own.button or login.button.text),
        input=Input(own.placeholder or login.input.placeholder, own.label or login.input.label),
    )


@cache
def _words(tag: str) -> Words:
    if tag not in LANGUAGES:
        raise ValueError(f"{tag!r} is no language that pages speak.")
    file: Any = files("gatepass") / "web" / "widget" / "words" / f"{tag}.json"
    return msgspec.json.decode(file.read_bytes(), type=Words)
