"""The tables of users and of their addresses."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.mail.addresses import AddressKey
from gatepass.users.model import User

_SELECT = (
    "SELECT u.id, e.address, e.verified_at, u.first_name, u.last_name, u.is_active, u.created_at, u.modified_at, "
    "u.last_login_at FROM users u JOIN user_emails e ON e.user_id = u.id AND e.is_primary "
)
_FIND = query(User, _SELECT + "WHERE u.id = :id")
_FIND_BY_ADDRESS = query(
    User,
    "SELECT u.id, e.address, e.verified_at, u.first_name, u.last_name, u.is_active, u.created_at, u.modified_at, "
    "u.last_login_at FROM user_emails e JOIN users u ON u.id = e.user_id WHERE e.address_key = :address_key",
)
_ADD_USER = command(
    "INSERT INTO users (id, first_name, last_name, is_active, created_at, modified_at, last_login_at) "
    "VALUES (:id, :first_name, :last_name, :is_active, :created_at, :modified_at, :last_login_at)"
)
_ADD_ADDRESS = command(
    "INSERT INTO user_emails (address_key, user_id, address, verified_at, is_primary, created_at) "
    "VALUES (:address_key, :user_id, :address, :verified_at, :is_primary, :created_at) "
    "ON CONFLICT (address_key) DO NOTHING"
)
_PURGE_USER = command("DELETE FROM users WHERE id = :id")
_TOUCH_LOGIN = command("UPDATE users SET last_login_at = :at WHERE id = :id")
_TOUCH_VERIFIED = command(
    "UPDATE user_emails SET verified_at = :at WHERE address_key = :address_key AND verified_at IS NULL"
)


async def find(tx: Tx, user_id: str) -> User | None:
    """Return a user by id, with the primary address."""
    return await tx.one(_FIND, id=user_id)


async def find_by_address(tx: Tx, key: AddressKey) -> User | None:
    """Return the user to whom an address belongs, with that address."""
    return await tx.one(_FIND_BY_ADDRESS, address_key=key)


async def add(tx: Tx, user: User, key: AddressKey) -> bool:
    """Add a user with a first address; False, and nothing added, where somebody else has just taken the address."""
    await tx.run(
        _ADD_USER,
        id=user.id,
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active,
        created_at=user.created_at,
        modified_at=user.modified_at,
        last_login_at=user.last_login_at,
    )
    added = await tx.run(
        _ADD_ADDRESS,
        address_key=key,
        user_id=user.id,
        address=user.email,
        verified_at=user.email_verified_at,
        is_primary=True,
        created_at=user.created_at,
    )
    if not added:
        await tx.run(_PURGE_USER, id=user.id)
    return bool(added)


async def touch_login(tx: Tx, user_id: str, at: datetime) -> None:
    """Move the moment of a user's last sign-in."""
    await tx.run(_TOUCH_LOGIN, id=user_id, at=at)


async def touch_verified(tx: Tx, key: AddressKey, at: datetime) -> bool:
    """Mark an address as proven; False where it was already."""
    return bool(await tx.run(_TOUCH_VERIFIED, address_key=key, at=at))
