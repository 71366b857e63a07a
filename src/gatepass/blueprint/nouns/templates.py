"""Mail templates: `sign_in`, `sign_in.de` for one language, `Shop/sign_in` for one application."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gatepass.blueprint.model import Change, Difference, Faulty, Noun, Sheet, Shown, Verb
from gatepass.blueprint.nouns import APPLIED
from gatepass.blueprint.nouns.applications import Applications
from gatepass.blueprint.rules import differences, merged, plain, unknown
from gatepass.kit.clock import Clock
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem
from gatepass.templates.flows import judge, reset, save
from gatepass.templates.model import MAIL_KINDS, Draft, Format, TemplateKey
from gatepass.templates.queries import list_active

_NEEDED = ("format", "subject", "source")


@dataclass(frozen=True, slots=True)
class Templates:
    """Reads, compares and brings about the templates that are used; older versions stay on the server.

    Args:
        clock: the time.
        applications: knows the ids of those for which they are.
    """

    clock: Clock
    applications: Applications
    noun: Noun = Noun.TEMPLATES

    async def present(self, tx: Tx) -> Mapping[str, Sheet]:
        """Return every template that is used as its sheet."""
        sheets: dict[str, Sheet] = {}
        for name, application_id in (await self._owners(tx)).items():
            for one in await list_active(tx, EVERYWHERE, application_id):
                key = f"{one.name}.{one.language}" if one.language else one.name
                sheets[f"{name}/{key}" if name else key] = plain(one.draft)
        return sheets

    async def kept(self, tx: Tx) -> Collection[str]:  # noqa: ARG002 - of this noun no server has any by itself
        """Return nothing."""
        return ()

    def judged(self, key: str, sheet: Sheet, present: Sheet | None) -> tuple[Sheet, Sequence[Difference]]:
        """Return the whole sheet of a template, and what differs.

        Raises:
            Faulty: there is no such mail, or its words make none.
        """
        where = f"templates.{key}"
        missing = [name for name in _NEEDED if present is None and name not in sheet]
        if missing:
            raise Faulty([f"{where}: write its {', '.join(missing)} too."])
        draft = merged(merged(Draft(Format.HTML, "", ""), present or {}, where), sheet, where)
        _, name, language = _parts(key)
        if name not in MAIL_KINDS:
            raise Faulty([f"{where}: {unknown(name, MAIL_KINDS)}"])
        try:
            judge(draft, MAIL_KINDS[name], TemplateKey("", name, language))
        except Problem as problem:
            raise Faulty([f"{where}: {problem.title}"]) from None
        whole = plain(draft)
        return whole, differences(present, whole)

    async def lacks_secret(self, tx: Tx, key: str, sheet: Sheet) -> bool:  # noqa: ARG002 - it has none
        """Return False: no secret stands on its sheets."""
        return False

    async def bring_about(self, tx: Tx, change: Change) -> Sequence[Shown]:
        """Write a template anew, or go back to the house's words.

        Raises:
            Problem: it is for an application that there is none of (`unknown_application`).
        """
        application, name, language = _parts(change.key)
        owners = await self._owners(tx)
        if application not in owners:
            sentence = f"templates.{change.key}: there is no application {application}; name it below applications too."
            raise Problem("unknown_application", 404, sentence)
        key = TemplateKey(owners[application], name, language)
        if change.verb is Verb.REMOVE:
            await reset(tx, key, self.clock.now(), APPLIED)
        else:
            draft = merged(Draft(Format.HTML, "", ""), change.sheet, f"templates.{change.key}")
            await save(tx, key, draft, self.clock.now(), APPLIED)
        return ()

    async def _owners(self, tx: Tx) -> dict[str, str]:
        """Return the ids of applications by their names; the empty name is everybody's."""
        return {"": "", **await self.applications.ids(tx)}


def _parts(key: str) -> tuple[str, str, str]:
    """Return the application's name, the mail and the language of a key; empty where it names none."""
    application, _, mail = key.rpartition("/")
    name, _, language = mail.partition(".")
    return application, name, language
