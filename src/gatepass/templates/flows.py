"""How a template is written, brought back and given up."""

from datetime import datetime
from typing import Final

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.problems import Problem
from gatepass.templates import rules, store
from gatepass.templates.model import Draft, Judged, MailKind, Template, TemplateKey

_VERSIONS_KEPT: Final = 50


def judge(draft: Draft, kind: MailKind, key: TemplateKey) -> Judged:
    """Let a draft pass that makes a good mail of samples; done before the transaction, because it takes its time.

    Raises:
        Problem: it has faults; all of them are named (`invalid_template`).
    """
    faults = [] if rules.is_language(key.language) else ["Name a language by its tag in lower case, such as de."]
    found = rules.judged(draft, kind)
    faults += found.faults
    if faults:
        raise Problem("invalid_template", 400, " ".join(faults), number=1004)
    return found


async def save(tx: Tx, key: TemplateKey, draft: Draft, at: datetime, origin: Origin) -> Template:
    """Write a new version of a template and use it from now on; of the old ones fifty are kept.

    Args:
        tx: the transaction.
        key: which template.
        draft: its words, which have been judged.
        at: when.
        origin: who does it.
    """
    await take_turn(tx, f"template:{key.application_id}:{key.name}:{key.language}")
    version = await store.find_newest_version(tx, key) + 1
    template = Template(
        new_id(),
        key.application_id,
        key.name,
        key.language,
        version,
        draft.format,
        draft.subject,
        draft.source,
        draft.text,
        is_active=True,
        created_at=at,
        created_by=origin.actor,
    )
    await store.revoke_active(tx, key)
    await store.add(tx, template)
    await store.purge_old(tx, key, version - _VERSIONS_KEPT)
    await _tell(tx, EventKind.TEMPLATE_CHANGED, key, version, at, origin)
    return template


async def activate(tx: Tx, key: TemplateKey, version: int, at: datetime, origin: Origin) -> Template:
    """Use an older version again, which `judge` let pass before this transaction; a version never changes.

    Raises:
        Problem: there is no such version (`unknown_template`, 404).
    """
    await take_turn(tx, f"template:{key.application_id}:{key.name}:{key.language}")
    found = await store.find_version(tx, key, version)
    if found is None:
        raise Problem("unknown_template", 404, "There is no such version; list those that there are.", number=1005)
    await store.revoke_active(tx, key)
    await store.touch_active(tx, found.id)
    await _tell(tx, EventKind.TEMPLATE_CHANGED, key, version, at, origin)
    return found


async def reset(tx: Tx, key: TemplateKey, at: datetime, origin: Origin) -> bool:
    """Use the house's words again; the versions stay to be brought back. False where they are used already."""
    if not await store.revoke_active(tx, key):
        return False
    await _tell(tx, EventKind.TEMPLATE_RESET, key, 0, at, origin)
    return True


async def forget_application(tx: Tx, application_id: str) -> None:
    """Delete every template of an application that is about to go."""
    if application_id:
        await store.purge(tx, application_id)


async def _tell(tx: Tx, kind: EventKind, key: TemplateKey, version: int, at: datetime, origin: Origin) -> None:
    named = {"template": key.name, "language": key.language, "version": str(version)}
    await record(tx, kind, at=at, application_id=key.application_id or None, origin=origin, data=named)
