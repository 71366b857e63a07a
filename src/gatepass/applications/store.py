"""The tables of applications and of their secrets."""

from datetime import datetime

from gatepass.applications.model import Application, ApplicationSecret
from gatepass.kit.db import Tx, command, query

_ADD = command(
    "INSERT INTO applications (id, client_id, name, type, callback_urls, logout_urls, allowed_origins, "
    "access_token_lifetime, id_token_lifetime, refresh_token_lifetime, signing_algorithm, magic_link, branding, "
    "is_active, created_at, modified_at) VALUES (:id, :client_id, :name, :type, :callback_urls, :logout_urls, "
    ":allowed_origins, :access_token_lifetime, :id_token_lifetime, :refresh_token_lifetime, :signing_algorithm, "
    ":magic_link, :branding, :is_active, :created_at, :modified_at)"
)
_FIND_BY_CLIENT_ID = query(Application, "SELECT {columns} FROM applications WHERE client_id = :client_id")
_FIND = query(Application, "SELECT {columns} FROM applications WHERE id = :id")
_LIST = query(Application, "SELECT {columns} FROM applications ORDER BY created_at, id")
_LIST_SECRETS = query(
    ApplicationSecret,
    "SELECT {columns} FROM application_secrets WHERE application_id = :application_id AND revoked_at IS NULL "
    "ORDER BY created_at, id",
)
_ADD_SECRET = command(
    "INSERT INTO application_secrets (id, application_id, secret_hash, last_four, created_at, revoked_at) "
    "VALUES (:id, :application_id, :secret_hash, :last_four, :created_at, NULL)"
)
_REVOKE_SECRET = command("UPDATE application_secrets SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")


async def add(tx: Tx, application: Application) -> None:
    """Add an application."""
    await tx.run(
        _ADD,
        id=application.id,
        client_id=application.client_id,
        name=application.name,
        type=application.type,
        callback_urls=application.callback_urls,
        logout_urls=application.logout_urls,
        allowed_origins=application.allowed_origins,
        access_token_lifetime=application.access_token_lifetime,
        id_token_lifetime=application.id_token_lifetime,
        refresh_token_lifetime=application.refresh_token_lifetime,
        signing_algorithm=application.signing_algorithm,
        magic_link=application.magic_link,
        branding=application.branding,
        is_active=application.is_active,
        created_at=application.created_at,
        modified_at=application.modified_at,
    )


async def find(tx: Tx, application_id: str) -> Application | None:
    """Return an application by its entity id."""
    return await tx.one(_FIND, id=application_id)


async def find_by_client_id(tx: Tx, client_id: str) -> Application | None:
    """Return an application by its client id."""
    return await tx.one(_FIND_BY_CLIENT_ID, client_id=client_id)


async def list_all(tx: Tx) -> list[Application]:
    """Return every application, the oldest first."""
    return await tx.all(_LIST)


async def list_secrets(tx: Tx, application_id: str) -> list[ApplicationSecret]:
    """Return an application's live secrets, the oldest first."""
    return await tx.all(_LIST_SECRETS, application_id=application_id)


async def add_secret(tx: Tx, secret: ApplicationSecret) -> None:
    """Add a secret to an application."""
    await tx.run(
        _ADD_SECRET,
        id=secret.id,
        application_id=secret.application_id,
        secret_hash=secret.secret_hash,
        last_four=secret.last_four,
        created_at=secret.created_at,
    )


async def revoke_secret(tx: Tx, secret_id: str, at: datetime) -> None:
    """End a secret."""
    await tx.run(_REVOKE_SECRET, id=secret_id, at=at)
