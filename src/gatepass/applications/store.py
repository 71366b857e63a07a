"""The tables of applications and of their secrets."""

from datetime import datetime

from gatepass.applications.model import Application, ApplicationSecret
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import CLIENT_ID_PREFIX
from gatepass.protocols.jose import SigningAlgorithm

_ADD = command(
    "INSERT INTO applications (id, client_id, name, type, callback_urls, logout_urls, allowed_origins, "
    "access_token_lifetime, id_token_lifetime, refresh_token_lifetime, signing_algorithm, magic_link, branding, "
    "is_active, created_at, modified_at, oauth, methods) VALUES (:id, :client_id, :name, :type, :callback_urls, "
    ":logout_urls, :allowed_origins, :access_token_lifetime, :id_token_lifetime, :refresh_token_lifetime, "
    ":signing_algorithm, :magic_link, :branding, :is_active, :created_at, :modified_at, :oauth, :methods)"
)
_TOUCH = command(
    "UPDATE applications SET name = :name, type = :type, callback_urls = :callback_urls, logout_urls = :logout_urls, "
    "allowed_origins = :allowed_origins, access_token_lifetime = :access_token_lifetime, "
    "id_token_lifetime = :id_token_lifetime, refresh_token_lifetime = :refresh_token_lifetime, "
    "signing_algorithm = :signing_algorithm, magic_link = :magic_link, branding = :branding, is_active = :is_active, "
    "modified_at = :modified_at, oauth = :oauth, methods = :methods WHERE id = :id"
)
_FIND_BY_CLIENT_ID = query(Application, "SELECT {columns} FROM applications WHERE client_id = :client_id")
_FIND = query(Application, "SELECT {columns} FROM applications WHERE id = :id")
_LIST = query(Application, "SELECT {columns} FROM applications ORDER BY created_at, id")
# Ids begin with the time, so the first match of a walk along the key is the eldest; a row from before sources is ours.
_FIND_ELDEST = query(
    Application,
    "SELECT {columns} FROM applications WHERE is_active "
    "AND coalesce(json_extract(oauth, '$.source'), 'operator') = 'operator' ORDER BY id LIMIT 1",
    postgres="SELECT {columns} FROM applications WHERE is_active "
    "AND coalesce(oauth::json ->> 'source', 'operator') = 'operator' ORDER BY id LIMIT 1",
)
_LIST_ORIGINS = query(
    tuple[str, ...], "SELECT DISTINCT allowed_origins FROM applications WHERE is_active AND allowed_origins <> '[]'"
)
_LIST_ALGORITHMS = query(SigningAlgorithm, "SELECT DISTINCT signing_algorithm FROM applications")
_LIST_AFTER = query(Application, "SELECT {columns} FROM applications WHERE id > :after_id ORDER BY id LIMIT :limit")
_PURGE_SECRETS = command("DELETE FROM application_secrets WHERE application_id = :id")
_PURGE = command("DELETE FROM applications WHERE id = :id")
_REVOKE_SECRETS = command(
    "UPDATE application_secrets SET revoked_at = :at WHERE application_id = :application_id AND revoked_at IS NULL"
)
_LIST_SECRETS = query(
    ApplicationSecret,
    "SELECT {columns} FROM application_secrets WHERE application_id = :application_id AND revoked_at IS NULL "
    "ORDER BY created_at, id",
)
_LIST_HASHES = query(
    bytes, "SELECT secret_hash FROM application_secrets WHERE application_id = :application_id AND revoked_at IS NULL"
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
        oauth=application.oauth,
        methods=application.methods,
    )


async def touch(tx: Tx, application: Application) -> None:
    """Write an application anew; its ids stay."""
    await tx.run(
        _TOUCH,
        id=application.id,
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
        modified_at=application.modified_at,
        oauth=application.oauth,
        methods=application.methods,
    )


async def find(tx: Tx, application_id: str) -> Application | None:
    """Return an application by its entity id."""
    return await tx.one(_FIND, id=application_id)


async def find_by_client_id(tx: Tx, client_id: str) -> Application | None:
    """Return an application by its client id."""
    return await tx.one(_FIND_BY_CLIENT_ID, client_id=client_id)


async def find_named(tx: Tx, unverified_name: str) -> Application | None:
    """Return an application by its id or its client id, switched off ones too."""
    is_client_id = unverified_name.startswith(CLIENT_ID_PREFIX)
    return await (find_by_client_id if is_client_id else find)(tx, unverified_name)


async def list_all(tx: Tx) -> list[Application]:
    """Return every application, the oldest first."""
    return await tx.all(_LIST)


async def find_eldest(tx: Tx) -> Application | None:
    """Return the active application that the operator registered first."""
    return await tx.one(_FIND_ELDEST)


async def list_origins(tx: Tx) -> list[tuple[str, ...]]:
    """Return the lists of origins of active applications, each list once."""
    return await tx.all(_LIST_ORIGINS)


async def list_algorithms(tx: Tx) -> list[SigningAlgorithm]:
    """Return the algorithms by which applications' tokens are signed, each once."""
    return await tx.all(_LIST_ALGORITHMS)


async def list_after(tx: Tx, after_id: str, limit: int) -> list[Application]:
    """Return the applications whose ids come after one, in the order of their ids, at most so many."""
    return await tx.all(_LIST_AFTER, after_id=after_id, limit=limit)


async def purge(tx: Tx, application_id: str) -> None:
    """Delete an application and its secrets."""
    await tx.run(_PURGE_SECRETS, id=application_id)
    await tx.run(_PURGE, id=application_id)


async def revoke_secrets(tx: Tx, application_id: str, at: datetime) -> None:
    """End every secret of an application."""
    await tx.run(_REVOKE_SECRETS, application_id=application_id, at=at)


async def list_secrets(tx: Tx, application_id: str) -> list[ApplicationSecret]:
    """Return an application's live secrets, the oldest first."""
    return await tx.all(_LIST_SECRETS, application_id=application_id)


async def list_hashes(tx: Tx, application_id: str) -> list[bytes]:
    """Return the hashes of an application's live secrets."""
    return await tx.all(_LIST_HASHES, application_id=application_id)


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
