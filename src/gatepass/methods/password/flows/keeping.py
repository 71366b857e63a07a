"""How a password comes to be somebody's: kept, entered in their list, told to them, with an end to what was before."""

from dataclasses import dataclass

from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Authenticators, Change
from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.db import Tx
from gatepass.login.flows import Login
from gatepass.methods.password import store
from gatepass.methods.password.flows.beginning import budget_of, find_held
from gatepass.methods.password.model import Held, Verdict
from gatepass.sessions.flows import revoke_all
from gatepass.users.flows import consume_credential
from gatepass.users.model import Person
from gatepass.users.queries import find_person


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps passwords."""

    authenticators: Authenticators
    login: Login

    async def keep(self, tx: Tx, user_id: str, hashed: str, change: Change, *, but_session_id: str | None) -> None:
        """Make a new password somebody's, end their other sessions and tell them.

        Args:
            tx: the transaction in which they proved who they are.
            user_id: whose.
            hashed: its hash.
            change: when, by whom and for which application.
            but_session_id: the session that goes on; empty to end all, None to end none.
        """
        had = await find_held(tx, user_id)
        if had.imported is not None:
            await consume_credential(tx, had.imported)
        await store.add(tx, user_id, hashed, change.at)
        known = [one for one in await list_authenticators(tx, user_id) if one.kind is Kind.PASSWORD]
        if known:
            await self.authenticators.tell(tx, EventKind.AUTHENTICATOR_CHANGED, known[0], change)
        else:
            await self.authenticators.add(tx, user_id, Kind.PASSWORD, "", "", change)
        person = await find_person(tx, user_id)
        if person is not None:
            await self._end_earlier(tx, person, change)
        if but_session_id is not None:
            await revoke_all(tx, user_id, change.at, change.origin, but_id=but_session_id)

    async def remove(self, tx: Tx, user_id: str, change: Change) -> bool:
        """Take somebody's password away, record and tell it; False where they have none."""
        known = [one for one in await list_authenticators(tx, user_id) if one.kind is Kind.PASSWORD]
        for one in known:
            await self.authenticators.remove(tx, one, change)
        return await store.purge_of(tx, user_id)

    async def note_use(self, tx: Tx, held: Held, verdict: Verdict, change: Change) -> bool:
        """Note that a password was right, and keep it by our own hash of today; False where it was changed meanwhile.

        One that came with an import is entered in the list without a mail, because its owner has it all along.
        """
        if held.imported is not None:
            if not await consume_credential(tx, held.imported):
                return False
            await store.add(tx, held.user_id, verdict.rehashed, change.at)
            await self.authenticators.adopt(tx, held.user_id, Kind.PASSWORD, change.at)
            return True
        now = await store.find(tx, held.user_id)
        if held.stored is None or now is None or now.hashed != held.stored.hashed:
            return False
        if verdict.rehashed:
            await store.touch_hash(tx, held.user_id, held.stored.hashed, verdict.rehashed)
        for one in await list_authenticators(tx, held.user_id):
            if one.kind is Kind.PASSWORD:
                await self.authenticators.used(tx, one.id, change.at)
        return True

    async def _end_earlier(self, tx: Tx, person: Person, change: Change) -> None:
        """Make earlier mails worthless and forget wrong guesses: whoever set it has proven who they are."""
        await self.login.forgive(tx, budget_of(person.id))
        for address in person.addresses:
            await store.revoke_of(tx, address.key, change.at)
            await self.login.forgive(tx, budget_of(address.key))
