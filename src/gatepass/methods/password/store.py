"""The tables of passwords and of the ways to new ones."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.mail.addresses import AddressKey
from gatepass.methods.password.model import Reset, StoredPassword

_ADD = command(
    "INSERT INTO passwords (user_id, hashed, created_at, modified_at, must_change) "
    "VALUES (:user_id, :hashed, :at, :at, false) ON CONFLICT (user_id) DO UPDATE SET hashed = excluded.hashed, "
    "modified_at = excluded.modified_at, must_change = false"
)
_FIND = query(StoredPassword, "SELECT {columns} FROM passwords WHERE user_id = :user_id")
# Only in the place of the hash that was judged: a password that was changed meanwhile stays.
_TOUCH_HASH = command("UPDATE passwords SET hashed = :hashed WHERE user_id = :user_id AND hashed = :judged")
_PURGE_OF = command("DELETE FROM passwords WHERE user_id = :user_id")
_ADD_RESET = command(
    "INSERT INTO password_resets (id, attempt_id, application_id, address_key, secret_hash, code_mac, created_at, "
    "expires_at, spent_at) VALUES (:id, :attempt_id, :application_id, :address_key, :secret_hash, :code_mac, "
    ":created_at, :expires_at, NULL)"
)
_FIND_RESET = query(Reset, "SELECT {columns} FROM password_resets WHERE id = :id")
_CONSUME = query(
    Reset,
    "UPDATE password_resets SET spent_at = :at WHERE id = :id AND spent_at IS NULL AND expires_at > :at "
    "RETURNING {columns}",
)
_CONSUME_CODE = query(
    Reset,
    "UPDATE password_resets SET spent_at = :at WHERE attempt_id = :attempt_id AND code_mac = :code_mac "
    "AND spent_at IS NULL AND expires_at > :at RETURNING {columns}",
)
_REVOKE_OF = command("UPDATE password_resets SET spent_at = :at WHERE address_key = :address_key AND spent_at IS NULL")
_LIST_SENT = query(
    datetime,
    "SELECT created_at FROM password_resets WHERE address_key = :address_key AND created_at > :since "
    "ORDER BY created_at LIMIT :limit",
)
_PURGE_ADDRESS = command("DELETE FROM password_resets WHERE address_key = :address_key")
_PURGE = command(
    "DELETE FROM password_resets WHERE id IN "
    "(SELECT id FROM password_resets WHERE id < :before_id ORDER BY id LIMIT :limit)"
)


async def add(tx: Tx, user_id: str, hashed: str, at: datetime) -> None:
    """Keep the hash of somebody's password, in place of an earlier one."""
    await tx.run(_ADD, user_id=user_id, hashed=hashed, at=at)


async def find(tx: Tx, user_id: str) -> StoredPassword | None:
    """Return the hash of somebody's password."""
    return await tx.one(_FIND, user_id=user_id)


async def touch_hash(tx: Tx, user_id: str, judged: str, hashed: str) -> bool:
    """Keep the same password by another hash; False where it was changed since it was judged."""
    return bool(await tx.run(_TOUCH_HASH, user_id=user_id, judged=judged, hashed=hashed))


async def purge_of(tx: Tx, user_id: str) -> bool:
    """Delete the hash of somebody's password; False where there was none."""
    return bool(await tx.run(_PURGE_OF, user_id=user_id))


async def add_reset(tx: Tx, reset: Reset) -> None:
    """Add a way to a new password that is about to be mailed."""
    await tx.run(
        _ADD_RESET,
        id=reset.id,
        attempt_id=reset.attempt_id,
        application_id=reset.application_id,
        address_key=reset.address_key,
        secret_hash=reset.secret_hash,
        code_mac=reset.code_mac,
        created_at=reset.created_at,
        expires_at=reset.expires_at,
    )


async def find_reset(tx: Tx, reset_id: str) -> Reset | None:
    """Return a way to a new password, spent ones too."""
    return await tx.one(_FIND_RESET, id=reset_id)


async def consume(tx: Tx, reset_id: str, at: datetime) -> Reset | None:
    """Spend a way to a new password by its link; None where somebody else has, or it expired."""
    return await tx.one(_CONSUME, id=reset_id, at=at)


async def consume_code(tx: Tx, attempt_id: str, code_mac: bytes, at: datetime) -> Reset | None:
    """Spend a way to a new password by its code; None where it is another, spent or expired."""
    return await tx.one(_CONSUME_CODE, attempt_id=attempt_id, code_mac=code_mac, at=at)


async def revoke_of(tx: Tx, key: AddressKey, at: datetime) -> int:
    """Spend every way to a new password of an address: once one was set, earlier mails do nothing."""
    return await tx.run(_REVOKE_OF, address_key=key, at=at)


async def list_sent(tx: Tx, key: AddressKey, since: datetime, limit: int) -> list[datetime]:
    """Return when ways to a new password were mailed to an address since a moment, the oldest first."""
    return await tx.all(_LIST_SENT, address_key=key, since=since, limit=limit)


async def purge_address(tx: Tx, key: AddressKey) -> int:
    """Delete every way to a new password of an address."""
    return await tx.run(_PURGE_ADDRESS, address_key=key)


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete ways to a new password that began before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), limit=limit)
