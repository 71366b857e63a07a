"""Templates as JSON."""

from datetime import datetime

import msgspec

from gatepass.audit.model import Actor
from gatepass.templates.model import Draft, Format, Judged, MailKind, Template, TemplateKey


class PlaceQuery(msgspec.Struct):
    """Whose template: an application, by its id or client id, or every one that has none of its own; and a language."""

    application_id: str = ""
    language: str = ""


class VersionsQuery(PlaceQuery):
    """What the list of versions takes."""

    limit: int | None = None
    cursor: str = ""


class DraftBody(msgspec.Struct):
    """The words of a template; without `text` the plain form is made from the body."""

    subject: str
    source: str
    format: Format = Format.MJML
    text: str = ""

    @property
    def draft(self) -> Draft:
        """Return the words, not yet judged."""
        return Draft(self.format, self.subject, self.source, self.text)


class NewTemplate(DraftBody):
    """The words of a template, and whose it is."""

    application_id: str = ""
    language: str = ""


class TestMail(PlaceQuery, kw_only=True):
    """Where a test mail goes."""

    address: str


class VariableAnswer(msgspec.Struct, frozen=True):
    """What may stand in a template, and what else it is called."""

    name: str
    meaning: str
    sample: str | int | None
    aliases: list[str]


class ActiveVersion(msgspec.Struct, frozen=True):
    """A template that is used in place of the house's words."""

    language: str
    version: int
    format: Format
    subject: str
    created_at: datetime


class MailAnswer(msgspec.Struct, frozen=True):
    """A mail that can have a template."""

    name: str
    title: str
    needs_one_of: list[str]
    variables: list[VariableAnswer]
    active: list[ActiveVersion]


class TemplateAnswer(msgspec.Struct, frozen=True):
    """A template; version 0 is a first draft to begin with, and the house's words are used."""

    name: str
    application_id: str
    language: str
    version: int
    format: Format
    subject: str
    source: str
    text: str
    is_active: bool
    created_at: datetime | None = None
    created_by: Actor = Actor()


class Preview(msgspec.Struct, frozen=True):
    """What a draft makes of samples, and everything that is wrong with it."""

    subject: str
    html: str
    text: str
    faults: list[str]


def mail_of(kind: MailKind, active: list[Template]) -> MailAnswer:
    """Return a mail with the templates that are used for it."""
    variables = [
        VariableAnswer(name, one.meaning, one.sample, [f"{{{{.{alias}}}}}" for alias in one.names])
        for name, one in kind.variables.items()
    ]
    used = [
        ActiveVersion(one.language, one.version, one.format, one.subject, one.created_at)
        for one in active
        if one.name == kind.name
    ]
    return MailAnswer(kind.name, kind.title, list(kind.needs_one_of), variables, used)


def template_of(template: Template) -> TemplateAnswer:
    """Return a template as it is answered."""
    return TemplateAnswer(**{name: getattr(template, name) for name in TemplateAnswer.__struct_fields__})


def starter_of(key: TemplateKey, draft: Draft) -> TemplateAnswer:
    """Return a first draft as it is answered."""
    return TemplateAnswer(
        key.name,
        key.application_id,
        key.language,
        0,
        draft.format,
        draft.subject,
        draft.source,
        draft.text,
        is_active=False,
    )


def preview_of(judged: Judged) -> Preview:
    """Return what a draft makes."""
    return Preview(judged.subject, judged.html, judged.text, list(judged.faults))
