"""Reading templates, and writing mails with them."""

from importlib.resources import files
from time import monotonic
from typing import Final

from gatepass.applications.queries import find_application
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Everywhere
from gatepass.outbox.model import Letter, RenderedMail
from gatepass.templates import store
from gatepass.templates.model import MAIL_KINDS, Draft, Format, Judged, MailKind, Template, TemplateKey
from gatepass.templates.rules import judged, kind_named, made_of

_SECONDS_IN_CACHE: Final = 5.0
_MOST_IN_CACHE: Final = 1_000
_ANY_VERSION: Final = 2**31 - 1


def tried(draft: Draft, kind: MailKind) -> Judged:
    """Return what a draft makes of samples, and everything that is wrong with it; nothing is kept."""
    return judged(draft, kind)


def find_kind(unverified_name: str) -> MailKind | None:
    """Return a mail that can have a template; None where there is none of that name."""
    return kind_named(unverified_name)


def starter_of(kind: MailKind) -> Draft:
    """Return words close to the house's own, as the ground for a customer's."""
    file = files("gatepass") / "templates" / "starters" / f"{kind.name}.mjml"
    return Draft(Format.MJML, kind.starter_subject, file.read_text(encoding="utf-8"))


async def list_active(tx: Tx, _reach: Everywhere, application_id: str) -> list[Template]:
    """Return the templates that are used for an application; those for all where none is named."""
    return await store.list_active(tx, application_id)


async def find_active(tx: Tx, _reach: Everywhere, key: TemplateKey) -> Template | None:
    """Return the version that is used; None where the house's words are."""
    return await store.find_active(tx, key)


async def find_version(tx: Tx, _reach: Everywhere, key: TemplateKey, version: int) -> Template | None:
    """Return a version of a template, used or not."""
    return await store.find_version(tx, key, version)


async def list_versions(tx: Tx, _reach: Everywhere, key: TemplateKey, wanted: PageRequest) -> Page[Template]:
    """Return a page of the versions of a template, the newest first."""
    before = int(wanted.after[0]) if wanted.after and wanted.after[0].isdigit() else _ANY_VERSION
    rows = await store.list_versions(tx, key, min(before, _ANY_VERSION), wanted.limit + 1)
    return page_of(rows, wanted.limit, lambda template: (str(template.version),))


class OwnMails:
    """Writes mails with customers' templates; which ones there are is remembered for five seconds.

    Args:
        database: where they stand.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str, str], tuple[float, Template | None]] = {}

    async def find(self, letter: Letter, application_id: str | None) -> RenderedMail | None:
        """Return a mail as a customer wrote it; None where nobody did.

        Raises:
            TemplateFault: the template makes no mail of these values, or one that could do harm.
        """
        kind = MAIL_KINDS.get(letter.template)
        if kind is None:
            return None
        template = await self._chosen(application_id or "", kind.name, letter.language)
        return None if template is None else made_of(template.draft, kind, letter.context)

    async def _chosen(self, application_id: str, name: str, language: str) -> Template | None:
        place = application_id, name, language
        known = self._known.get(place)
        if known is not None and known[0] > monotonic():
            return known[1]
        found = await self._database.read(lambda tx: _choose(tx, application_id, name, language))
        if len(self._known) >= _MOST_IN_CACHE:
            self._known.clear()
        self._known[place] = monotonic() + _SECONDS_IN_CACHE, found
        return found


async def _choose(tx: Tx, application_id: str, name: str, language: str) -> Template | None:
    """Return the application's own template before the one for all, and one in the language before one for all."""
    application = await find_application(tx, application_id) if application_id else None
    # A stranger's mails wear the look of the house, whatever it says of itself.
    owners = [application_id] if application is not None and not application.is_of_a_stranger else []
    for owner in (*owners, ""):
        for tag in dict.fromkeys((language, "")):
            found = await store.find_active(tx, TemplateKey(owner, name, tag))
            if found is not None:
                return found
    return None
