"""What a sign-in reads and writes: a user with one address, in as few words as it can be said."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.mail.addresses import AddressKey
from gatepass.users.model import Profile, User
from gatepass.users.rules.names import family_key, name_key

# Whoever is blocked or deleted may do as little as somebody who was switched off.
_COLUMNS = (
    "SELECT u.id, COALESCE(e.address, ''), e.verified_at, u.first_name, u.last_name, "
    "(u.is_active AND u.blocked_at IS NULL AND u.deleted_at IS NULL), u.created_at, u.modified_at, "
    "u.last_login_at, u.picture, u.locale, u.public_metadata, COALESCE(p.phone_key, ''), p.verified_at "
)
_WITH_PHONE = "LEFT JOIN user_phones p ON p.user_id = u.id AND p.is_primary "
# Who came by an import, or signs in by phone, may have no address at all.
_WITH_ADDRESS = "LEFT JOIN user_emails e ON e.user_id = u.id AND e.is_primary "
_OF_PRIMARY = "FROM users u " + _WITH_ADDRESS + _WITH_PHONE + "WHERE u.id = :id"
_FIND = query(User, _COLUMNS + _OF_PRIMARY)
_FIND_PRESENT = query(User, _COLUMNS + _OF_PRIMARY + " AND u.deleted_at IS NULL")
_FIND_ACTIVE = query(bool, "SELECT (is_active AND blocked_at IS NULL AND deleted_at IS NULL) FROM users WHERE id = :id")
_FIND_BY_ADDRESS = query(
    User,
    _COLUMNS
    + "FROM user_emails e JOIN users u ON u.id = e.user_id "
    + _WITH_PHONE
    + "WHERE e.address_key = :address_key",
)
_FIND_BY_PHONE = query(
    User,
    _COLUMNS + "FROM user_phones p JOIN users u ON u.id = p.user_id " + _WITH_ADDRESS + "WHERE p.phone_key = :number",
)
_ADD_USER = command(
    "INSERT INTO users (id, first_name, last_name, name_key, family_key, is_findable, is_active, source, created_at, "
    "modified_at, last_login_at) VALUES (:id, :first_name, :last_name, :name_key, :family_key, TRUE, :is_active, "
    "'sign_up', :created_at, :modified_at, :last_login_at)"
)
_ADD_ADDRESS = command(
    "INSERT INTO user_emails (address_key, user_id, address, verified_at, is_primary, created_at) "
    "VALUES (:address_key, :user_id, :address, :verified_at, :is_primary, :created_at) "
    "ON CONFLICT (address_key) DO NOTHING"
)
_ADD_PHONE = command(
    "INSERT INTO user_phones (phone_key, user_id, verified_at, is_primary, created_at) "
    "VALUES (:number, :user_id, :verified_at, :is_primary, :created_at) ON CONFLICT (phone_key) DO NOTHING"
)
_PURGE_USER = command("DELETE FROM users WHERE id = :id")
_TOUCH_PROFILE = command(
    "UPDATE users SET first_name = :first_name, last_name = :last_name, name_key = :name_key, "
    "family_key = :family_key, locale = :locale, modified_at = :at WHERE id = :id"
)
_TOUCH_LOGIN = command(
    "UPDATE users SET last_login_at = :at WHERE id = :id AND is_active AND blocked_at IS NULL AND deleted_at IS NULL"
)
_TOUCH_VERIFIED = command(
    "UPDATE user_emails SET verified_at = :at WHERE address_key = :address_key AND verified_at IS NULL"
)
_TOUCH_CALLER = command("UPDATE user_phones SET verified_at = :at WHERE phone_key = :number AND verified_at IS NULL")


async def find(tx: Tx, user_id: str) -> User | None:
    """Return a user by id, with the primary address."""
    return await tx.one(_FIND, id=user_id)


async def find_present(tx: Tx, user_id: str) -> User | None:
    """Return a user who was not deleted by id, with the primary address."""
    return await tx.one(_FIND_PRESENT, id=user_id)


async def find_active(tx: Tx, user_id: str) -> bool:
    """Tell whether there is a user who has not been switched off."""
    return await tx.one(_FIND_ACTIVE, id=user_id) is True


async def find_by_address(tx: Tx, key: AddressKey) -> User | None:
    """Return the user to whom an address belongs, with that address."""
    return await tx.one(_FIND_BY_ADDRESS, address_key=key)


async def find_by_phone(tx: Tx, number: str) -> User | None:
    """Return the user to whom a phone number belongs, with that number and the primary address."""
    return await tx.one(_FIND_BY_PHONE, number=number)


async def add(tx: Tx, user: User, key: AddressKey) -> bool:
    """Add a user with a first address; False, and nothing added, where somebody else has just taken the address."""
    await _add_user(tx, user)
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


async def add_caller(tx: Tx, user: User) -> bool:
    """Add a user with a first phone number; False, and nothing added, where somebody else has just taken it."""
    await _add_user(tx, user)
    added = await tx.run(
        _ADD_PHONE,
        number=user.phone,
        user_id=user.id,
        verified_at=user.phone_verified_at,
        is_primary=True,
        created_at=user.created_at,
    )
    if not added:
        await tx.run(_PURGE_USER, id=user.id)
    return bool(added)


async def _add_user(tx: Tx, user: User) -> None:
    await tx.run(
        _ADD_USER,
        id=user.id,
        first_name=user.first_name,
        last_name=user.last_name,
        name_key=name_key(user.first_name, user.last_name),
        family_key=family_key(user.last_name),
        is_active=user.is_active,
        created_at=user.created_at,
        modified_at=user.modified_at,
        last_login_at=user.last_login_at,
    )


async def touch_profile(tx: Tx, user_id: str, profile: Profile, at: datetime) -> None:
    """Write what a person says about themselves."""
    await tx.run(
        _TOUCH_PROFILE,
        id=user_id,
        first_name=profile.first_name,
        last_name=profile.last_name,
        name_key=name_key(profile.first_name, profile.last_name),
        family_key=family_key(profile.last_name),
        locale=profile.locale,
        at=at,
    )


async def touch_login(tx: Tx, user_id: str, at: datetime) -> bool:
    """Move the moment of a user's last sign-in; False where they may not sign in."""
    return bool(await tx.run(_TOUCH_LOGIN, id=user_id, at=at))


async def touch_verified(tx: Tx, key: AddressKey, at: datetime) -> bool:
    """Mark an address as proven; False where it was already."""
    return bool(await tx.run(_TOUCH_VERIFIED, address_key=key, at=at))


async def touch_caller(tx: Tx, number: str, at: datetime) -> bool:
    """Mark a phone number as proven; False where it was already."""
    return bool(await tx.run(_TOUCH_CALLER, number=number, at=at))
