"""How a person comes into being and is met again."""

from dataclasses import replace
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import SerializationFailure, Tx
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.kit.problems import Problem
from gatepass.users.flows.people import hold
from gatepass.users.model import Profile, User
from gatepass.users.rules.records import profile_faults
from gatepass.users.store import accounts as store


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


async def meet_caller(
    tx: Tx, number: str, *, may_create: bool, at: datetime, origin: Origin, application_id: str
) -> User | None:
    """Return the user who has just proven to read the messages of a phone number, creating one at the first sign-in.

    Args:
        tx: the transaction of the sign-in.
        number: the number, from `kit.phones.numbers.parse_phone`.
        may_create: whether the application allows sign-up by phone.
        at: when it was proven.
        origin: where the proof came from, for the record.
        application_id: the application that it was proven for.

    Returns:
        The user, the number marked as verified; None where there is none and none may be created.
    """
    user = await store.find_by_phone(tx, number)
    if user is None:
        if not may_create:
            return None
        user = User(
            new_id(), "", None, "", "", is_active=True, created_at=at, modified_at=at, last_login_at=at,
            phone=number, phone_verified_at=at,
        )  # fmt: skip
        if await store.add_caller(tx, user):
            await record(
                tx, EventKind.USER_CREATED, at=at, origin=origin, application_id=application_id, user_id=user.id
            )
            return user
        # Another attempt for the same new number has won since we looked: it is the same person.
        user = await store.find_by_phone(tx, number)
        if user is None:
            return None
    if user.phone_verified_at is None and await store.touch_caller(tx, number, at):
        await record(
            tx,
            EventKind.USER_CHANGED,
            at=at,
            origin=origin,
            application_id=application_id,
            user_id=user.id,
            data={"changed": "phone_proof"},
        )
        user = replace(user, phone_verified_at=at)
    return user


async def signed_in(tx: Tx, user: User, at: datetime) -> User:
    """Move the moment of a user's last sign-in and return the user as they now are.

    Raises:
        SerializationFailure: since they were read, somebody switched them off, blocked or deleted them; the sign-in is
            judged anew, so that no session outlives its end.
    """
    if not await store.touch_login(tx, user.id, at):
        raise SerializationFailure("the user may not sign in any more")
    return replace(user, last_login_at=at)


async def change_profile(tx: Tx, user: User, profile: Profile, at: datetime, origin: Origin) -> User:
    """Write what a person says about themselves and return the user as they now are.

    Raises:
        Problem: a value is too long or holds what a name can't (`invalid_profile`); all faults are named. Or the user
            was deleted meanwhile (`unknown_user`, 404).
    """
    found = profile_faults(profile)
    if found:
        raise Problem("invalid_profile", 400, " ".join(found), number=1004)
    # A manager who changes them writes the whole record, and must not write what was there before this.
    person = await hold(tx, user.id)
    moment = next_moment(person.modified_at, at)
    await store.touch_profile(tx, user.id, profile, moment)
    await record(tx, EventKind.USER_CHANGED, at=at, origin=origin, user_id=user.id)
    return replace(
        user, first_name=profile.first_name, last_name=profile.last_name, locale=profile.locale, modified_at=moment
    )
