"""How a person comes into being and is met again."""

from dataclasses import replace
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.users import store
from gatepass.users.model import User


async def meet_reader(
    tx: Tx, address: EmailAddress, *, may_create: bool, at: datetime, origin: Origin, application_id: str
) -> User | None:
    """Return the user who has just proven to read an address, creating one at the first sign-in.

    Args:
        tx: the transaction of the sign-in.
        address: the address whose mail was read.
        may_create: whether the application allows sign-up.
        at: when it was proven.
        origin: where the proof came from, for the record.
        application_id: the application that it was proven for.

    Returns:
        The user, the address marked as verified; None where there is none and none may be created.
    """
    user = await store.find_by_address(tx, address.key)
    if user is None:
        if not may_create:
            return None
        user = User(
            new_id(), address.address, at, "", "", is_active=True, created_at=at, modified_at=at, last_login_at=at
        )
        if await store.add(tx, user, address.key):
            await record(
                tx, EventKind.USER_CREATED, at=at, origin=origin, application_id=application_id, user_id=user.id
            )
            return user
        # Another attempt for the same new address has won since we looked: it is the same person.
        user = await store.find_by_address(tx, address.key)
        if user is None:
            return None
    if user.email_verified_at is None and await store.touch_verified(tx, address.key, at):
        await record(
            tx, EventKind.ADDRESS_VERIFIED, at=at, origin=origin, application_id=application_id, user_id=user.id
        )
        user = replace(user, email_verified_at=at)
    return user


async def signed_in(tx: Tx, user: User, at: datetime) -> User:
    """Move the moment of a user's last sign-in and return the user as they now are."""
    await store.touch_login(tx, user.id, at)
    return replace(user, last_login_at=at)
