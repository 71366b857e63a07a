"""Forgetting a person: every slice that keeps something of them is asked to forget it, in one transaction for each.

What a sign-in leaves behind for a day at most (codes, requests, devices that wait) goes by itself before anybody is
purged, because the term of the purge is longer. The record keeps what happened and no longer to whom.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from gatepass.access import flows as access
from gatepass.audit.flows import anonymize, record
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.authenticators import flows as authenticators
from gatepass.impersonation import flows as impersonation
from gatepass.invitations import flows as invitations
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.mail.addresses import AddressKey
from gatepass.login import flows as login
from gatepass.methods.backup_code import flows as backup_code
from gatepass.methods.magic_link import jobs as magic_link
from gatepass.methods.one_time_code import jobs as one_time_code
from gatepass.methods.passkey import jobs as passkey
from gatepass.methods.password import flows as password
from gatepass.methods.totp import flows as totp
from gatepass.mfa import flows as mfa
from gatepass.organizations import flows as organizations
from gatepass.outbox.flows import forget_recipients
from gatepass.provider.consents import flows as consents
from gatepass.sessions import flows as sessions
from gatepass.tokens import flows as tokens
from gatepass.users.flows import purge_person
from gatepass.users.model import Deleted, Person
from gatepass.users.queries import find_deleted, find_person

_log = structlog.get_logger("gatepass.forgetting")
_BEFORE_ALL: Final = Deleted(datetime.fromtimestamp(0, UTC), "")
_BY_TIME: Final = Origin(actor=Actor(ActorKind.SYSTEM, "purge", "Purge of deleted users"))


async def forget(tx: Tx, person: Person, at: datetime) -> None:
    """Delete all that is kept of a person, and make what the record says of them anonymous (GDPR Art. 17).

    Args:
        tx: the transaction.
        person: who is forgotten.
        at: when.
    """
    keys = [address.key for address in person.addresses]
    await impersonation.forget_user(tx, person.id)
    await sessions.forget_user(tx, person.id)
    await tokens.forget_user(tx, person.id)
    await mfa.forget_user(tx, person.id)
    await consents.forget_user(tx, person.id)
    await organizations.forget_user(tx, person.id)
    await access.forget_user(tx, person.id)
    await authenticators.forget_user(tx, person.id)
    await passkey.forget_user(tx, person.id)
    await password.forget_user(tx, person.id)
    await totp.forget_user(tx, person.id)
    await backup_code.forget_user(tx, person.id)
    # Attempts and wrong codes are kept by the number, too, with which somebody signs in.
    await login.forget_person(tx, person.id, [*keys, *(AddressKey(phone.number) for phone in person.phones)])
    for key in keys or [AddressKey("")]:
        await invitations.forget_person(tx, person.id, key)
    for key in keys:
        await magic_link.forget_address(tx, key)
        await password.forget_address(tx, key)
        await one_time_code.forget_address(tx, key)
    await forget_recipients(tx, [address.address for address in person.addresses])
    await purge_person(tx, person.id)
    await anonymize(tx, person.id)
    await record(tx, EventKind.USER_PURGED, at=at, origin=_BY_TIME)


class DeletedUserPurge:
    """Forgets people who were deleted long enough ago, those deleted first first.

    It walks past whom it can't forget, so that one such person holds up nobody else, and tries again on the next walk.
    Where a walk stood is forgotten with the process, and the next one begins anew.

    Args:
        database: where they are kept.
        after: how long a deleted user can be restored.
    """

    def __init__(self, database: Database, after: timedelta) -> None:
        self._database = database
        self._term = after
        self._last = _BEFORE_ALL

    async def __call__(self, now: datetime) -> int:
        """Forget the next person and return 1, whether or not it was possible; 0 where the walk is at its end."""
        before = now - self._term
        found = await self._database.read(lambda tx: find_deleted(tx, before, self._last))
        if found is None:
            self._last = _BEFORE_ALL
            return 0
        self._last = found
        try:
            await self._database.transact(lambda tx: _forget_deleted(tx, found.id, before, now))
        except Exception:  # noqa: BLE001 - one person who can't be forgotten must not keep the others from it
            _log.exception("purge.failed", user_id=found.id)
        return 1


async def _forget_deleted(tx: Tx, user_id: str, before: datetime, now: datetime) -> None:
    await take_turn(tx, f"user:{user_id}")
    person = await find_person(tx, user_id)
    # Somebody may have restored them in the meantime.
    if person is not None and person.deleted_at is not None and person.deleted_at <= before:
        await forget(tx, person, now)
