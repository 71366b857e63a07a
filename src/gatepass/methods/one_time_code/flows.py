"""How a code is issued, checked and redeemed for tokens."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.secrets import KeyRing
from gatepass.login.flows import HandedOut, Login
from gatepass.login.model import Attempt, Completed, Proof, Refusal, Refused
from gatepass.login.queries import find_attempt
from gatepass.methods.one_time_code import rules, store
from gatepass.users.model import User

METHOD = "one_time_code"
AMR = ("otp",)


@dataclass(frozen=True, slots=True)
class Codes:
    """Issues and checks the code of an attempt; a method that sends a mail may put one into it."""

    key_ring: KeyRing

    def is_code(self, unverified_code: str) -> bool:
        """Tell whether a text could be a code at all; what can't be one is not counted as a guess."""
        return rules.is_code(rules.normalize(unverified_code))

    async def issue(self, tx: Tx, attempt_id: str, expires_at: datetime, at: datetime) -> str:
        """Give an attempt a new code and return it, for the message that carries it."""
        code = rules.new_code()
        await store.add(tx, attempt_id, self._mac(attempt_id, code), expires_at, at)
        return code

    async def consume(self, tx: Tx, attempt_id: str, unverified_code: str, at: datetime) -> bool:
        """Spend the code of an attempt; False where what was typed is not it. Charge the guess first."""
        return await store.consume(tx, attempt_id, self._mac(attempt_id, rules.normalize(unverified_code)), at)

    def _mac(self, attempt_id: str, code: str) -> bytes:
        return self.key_ring.mac("one_time_code", attempt_id, code)


@dataclass(frozen=True, slots=True)
class CodeFlows:
    """What an application can do with a code."""

    database: Database
    clock: Clock
    codes: Codes
    login: Login

    key = METHOD
    amr = AMR

    def is_ready_for(self, user: User | None) -> bool:  # noqa: ARG002 - whoever reads mail can type a code
        """Tell whether this person could use the method now."""
        return True

    async def redeem(
        self, application: Application, unverified_state: str, unverified_code: str, origin: Origin
    ) -> HandedOut | Refused:
        """Judge the code of an attempt; the right one signs its reader in and hands the tokens out at once.

        Args:
            application: who asks.
            unverified_state: the handle that the application was given when the code was sent.
            unverified_code: what the person typed.
            origin: where the request came from.
        """
        signer = await self.login.tokens.signer_for(application)
        at = self.clock.now()

        async def body(tx: Tx) -> HandedOut | Refused:
            attempt = await find_attempt(tx, application.id, unverified_state)
            if attempt is None:
                return Refused(Refusal.UNKNOWN)
            outcome = await self._advance(tx, attempt, application, unverified_code, at, origin)
            if isinstance(outcome, Refused):
                return outcome
            return await self.login.hand_out(tx, outcome, unverified_state, application, signer, at)

        return await self.database.transact(body)

    async def _advance(
        self, tx: Tx, attempt: Attempt, application: Application, unverified_code: str, at: datetime, origin: Origin
    ) -> Completed | Refused:
        left = await self.login.charge_guess(tx, attempt, at)
        if isinstance(left, Refused):
            return left
        if not await self.codes.consume(tx, attempt.id, unverified_code, at):
            return await self.login.guessed_wrong(tx, attempt, left, at, origin)
        return await self.login.advance(tx, attempt, Proof(METHOD, AMR, attempt.email), application, at, origin)
