"""How somebody who is signed in sets their first password or changes the one that they have."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.authenticators.flows import Change
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_handle
from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.kit.problems import Problem
from gatepass.login.model import Refusal, Refused
from gatepass.methods.password.flows.beginning import budget_of, find_held, new_attempt
from gatepass.methods.password.flows.keeping import Keeper
from gatepass.methods.password.judging import Judge
from gatepass.methods.password.messages import weakness_problem
from gatepass.methods.password.model import Asker, Held
from gatepass.sessions.model import Session
from gatepass.users.model import User
from gatepass.users.queries import find_person

_WITHIN: Final = timedelta(minutes=5)


def stale() -> Problem:
    """Return the problem of a sign-in that is too long ago for a change of how somebody signs in."""
    sentence = "Sign in again first: what you sign in with is changed within minutes of a sign-in only."
    return Problem("fresh_sign_in_needed", 403, sentence, number=1003)


@dataclass(frozen=True, slots=True)
class Changes:
    """What somebody who is signed in does with their password.

    Args:
        database: where it is kept.
        clock: the time.
        judge: judges the present and the new one.
        keeper: keeps the new one.
        fresh: for how long after a proof no new one is needed.
    """

    database: Database
    clock: Clock
    judge: Judge
    keeper: Keeper
    fresh: timedelta

    async def has_one(self, user_id: str) -> bool:
        """Tell whether a person has a password, one that came with an import too."""
        held = await self.database.read(lambda tx: find_held(tx, user_id))
        return held.stored is not None or held.imported is not None

    async def change(
        self, application: Application, user: User, session: Session, unverified_present: str, unverified_wanted: str,
        asker: Asker, *, ends_others: bool,
    ) -> Refused | None:  # fmt: skip
        """Set somebody's password; None where it is set.

        Args:
            application: whose policy counts.
            user: who is signed in.
            session: by which session; it goes on.
            unverified_present: the password that they have; empty where they have none.
            unverified_wanted: the one that they want.
            asker: from where.
            ends_others: whether their other sessions end.

        Raises:
            Problem: they signed in too long ago (`fresh_sign_in_needed`, 403), the new one is not good enough
                (`weak_password`, `breached_password`, 400), or too many are being judged (`too_busy`, 503).
        """
        at = self.clock.now()
        if not session.is_fresh(at, self.fresh):
            raise stale()
        async with self.judge.pool.place():
            begun = await self.database.transact(lambda tx: self._begin(tx, application, user, asker))
            if isinstance(begun, Refused):
                return begun
            has_one = begun.stored is not None or begun.imported is not None
            if has_one and not (await self.judge.verify(begun, unverified_present)).is_right:
                return Refused(Refusal.WRONG_CODE)
            if weakness := await self.judge.weakness(unverified_wanted, application, user.email):
                raise weakness_problem(weakness)
            hashed = await self.judge.make(unverified_wanted)

        async def keep(tx: Tx) -> Refused | None:
            if await find_held(tx, user.id) != begun:
                return Refused(Refusal.WRONG_CODE)
            change = Change(application, at, asker.origin, asker.language)
            kept = session.id if ends_others else None
            await self.keeper.keep(tx, user.id, hashed, change, but_session_id=kept)
            return None

        return await self.database.transact(keep)

    async def _begin(self, tx: Tx, application: Application, user: User, asker: Asker) -> Held | Refused:
        """Charge the guess at the present password to the person, and return what they have."""
        held, at = await find_held(tx, user.id), self.clock.now()
        if held.stored is None and held.imported is None:
            return held
        person = await find_person(tx, user.id)
        key = next((one.key for one in person.addresses if one.is_primary), None) if person is not None else None
        address = EmailAddress(user.email, key or AddressKey(""))
        attempt = new_attempt(application, address, asker, new_handle(), _WITHIN, at)
        await self.keeper.login.begin(tx, attempt, asker.origin)
        left = await self.keeper.login.charge_ahead(tx, attempt, budget_of(user.id), at)
        return left if isinstance(left, Refused) else held
