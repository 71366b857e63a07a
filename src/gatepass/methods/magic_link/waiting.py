"""How an application asks for the outcome of an attempt, and waits for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

from gatepass.applications.model import Application
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.signals import Bell
from gatepass.login.flows import HandedOut, Login, OutcomeTaken, topic
from gatepass.login.model import Attempt, FactorNeeded, Refusal, Refused, Standing
from gatepass.login.queries import find_attempt

# Other processes can't ring our bells, so where there may be some we also look from time to time.
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_SIGNS_OF_LIFE = 15.0


class Pending:
    """Nobody has proven anything yet."""


class Told:
    """Somebody signed in, and the tokens were handed out before."""


Status = HandedOut | Pending | Told | FactorNeeded | Refused
PENDING = Pending()
TOLD = Told()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Answers whoever waits for a sign-in."""

    database: Database
    clock: Clock
    login: Login

    async def ask(self, application: Application, unverified_state: str) -> Status:
        """Return how an attempt stands; the first to ask after it was completed gets the tokens."""
        attempt = await self._find(application, unverified_state)
        return await self._judge(application, unverified_state, attempt)

    async def wait(
        self,
        application: Application,
        unverified_state: str,
        seconds: float,
        gone: "asyncio.Future[None] | None" = None,
    ) -> Status:
        """Return how an attempt stands, waiting at most so many seconds for it to change.

        Args:
            application: who asks.
            unverified_state: the handle of the attempt.
            seconds: how long to wait at most; a server that is about to stop answers at once.
            gone: done when whoever waits has gone away; then nothing is handed out, or it would be lost.
        """
        attempt = await self._find(application, unverified_state)
        if attempt is None:
            return await self._judge(application, unverified_state, attempt)
        until = monotonic() + seconds
        with self.login.signals.listen(topic(attempt.id)) as bell:
            status = await self.ask(application, unverified_state)
            while isinstance(status, Pending) and (left := until - monotonic()) > 0 and self._is_on(gone):
                await self._rest(bell, left, gone)
                status = await self.ask(application, unverified_state) if self._is_on(gone) else PENDING
        return status

    async def follow(
        self, application: Application, unverified_state: str, gone: "asyncio.Future[None] | None" = None
    ) -> AsyncIterator[Status]:
        """Yield how an attempt stands whenever it may have changed, and every 15 seconds as a sign of life.

        Ends after the first status that is final, when the follower has gone, or when the server is about to stop.
        """
        attempt = await self._find(application, unverified_state)
        if attempt is None:
            yield Refused(Refusal.UNKNOWN)
            return
        with self.login.signals.listen(topic(attempt.id)) as bell:
            status = await self.ask(application, unverified_state)
            yield status
            alive_until = monotonic() + _SECONDS_BETWEEN_SIGNS_OF_LIFE
            while isinstance(status, Pending):
                await self._rest(bell, alive_until - monotonic(), gone)
                if not self._is_on(gone):
                    return
                status = await self.ask(application, unverified_state)
                if not isinstance(status, Pending) or monotonic() >= alive_until:
                    yield status
                    alive_until = monotonic() + _SECONDS_BETWEEN_SIGNS_OF_LIFE

    def _is_on(self, gone: "asyncio.Future[None] | None") -> bool:
        return (gone is None or not gone.done()) and not self.login.signals.is_closed

    async def _rest(self, bell: Bell, seconds: float, gone: "asyncio.Future[None] | None") -> None:
        longest = _SECONDS_BETWEEN_LOOKS if self.database.is_shared else _SECONDS_BETWEEN_SIGNS_OF_LIFE
        await bell.wait(max(0.0, min(seconds, longest)), unless=gone)

    async def _find(self, application: Application, unverified_state: str) -> Attempt | None:
        return await self.database.read(lambda tx: find_attempt(tx, application.id, unverified_state))

    async def _judge(self, application: Application, unverified_state: str, attempt: Attempt | None) -> Status:
        if attempt is None:
            return Refused(Refusal.UNKNOWN)
        match attempt.standing(self.clock.now()):
            case Standing.PENDING:
                return PENDING
            case Standing.EXPIRED:
                return Refused(Refusal.EXPIRED)
            case Standing.ENDED:
                return Refused(Refusal.ENDED)
            case Standing.NEEDS_FACTOR:
                return await self.database.transact(
                    lambda tx: self.login.open_step(tx, attempt, application, self.clock.now())
                )
            case Standing.VERIFIED | Standing.HANDED_OUT:
                return await self._collect(application, unverified_state)

    async def _collect(self, application: Application, unverified_state: str) -> Status:
        signer = await self.login.tokens.signer_for(application)

        async def body(tx: Tx) -> HandedOut | Refused | None:
            attempt = await find_attempt(tx, application.id, unverified_state)
            if attempt is None:
                return Refused(Refusal.UNKNOWN)
            return await self.login.collect(tx, attempt, unverified_state, application, signer, self.clock.now())

        try:
            outcome = await self.database.transact(body)
        except OutcomeTaken:
            # Two asked at once and the other won; its answer may be repeated to us.
            await asyncio.sleep(0)
            outcome = await self.database.transact(body)
        return TOLD if outcome is None else outcome
