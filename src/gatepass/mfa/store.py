"""The tables of the second step: codes that were sent for it, and remembered browsers."""

from datetime import datetime

from gatepass.authenticators.model import Kind
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of, new_id
from gatepass.mfa.model import RememberedDevice

_ADD_CHALLENGE = query(
    str,
    "INSERT INTO mfa_challenges "
    "(id, handle_hash, attempt_id, user_id, kind, code_mac, created_at, expires_at, spent_at) "
    "SELECT :id, :handle_hash, :attempt_id, :user_id, :kind, :code_mac, :at, :expires_at, NULL "
    "WHERE (SELECT count(*) FROM mfa_challenges WHERE attempt_id = :attempt_id) < :most RETURNING id",
    postgres="INSERT INTO mfa_challenges "
    "(id, handle_hash, attempt_id, user_id, kind, code_mac, created_at, expires_at, spent_at) "
    "SELECT :id, :handle_hash, :attempt_id, :user_id, :kind, :code_mac, "
    ":at::timestamptz, :expires_at::timestamptz, NULL "
    "WHERE (SELECT count(*) FROM mfa_challenges WHERE attempt_id = :attempt_id) < :most RETURNING id",
)
_CONSUME_CHALLENGE = query(
    str,
    "UPDATE mfa_challenges SET spent_at = :at WHERE handle_hash = :handle_hash AND attempt_id = :attempt_id "
    "AND kind = :kind AND code_mac = :code_mac AND spent_at IS NULL AND expires_at > :at RETURNING id",
)
_PURGE_CHALLENGES = command(
    "DELETE FROM mfa_challenges WHERE id IN "
    "(SELECT id FROM mfa_challenges WHERE id < :before_id ORDER BY id LIMIT :limit)"
)
_PURGE_CHALLENGES_OF = command("DELETE FROM mfa_challenges WHERE user_id = :user_id")
_ADD_DEVICE = command(
    "INSERT INTO remembered_devices (id, user_id, token_hash, network, user_agent, created_at, expires_at, "
    "last_used_at, revoked_at) "
    "VALUES (:id, :user_id, :token_hash, :network, :user_agent, :at, :expires_at, :at, NULL)"
)
_FIND_DEVICE = query(
    RememberedDevice,
    "SELECT {columns} FROM remembered_devices WHERE user_id = :user_id AND token_hash = :token_hash "
    "AND revoked_at IS NULL",
)
_LIST_DEVICES = query(
    RememberedDevice,
    "SELECT {columns} FROM remembered_devices WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > :now "
    "ORDER BY id DESC LIMIT 100",
)
_TOUCH_DEVICE = command("UPDATE remembered_devices SET last_used_at = :at WHERE id = :id")
_REVOKE_DEVICE = command(
    "UPDATE remembered_devices SET revoked_at = :at WHERE id = :id AND user_id = :user_id AND revoked_at IS NULL"
)
_REVOKE_DEVICES = command(
    "UPDATE remembered_devices SET revoked_at = :at WHERE user_id = :user_id AND revoked_at IS NULL"
)
_PURGE_DEVICES = command(
    "DELETE FROM remembered_devices WHERE id IN "
    "(SELECT id FROM remembered_devices WHERE expires_at < :before ORDER BY id LIMIT :limit)"
)
_PURGE_DEVICES_OF = command("DELETE FROM remembered_devices WHERE user_id = :user_id")


async def add_challenge(
    tx: Tx, handle_hash: bytes, attempt_id: str, user_id: str, kind: Kind, code_mac: bytes, *,
    at: datetime, expires_at: datetime, most: int,
) -> bool:  # fmt: skip
    """Add a code that is sent; False where the attempt was sent as many as it may be."""
    added = await tx.one(
        _ADD_CHALLENGE,
        id=new_id(),
        handle_hash=handle_hash,
        attempt_id=attempt_id,
        user_id=user_id,
        kind=kind,
        code_mac=code_mac,
        at=at,
        expires_at=expires_at,
        most=most,
    )
    return added is not None


async def consume_challenge(
    tx: Tx, handle_hash: bytes, attempt_id: str, kind: Kind, code_mac: bytes, at: datetime
) -> bool:
    """Spend a code; False where it is another one, another attempt's, expired or spent."""
    spent = await tx.one(
        _CONSUME_CHALLENGE, handle_hash=handle_hash, attempt_id=attempt_id, kind=kind, code_mac=code_mac, at=at
    )
    return spent is not None


async def purge_challenges(tx: Tx, before: datetime, limit: int) -> int:
    """Delete codes that were sent before a moment, at most so many at once."""
    return await tx.run(_PURGE_CHALLENGES, before_id=first_id_of(before), limit=limit)


async def add_device(
    tx: Tx, user_id: str, token_hash: bytes, network: str, user_agent: str, *, at: datetime, expires_at: datetime
) -> None:
    """Remember a browser for a person."""
    await tx.run(
        _ADD_DEVICE,
        id=new_id(),
        user_id=user_id,
        token_hash=token_hash,
        network=network,
        user_agent=user_agent,
        at=at,
        expires_at=expires_at,
    )


async def find_device(tx: Tx, user_id: str, token_hash: bytes) -> RememberedDevice | None:
    """Return what is remembered of a browser for a person; what another person left there is not found."""
    return await tx.one(_FIND_DEVICE, user_id=user_id, token_hash=token_hash)


async def list_devices(tx: Tx, user_id: str, now: datetime) -> list[RememberedDevice]:
    """Return the browsers that are remembered for a person, the latest first."""
    return await tx.all(_LIST_DEVICES, user_id=user_id, now=now)


async def touch_device(tx: Tx, device_id: str, at: datetime) -> None:
    """Note that a remembered browser was let pass."""
    await tx.run(_TOUCH_DEVICE, id=device_id, at=at)


async def revoke_device(tx: Tx, user_id: str, device_id: str, at: datetime) -> bool:
    """Forget one browser of a person; False where it is not there."""
    return bool(await tx.run(_REVOKE_DEVICE, user_id=user_id, id=device_id, at=at))


async def revoke_devices(tx: Tx, user_id: str, at: datetime) -> int:
    """Forget every browser of a person and return how many there were."""
    return await tx.run(_REVOKE_DEVICES, user_id=user_id, at=at)


async def purge_devices(tx: Tx, before: datetime, limit: int) -> int:
    """Delete browsers whose time was over before a moment, at most so many at once."""
    return await tx.run(_PURGE_DEVICES, before=before, limit=limit)


async def purge_of(tx: Tx, user_id: str) -> int:
    """Delete all that is kept of a person here."""
    return await tx.run(_PURGE_CHALLENGES_OF, user_id=user_id) + await tx.run(_PURGE_DEVICES_OF, user_id=user_id)
