"""How somebody signs in by a password.

Three steps that share nothing but their values: the guess is charged and what the address has is read in one
transaction; the password is judged in the pool, in none; what came of it is written in another. An address that is
nobody's goes the same way and costs the same hash.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_handle
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.login.flows import HandedOut, Login
from gatepass.login.model import Attempt, Completed, FactorNeeded, Proof, Refusal, Refused
from gatepass.methods.password.flows.beginning import budget_of, find_held_by_address, new_attempt
from gatepass.methods.password.flows.keeping import Keeper
from gatepass.methods.password.judging import Judge
from gatepass.methods.password.model import METHOD, Asker, Held, Verdict
from gatepass.users.model import User

__all__ = ["AMR", "METHOD", "SignIns"]

T = TypeVar("T")
AMR: Final = ("pwd",)
_WITHIN: Final = timedelta(minutes=5)
Finish = Callable[[Tx, Completed, str], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class _Begun:
    attempt: Attempt
    held: Held = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIns:
    """What an application and our own page can do with a password."""

    database: Database
    clock: Clock
    judge: Judge
    login: Login
    keeper: Keeper

    key = METHOD
    amr = AMR

    def is_ready_for(self, user: User | None) -> bool:  # noqa: ARG002 - the page offers to set one
        """Tell whether this person could use the method now."""
        return True

    async def redeem(
        self, application: Application, address: EmailAddress, unverified_password: str, asker: Asker
    ) -> HandedOut | FactorNeeded | Refused:
        """Judge a password; the right one signs its owner in and hands the tokens out at once.

        Args:
            application: who asks.
            address: whose password it is said to be.
            unverified_password: as it was typed.
            asker: who typed it, and where.

        Raises:
            Problem: too many are signing in by password right now (`too_busy`, 503).
        """
        signer = await self.login.tokens.signer_for(application)
        at = self.clock.now()

        async def finish(tx: Tx, done: Completed, state: str) -> HandedOut | Refused:
            return await self.login.hand_out(tx, done, state, application, signer, at)

        return await self._sign_in(application, address, unverified_password, asker, at, finish)

    async def prove(
        self, application: Application, address: EmailAddress, unverified_password: str, asker: Asker
    ) -> Completed | FactorNeeded | Refused:
        """Judge a password that was typed on our own page; the right one completes an attempt of that browser.

        Raises:
            Problem: as `redeem`.
        """

        async def finish(tx: Tx, done: Completed, state: str) -> Completed:  # noqa: ARG001 - the browser takes it later
            return done

        return await self._sign_in(application, address, unverified_password, asker, self.clock.now(), finish)

    async def _sign_in(
        self,
        application: Application,
        address: EmailAddress,
        unverified_password: str,
        asker: Asker,
        at: datetime,
        finish: Finish[T],
    ) -> T | FactorNeeded | Refused:
        if METHOD not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        state = new_handle()
        attempt = new_attempt(application, address, asker, state, _WITHIN, at)
        async with self.judge.pool.place():
            begun = await self.database.transact(lambda tx: self._begin(tx, attempt, asker, at))
            if isinstance(begun, Refused):
                return begun
            verdict = await self.judge.verify(begun.held, unverified_password)

        async def settle(tx: Tx) -> T | FactorNeeded | Refused:
            outcome = await self._settle(tx, begun, verdict, application, asker, at)
            return await finish(tx, outcome, state) if isinstance(outcome, Completed) else outcome

        return await self.database.transact(settle)

    async def _begin(self, tx: Tx, attempt: Attempt, asker: Asker, at: datetime) -> _Begun | Refused:
        budget = budget_of(asker.known_by or attempt.address_key)
        await self.login.begin(tx, attempt, asker.origin)
        left = await self.login.charge_ahead(tx, attempt, budget, at)
        if isinstance(left, Refused):
            return left
        return _Begun(attempt, await find_held_by_address(tx, attempt.address_key))

    async def _settle(
        self, tx: Tx, begun: _Begun, verdict: Verdict, application: Application, asker: Asker, at: datetime
    ) -> Completed | FactorNeeded | Refused:
        attempt, held = begun.attempt, begun.held
        change = Change(application, at, asker.origin, asker.language)
        if not verdict.is_right or not await self.keeper.note_use(tx, held, verdict, change):
            await record(
                tx,
                EventKind.LOGIN_REFUSED,
                at=at,
                origin=asker.origin,
                application_id=application.id,
                user_id=held.user_id or None,
                attempt_id=attempt.id,
                data={"method": METHOD, "address": attempt.address},
                reason="wrong_password",
            )
            return Refused(Refusal.WRONG_CODE)
        listed = [one.id for one in await list_authenticators(tx, held.user_id) if one.kind is Kind.PASSWORD]
        proof = Proof(METHOD, AMR, user_id=held.user_id, authenticator_id=listed[0] if listed else "")
        outcome = await self.login.advance(tx, attempt, proof, application, at, asker.origin)
        if not isinstance(outcome, Refused):
            await self.login.forgive(tx, budget_of(asker.known_by or attempt.address_key))
        return outcome
