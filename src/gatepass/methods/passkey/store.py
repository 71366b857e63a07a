"""The tables of passkeys and of ceremonies."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.methods.passkey.model import Ceremony, Passkey, Purpose

_ADD_CEREMONY = command(
    "INSERT INTO passkey_ceremonies (id, handle_hash, purpose, challenge, rp_id, user_verification, application_id, "
    "user_id, attempt_id, browser_hash, created_at, expires_at, spent_at) VALUES (:id, :handle_hash, :purpose, "
    ":challenge, :rp_id, :user_verification, :application_id, :user_id, :attempt_id, :browser_hash, :created_at, "
    ":expires_at, NULL)"
)
# Whoever is not whom it was begun for finds nothing, and spends nothing.
_CONSUME_CEREMONY = query(
    Ceremony,
    "UPDATE passkey_ceremonies SET spent_at = :at WHERE handle_hash = :handle_hash AND purpose = :purpose "
    "AND application_id = :application_id AND (browser_hash IS NULL OR browser_hash = :browser_hash) "
    "AND spent_at IS NULL AND expires_at > :at RETURNING {columns}",
)
_PURGE_CEREMONIES = command(
    "DELETE FROM passkey_ceremonies WHERE id IN "
    "(SELECT id FROM passkey_ceremonies WHERE id < :before_id ORDER BY id LIMIT :limit)"
)
_FORGET_CEREMONIES = command("DELETE FROM passkey_ceremonies WHERE user_id = :user_id")
_ADD = query(
    str,
    "INSERT INTO passkeys (authenticator_id, user_id, credential_id, rp_id, public_key, sign_count, aaguid, "
    "transports, attestation_type, is_backup_eligible, is_backed_up, is_user_verified, modified_at) "
    "VALUES (:authenticator_id, :user_id, :credential_id, :rp_id, :public_key, :sign_count, :aaguid, :transports, "
    ":attestation_type, :is_backup_eligible, :is_backed_up, :is_user_verified, NULL) "
    "ON CONFLICT (credential_id) DO NOTHING RETURNING authenticator_id",
)
_FIND_CREDENTIAL = query(Passkey, "SELECT {columns} FROM passkeys WHERE credential_id = :credential_id")
_LIST = query(Passkey, "SELECT {columns} FROM passkeys WHERE user_id = :user_id ORDER BY authenticator_id")
# A counter that does not grow belongs to a copy, unless its authenticator keeps none (WebAuthn §6.1.1).
_TOUCH_USE = query(
    str,
    "UPDATE passkeys SET sign_count = :sign_count, is_backed_up = :is_backed_up, "
    "is_user_verified = (is_user_verified OR :is_user_verified) WHERE authenticator_id = :authenticator_id "
    "AND (sign_count < :sign_count OR (sign_count = 0 AND :sign_count = 0)) RETURNING authenticator_id",
)
_TOUCH = command("UPDATE passkeys SET modified_at = :at WHERE authenticator_id = :authenticator_id")
_PURGE = command("DELETE FROM passkeys WHERE authenticator_id = :authenticator_id AND user_id = :user_id")
_PURGE_OF_USER = command("DELETE FROM passkeys WHERE user_id = :user_id")


async def add_ceremony(tx: Tx, ceremony: Ceremony) -> None:
    """Add a ceremony that begins."""
    await tx.run(
        _ADD_CEREMONY,
        id=ceremony.id,
        handle_hash=ceremony.handle_hash,
        purpose=ceremony.purpose,
        challenge=ceremony.challenge,
        rp_id=ceremony.rp_id,
        user_verification=ceremony.user_verification,
        application_id=ceremony.application_id,
        user_id=ceremony.user_id,
        attempt_id=ceremony.attempt_id,
        browser_hash=ceremony.browser_hash,
        created_at=ceremony.created_at,
        expires_at=ceremony.expires_at,
    )


async def consume_ceremony(
    tx: Tx, handle_hash: bytes, purpose: Purpose, application_id: str, browser_hash: bytes | None, at: datetime
) -> Ceremony | None:
    """Spend a ceremony and return it; None where there is none for this purpose, application and browser any more."""
    return await tx.one(
        _CONSUME_CEREMONY,
        handle_hash=handle_hash,
        purpose=purpose,
        application_id=application_id,
        browser_hash=browser_hash,
        at=at,
    )


async def purge_ceremonies(tx: Tx, before: datetime, limit: int) -> int:
    """Delete ceremonies that began before a moment, at most so many at once."""
    return await tx.run(_PURGE_CEREMONIES, before_id=first_id_of(before), limit=limit)


async def add(tx: Tx, passkey: Passkey) -> bool:
    """Add a passkey; False where somebody has its credential already."""
    added = await tx.one(
        _ADD,
        authenticator_id=passkey.authenticator_id,
        user_id=passkey.user_id,
        credential_id=passkey.credential_id,
        rp_id=passkey.rp_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        aaguid=passkey.aaguid,
        transports=passkey.transports,
        attestation_type=passkey.attestation_type,
        is_backup_eligible=passkey.is_backup_eligible,
        is_backed_up=passkey.is_backed_up,
        is_user_verified=passkey.is_user_verified,
    )
    return added is not None


async def find_credential(tx: Tx, credential_id: bytes) -> Passkey | None:
    """Return a passkey by the id of its credential."""
    return await tx.one(_FIND_CREDENTIAL, credential_id=credential_id)


async def list_of(tx: Tx, user_id: str) -> list[Passkey]:
    """Return the passkeys of a person, the eldest first."""
    return await tx.all(_LIST, user_id=user_id)


async def touch_use(
    tx: Tx, authenticator_id: str, sign_count: int, *, is_backed_up: bool, is_user_verified: bool
) -> bool:
    """Note what an assertion said; False where its counter did not grow, or the passkey is gone."""
    noted = await tx.one(
        _TOUCH_USE,
        authenticator_id=authenticator_id,
        sign_count=sign_count,
        is_backed_up=is_backed_up,
        is_user_verified=is_user_verified,
    )
    return noted is not None


async def touch(tx: Tx, authenticator_id: str, at: datetime) -> None:
    """Note when a passkey's name was changed."""
    await tx.run(_TOUCH, authenticator_id=authenticator_id, at=at)


async def purge(tx: Tx, user_id: str, authenticator_id: str) -> bool:
    """Delete a passkey; False where it is not there."""
    return bool(await tx.run(_PURGE, authenticator_id=authenticator_id, user_id=user_id))


async def purge_of(tx: Tx, user_id: str) -> int:
    """Delete every passkey of a person, and their ceremonies, and return how many passkeys there were."""
    await tx.run(_FORGET_CEREMONIES, user_id=user_id)
    return await tx.run(_PURGE_OF_USER, user_id=user_id)
