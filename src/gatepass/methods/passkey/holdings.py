"""What somebody does with the passkeys that they have: see them, name them, remove them."""

from dataclasses import dataclass

from gatepass.applications.model import Application
from gatepass.authenticators.flows import Authenticators, Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.queries import has_kind, list_authenticators
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.problems import Problem
from gatepass.methods.passkey import store
from gatepass.methods.passkey.model import HeldPasskey, Passkey
from gatepass.methods.passkey.people import find_named
from gatepass.methods.passkey.relying_parties import METHOD
from gatepass.users.model import User
from gatepass.users.queries import find_person

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """A person's passkey after a change, and those that they still have for its relying party.

    With these a browser tells the person's authenticators what goes on (WebAuthn §5.1.10).
    """

    passkey: Passkey
    accepted: tuple[Passkey, ...]


@dataclass(frozen=True, slots=True)
class PasskeyHoldings:
    """Somebody's passkeys; the caller has made sure who it is, and for changes that they are there now."""

    database: Database
    clock: Clock
    authenticators: Authenticators

    async def list_of(self, user_id: str) -> list[HeldPasskey]:
        """Return a person's passkeys, the eldest first."""
        return await self.database.read(lambda tx: _list(tx, user_id))

    async def has_some(self, unverified_identifier: str) -> bool:
        """Tell whether somebody who is named has a passkey; only an application's own server may be told."""

        async def body(tx: Tx) -> bool:
            return bool(await store.list_of(tx, await find_named(tx, unverified_identifier)))

        return await self.database.read(body)

    async def rename(self, user_id: str, unverified_passkey: str, unverified_name: str) -> Kept:
        """Give a passkey another name.

        Args:
            user_id: whose it is.
            unverified_passkey: its credential's id in base64url, or its id in the list of authenticators.
            unverified_name: the name.

        Raises:
            Problem: the name can't be one (`invalid_passkey_name`, 400), or the person has no such passkey
                (`passkey_not_found`, 404).
        """
        name = checked_name(unverified_name)
        at = self.clock.now()

        async def body(tx: Tx) -> Kept:
            held = await _find(tx, user_id, unverified_passkey)
            await self.authenticators.rename(tx, user_id, held.authenticator_id, name)
            await store.touch(tx, held.authenticator_id, at)
            return Kept(held, await _accepted(tx, held))

        return await self.database.transact(body)

    async def remove(
        self, user: User, application: Application, unverified_passkey: str, change: Change, *, is_confirmed: bool
    ) -> Kept:
        """Remove a passkey; the person is told.

        Args:
            user: whose it is.
            application: by which application they signed in.
            unverified_passkey: its credential's id in base64url, or its id in the list of authenticators.
            change: who does it, and from where.
            is_confirmed: whether they were told that it may be the last way in, and want it nevertheless.

        Raises:
            Problem: the person has no such passkey (`passkey_not_found`, 404), or could not sign in any more by what is
                left (`last_way_in`, 409).
        """

        async def body(tx: Tx) -> Kept:
            # One at a time for each person, or of the last two each would be removed because of the other.
            await take_turn(tx, f"authenticators:{user.id}")
            held = await _find(tx, user.id, unverified_passkey)
            if not is_confirmed and not await _has_another_way(tx, user, application, held):
                raise _last_way()
            entry = next(one for one in await list_authenticators(tx, user.id) if one.id == held.authenticator_id)
            await store.purge(tx, user.id, held.authenticator_id)
            await self.authenticators.remove(tx, entry, change)
            return Kept(held, await _accepted(tx, held))

        return await self.database.transact(body)

    async def list_in(self, tx: Tx, user_id: str) -> list[HeldPasskey]:
        """Return a person's passkeys, the eldest first, in the caller's transaction."""
        return await _list(tx, user_id)

    async def drop(self, tx: Tx, entry: Authenticator, change: Change) -> bool:
        """Remove a passkey whose holder was told what it means; False where it is gone already.

        Args:
            tx: the transaction.
            entry: its entry in the list of what its holder has.
            change: who does it, and from where.
        """
        await take_turn(tx, f"authenticators:{entry.user_id}")
        await store.purge(tx, entry.user_id, entry.id)
        return await self.authenticators.remove(tx, entry, change)


async def _list(tx: Tx, user_id: str) -> list[HeldPasskey]:
    entries = {one.id: one for one in await list_authenticators(tx, user_id)}
    held = await store.list_of(tx, user_id)
    return [HeldPasskey(one, entries[one.authenticator_id]) for one in held if one.authenticator_id in entries]


async def _find(tx: Tx, user_id: str, unverified_passkey: str) -> Passkey:
    for one in await store.list_of(tx, user_id):
        if unverified_passkey in {one.name, one.authenticator_id}:
            return one
    raise Problem("passkey_not_found", 404, "There is no such passkey on the account; list them anew.", number=1005)


async def _accepted(tx: Tx, held: Passkey) -> tuple[Passkey, ...]:
    return tuple(one for one in await store.list_of(tx, held.user_id) if one.rp_id == held.rp_id)


async def _has_another_way(tx: Tx, user: User, application: Application, held: Passkey) -> bool:
    """Tell whether somebody could still sign in to the application without one of their passkeys."""
    offered = set(application.methods.offered)
    others = [one for one in await store.list_of(tx, user.id) if one.authenticator_id != held.authenticator_id]
    if METHOD in offered and any(one.rp_id == held.rp_id for one in others):
        return True
    if user.email and offered & {"magic_link", "one_time_code"}:
        return True
    if "password" in offered and await has_kind(tx, user.id, Kind.PASSWORD):
        return True
    person = await find_person(tx, user.id)
    has_phone = person is not None and any(phone.verified_at is not None for phone in person.phones)
    return has_phone and "sms_code" in offered


def _last_way() -> Problem:
    sentence = "This passkey is the last way to sign in to the account. Add another one first, or send confirm=true."
    return Problem("last_way_in", 409, sentence, number=1004)


def checked_name(unverified_name: str) -> str:
    """Return what a person calls a passkey.

    Raises:
        Problem: it can't be a name (`invalid_passkey_name`, 400).
    """
    name = unverified_name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        sentence = f"Give the passkey a name of 1 to {_LONGEST_NAME} characters, in one line."
        raise Problem("invalid_passkey_name", 400, sentence, number=1004)
    return name
