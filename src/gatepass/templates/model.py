"""What a mail template is, which mails can have one, what stands in them, and whose look a mail wears."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gatepass.applications.model import Application
from gatepass.audit.model import Actor
from gatepass.kit.colours import LIGHT_PAGE, ink_on, is_colour, readable

_HOUSE: Final = "Gatepass"
_ACCENT: Final = "#4f46e5"
_MOST_NAME_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Look:
    """Whose name, logo and colours a mail and its page wear.

    Args:
        owner: the application that lends them; None means Gatepass's own.
        asked_by: what a stranger that asked says it is called; empty where the owner asked itself.
        address: scheme and host to which its links lead.
        language: the tag of the language in which the mail was asked for; empty where that is not known.
    """

    owner: Application | None
    asked_by: str = ""
    address: str = ""
    language: str = ""

    @property
    def usual_language(self) -> str:
        """Return the tag of the language of its owner's pages; empty where it chose none."""
        return "" if self.owner is None else self.owner.branding.language

    @property
    def name(self) -> str:
        """Return the name under which the mail speaks."""
        return _HOUSE if self.owner is None else self.owner.name

    @property
    def brand(self) -> dict[str, str | None]:
        """Return the variables that every mail of a sign-in begins with."""
        chosen = "" if self.owner is None else self.owner.branding.accent
        accent = readable(chosen, LIGHT_PAGE) if is_colour(chosen) else _ACCENT
        return {
            "app_name": self.name,
            "asked_by": self.asked_by or None,
            "logo_url": (self.owner.branding.logo_url if self.owner is not None else "") or None,
            "accent": accent,
            "on_accent": ink_on(accent),
        }


def look_of(application: Application, eldest: Application | None) -> Look:
    """Return the look of what is sent for an application: a stranger speaks under the name of the house, not its own.

    Args:
        application: who asked.
        eldest: the application that answers for the server.
    """
    if not application.is_of_a_stranger:
        return Look(application)
    plain = "".join(character if character.isprintable() else " " for character in application.name)
    name = " ".join(plain.split())[:_MOST_NAME_CHARACTERS].rstrip()
    return Look(eldest if eldest is not None and not eldest.is_of_a_stranger else None, name)


class Format(StrEnum):
    """In what a template's body is written."""

    MJML = "mjml"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of a template, not yet judged.

    Args:
        format: in what `source` is written.
        subject: the subject, one line.
        source: the body; Liquid, or dotted variables as `{{.OTP}}`.
        text: the plain form; empty to have it made from the other.
    """

    format: Format
    subject: str
    source: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TemplateKey:
    """Which mail of whom a template is for.

    Args:
        application_id: whose; empty for every application that has none of its own.
        name: the mail.
        language: the tag of a language; empty for all that have none of their own.
    """

    application_id: str
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a template; of one key at most one is active."""

    id: str
    application_id: str
    name: str
    language: str
    version: int
    format: Format
    subject: str
    source: str
    text: str
    is_active: bool
    created_at: datetime
    created_by: Actor

    @property
    def draft(self) -> Draft:
        """Return its words."""
        return Draft(self.format, self.subject, self.source, self.text)


@dataclass(frozen=True, slots=True)
class Variable:
    """What may stand in a template.

    Args:
        meaning: what it is.
        sample: what stands for it in previews; None where mails often have none, and previews neither.
        names: the hosted product's names for it.
        example: a value to show where the sample is None.
    """

    meaning: str
    sample: str | int | None
    names: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class MailKind:
    """A mail that can have a template of one's own.

    Args:
        name: its stable name.
        title: what it is for.
        starter_subject: the subject with which a template begins.
        variables: what may stand in it, by name.
        needs_one_of: of these variables its mail shows one at least, or it would be worth nothing.
    """

    name: str
    title: str
    starter_subject: str
    variables: Mapping[str, Variable]
    needs_one_of: tuple[str, ...]

    @property
    def samples(self) -> dict[str, object]:
        """Return a value for each variable, as previews show them."""
        return {name: variable.sample for name, variable in self.variables.items()}

    @property
    def full_samples(self) -> dict[str, object]:
        """Return a value for each variable, also for those that most mails lack."""
        return {name: one.example if one.sample is None else one.sample for name, one in self.variables.items()}


_BRAND: Final = {
    "app_name": Variable("The application's name.", "Acme", ("Brand", "AppName")),
    "logo_url": Variable("The address of its logo.", None, ("LogoURL", "LogoUrl"), "https://cdn.example.com/logo.png"),
    "accent": Variable("The colour of buttons.", "#4f46e5"),
    "on_accent": Variable("The colour of text on buttons.", "#ffffff"),
    "address": Variable("The reader's address.", "ana@example.com", ("Email",)),
}
_SIGN_IN: Final = MailKind(
    "sign_in",
    "The link and the code by which somebody signs in.",
    "Sign in to {{ app_name }}",
    {
        **_BRAND,
        "link": Variable(
            "The link that signs in, once.",
            "https://auth.example.com/magic-link?client_id=cli_sample&state=sample&magictext=sample",
            ("MagicLink", "Link"),
        ),
        "code": Variable("The digits that do the same.", "482917", ("OTP", "Code")),
        "minutes": Variable("For how many minutes both are good.", 5, ("Expiry",)),
        "device": Variable("What the asker's browser says it is.", "Firefox on Linux"),
        "network": Variable("The asker's address.", "203.0.113.7"),
        "at": Variable("When it was asked for.", "09:41 UTC, 03 March"),
        "place": Variable("Where the asker seems to be.", None, (), "Lisbon, Portugal"),
        "asked_by": Variable("The name of a third party that asked.", None, (), "Example Reader"),
    },
    ("link", "code"),
)
_SIGN_IN_CODE: Final = MailKind(
    "sign_in_code",
    "The code by which somebody signs in, on its own.",
    "Your code for {{ app_name }}",
    {
        **_BRAND,
        "code": Variable("The digits that sign in, once.", "482917", ("OTP", "Code")),
        "host": Variable("The host on which the code is typed.", "auth.example.com"),
        "minutes": Variable("For how many minutes it is good.", 5, ("Expiry",)),
        "device": Variable("What the asker's browser says it is.", "Firefox on Linux"),
        "network": Variable("The asker's address.", "203.0.113.7"),
        "at": Variable("When it was asked for.", "09:41 UTC, 03 March"),
        "place": Variable("Where the asker seems to be.", None, (), "Lisbon, Portugal"),
        "asked_by": Variable("The name of a third party that asked.", None, (), "Example Reader"),
    },
    ("code",),
)
_INVITATION: Final = MailKind(
    "invitation",
    "The link by which somebody joins an organization.",
    "You are invited to {{ organization }}",
    {
        **_BRAND,
        "link": Variable(
            "The link to the invitation.",
            "https://auth.example.com/invitation?token=sample",
            ("Link", "InviteLink", "InvitationLink"),
        ),
        "organization": Variable("The organization's name.", "Acme Europe", ("Organization", "Tenant")),
        "logo_name": Variable("Whose logo it is.", "Acme Europe"),
        "inviter": Variable("Who invites.", None, ("Inviter",), "Ben Ito"),
        "inviter_email": Variable("Who invites, by address.", None, ("InviterEmail",), "ben@example.com"),
        "description": Variable("What they say.", None, ("Description",), "We look forward to you."),
        "until": Variable("Until when it is good.", "09:41 UTC on 03 March 2030", ("Expiry",)),
    },
    ("link",),
)
MAIL_KINDS: Final[Mapping[str, MailKind]] = {kind.name: kind for kind in (_SIGN_IN, _SIGN_IN_CODE, _INVITATION)}
"""The mails that can have a template; those that warn people are none of them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft that was tried on samples.

    Args:
        faults: what is wrong with it, each a sentence; empty where it will do.
        subject: the subject that it makes; empty where it makes none.
        html: the mail.
        text: the plain form.
    """

    faults: tuple[str, ...] = ()
    subject: str = ""
    html: str = ""
    text: str = ""
