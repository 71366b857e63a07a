"""The tables of invitations, of registration tokens and of client documents."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.provider.registration.model import ClientDocument, Invitation, RegistrationToken

_ADD_INVITATION = command(
    "INSERT INTO initial_access_tokens (id, token_hash, name, uses_left, created_at, expires_at, revoked_at) "
    "VALUES (:id, :token_hash, :name, :uses_left, :created_at, :expires_at, NULL)"
)
_CONSUME_INVITATION = query(
    Invitation,
    "UPDATE initial_access_tokens SET uses_left = uses_left - 1 WHERE token_hash = :token_hash AND uses_left > 0 "
    "AND revoked_at IS NULL AND expires_at > :at RETURNING {columns}",
)
_LIST_INVITATIONS = query(
    Invitation,
    "SELECT {columns} FROM initial_access_tokens WHERE uses_left > 0 AND revoked_at IS NULL AND expires_at > :at "
    "ORDER BY id",
)
_REVOKE_INVITATION = command("UPDATE initial_access_tokens SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_PURGE_INVITATIONS = command(
    "DELETE FROM initial_access_tokens WHERE id IN "
    "(SELECT id FROM initial_access_tokens WHERE expires_at < :before ORDER BY id LIMIT :limit)"
)
_ADD_TOKEN = command(
    "INSERT INTO registration_tokens (application_id, token_hash, created_at) "
    "VALUES (:application_id, :token_hash, :created_at)"
)
_FIND_TOKEN = query(
    RegistrationToken, "SELECT {columns} FROM registration_tokens WHERE application_id = :application_id"
)
_REVOKE_TOKEN = command("DELETE FROM registration_tokens WHERE application_id = :application_id")
_ADD_DOCUMENT = command(
    "INSERT INTO client_documents (url, application_id, fetched_at, fresh_until) "
    "VALUES (:url, :application_id, :fetched_at, :fresh_until) "
    "ON CONFLICT (url) DO UPDATE SET fetched_at = :fetched_at, fresh_until = :fresh_until"
)
_REVOKE_DOCUMENT = command("DELETE FROM client_documents WHERE url = :url")
_FIND_DOCUMENT = query(ClientDocument, "SELECT {columns} FROM client_documents WHERE url = :url")


async def add_invitation(tx: Tx, invitation: Invitation) -> None:
    """Add an invitation."""
    await tx.run(
        _ADD_INVITATION,
        id=invitation.id,
        token_hash=invitation.token_hash,
        name=invitation.name,
        uses_left=invitation.uses_left,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )


async def consume_invitation(tx: Tx, token_hash: bytes, at: datetime) -> Invitation | None:
    """Spend one use of an invitation and return it; None where there is none that is good."""
    return await tx.one(_CONSUME_INVITATION, token_hash=token_hash, at=at)


async def list_invitations(tx: Tx, at: datetime) -> list[Invitation]:
    """Return the invitations that are good, the oldest first."""
    return await tx.all(_LIST_INVITATIONS, at=at)


async def revoke_invitation(tx: Tx, invitation_id: str, at: datetime) -> bool:
    """Take an invitation back; False where there is none."""
    return bool(await tx.run(_REVOKE_INVITATION, id=invitation_id, at=at))


async def purge_invitations(tx: Tx, before: datetime, limit: int) -> int:
    """Delete invitations that were over before a moment, at most so many at once."""
    return await tx.run(_PURGE_INVITATIONS, before=before, limit=limit)


async def add_token(tx: Tx, token: RegistrationToken) -> None:
    """Add the token of a registration."""
    await tx.run(
        _ADD_TOKEN, application_id=token.application_id, token_hash=token.token_hash, created_at=token.created_at
    )


async def find_token(tx: Tx, application_id: str) -> RegistrationToken | None:
    """Return the token of a registration; None where the application did not register itself."""
    return await tx.one(_FIND_TOKEN, application_id=application_id)


async def revoke_token(tx: Tx, application_id: str) -> bool:
    """End the token of a registration; False where there is none, so that it ends once."""
    return bool(await tx.run(_REVOKE_TOKEN, application_id=application_id))


async def add_document(tx: Tx, document: ClientDocument) -> None:
    """Write down what is known of a document; it takes the place of what was known before."""
    await tx.run(
        _ADD_DOCUMENT,
        url=document.url,
        application_id=document.application_id,
        fetched_at=document.fetched_at,
        fresh_until=document.fresh_until,
    )


async def find_document(tx: Tx, url: str) -> ClientDocument | None:
    """Return what is known of a document."""
    return await tx.one(_FIND_DOCUMENT, url=url)


async def revoke_document(tx: Tx, url: str) -> None:
    """Forget a document that no longer says what was known of it."""
    await tx.run(_REVOKE_DOCUMENT, url=url)
