"""The table of mail templates and their versions."""

from gatepass.kit.db import Tx, command, query
from gatepass.templates.model import Template, TemplateKey

_ADD = command(
    "INSERT INTO email_templates (id, application_id, name, language, version, format, subject, source, text, "
    "is_active, created_at, created_by) VALUES (:id, :application_id, :name, :language, :version, :format, :subject, "
    ":source, :text, :is_active, :created_at, :created_by)"
)
_FIND_ACTIVE = query(
    Template,
    "SELECT {columns} FROM email_templates WHERE application_id = :application_id AND name = :name "
    "AND language = :language AND is_active",
)
_FIND_VERSION = query(
    Template,
    "SELECT {columns} FROM email_templates WHERE application_id = :application_id AND name = :name "
    "AND language = :language AND version = :version",
)
_FIND_NEWEST = query(
    int,
    "SELECT max(version) FROM email_templates WHERE application_id = :application_id AND name = :name "
    "AND language = :language",
)
_LIST_ACTIVE = query(
    Template,
    "SELECT {columns} FROM email_templates WHERE application_id = :application_id AND is_active "
    "ORDER BY name, language",
)
_LIST_VERSIONS = query(
    Template,
    "SELECT {columns} FROM email_templates WHERE application_id = :application_id AND name = :name "
    "AND language = :language AND version < :before ORDER BY version DESC LIMIT :limit",
)
_REVOKE_ACTIVE = command(
    "UPDATE email_templates SET is_active = FALSE WHERE application_id = :application_id AND name = :name "
    "AND language = :language AND is_active"
)
_TOUCH_ACTIVE = command("UPDATE email_templates SET is_active = TRUE WHERE id = :id")
_PURGE_OLD = command(
    "DELETE FROM email_templates WHERE application_id = :application_id AND name = :name AND language = :language "
    "AND version <= :version AND NOT is_active"
)
_PURGE = command("DELETE FROM email_templates WHERE application_id = :application_id")


async def add(tx: Tx, template: Template) -> None:
    """Add a version."""
    await tx.run(
        _ADD,
        id=template.id,
        application_id=template.application_id,
        name=template.name,
        language=template.language,
        version=template.version,
        format=template.format,
        subject=template.subject,
        source=template.source,
        text=template.text,
        is_active=template.is_active,
        created_at=template.created_at,
        created_by=template.created_by,
    )


async def find_active(tx: Tx, key: TemplateKey) -> Template | None:
    """Return the active version of a key."""
    return await tx.one(_FIND_ACTIVE, application_id=key.application_id, name=key.name, language=key.language)


async def find_version(tx: Tx, key: TemplateKey, version: int) -> Template | None:
    """Return one version of a key."""
    return await tx.one(
        _FIND_VERSION, application_id=key.application_id, name=key.name, language=key.language, version=version
    )


async def find_newest_version(tx: Tx, key: TemplateKey) -> int:
    """Return the number of a key's newest version, 0 where it has none."""
    found = await tx.one(_FIND_NEWEST, application_id=key.application_id, name=key.name, language=key.language)
    return found or 0


async def list_active(tx: Tx, application_id: str) -> list[Template]:
    """Return the active templates of an application, or those for all of them."""
    return await tx.all(_LIST_ACTIVE, application_id=application_id)


async def list_versions(tx: Tx, key: TemplateKey, before: int, limit: int) -> list[Template]:
    """Return the versions of a key below a number, the newest first."""
    return await tx.all(
        _LIST_VERSIONS,
        application_id=key.application_id,
        name=key.name,
        language=key.language,
        before=before,
        limit=limit,
    )


async def touch_active(tx: Tx, template_id: str) -> None:
    """Make a version the active one; call `revoke_active` first."""
    await tx.run(_TOUCH_ACTIVE, id=template_id)


async def revoke_active(tx: Tx, key: TemplateKey) -> int:
    """Leave a key without an active version and return how many there were."""
    return await tx.run(_REVOKE_ACTIVE, application_id=key.application_id, name=key.name, language=key.language)


async def purge_old(tx: Tx, key: TemplateKey, version: int) -> int:
    """Delete the versions of a key up to a number, the active one excepted."""
    return await tx.run(
        _PURGE_OLD, application_id=key.application_id, name=key.name, language=key.language, version=version
    )


async def purge(tx: Tx, application_id: str) -> int:
    """Delete every template of an application."""
    return await tx.run(_PURGE, application_id=application_id)
