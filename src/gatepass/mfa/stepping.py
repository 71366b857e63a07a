"""How the second step is begun, answered, put off and let pass."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gatepass.applications.model import Application
from gatepass.authenticators.model import Kind
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.login.flows import HandedOut, Login
from gatepass.login.model import Attempt, Completed, Demand, FactorNeeded, Proof, Refusal, Refused
from gatepass.login.queries import find_half_proven, get_attempt
from gatepass.mfa import store
from gatepass.mfa.model import Answer, Begun, Enroller, Enrolment, Factor, Step, Visitor
from gatepass.mfa.queries import find_remembered
from gatepass.mfa.rules import kind_of

Where = Callable[[Tx, Application], Awaitable[Attempt | Refused]]
"""Finds the half-proven attempt that a caller may go on with."""
_ENROLLING = frozenset({Demand.ENROL, Demand.OFFER})


def by_token(unverified_token: str, clock: Clock) -> Where:
    """Return what finds the attempt of an MFA token."""

    async def find(tx: Tx, application: Application) -> Attempt | Refused:
        return await find_half_proven(tx, application.id, unverified_token, clock.now())

    return find


def by_attempt(attempt_id: str) -> Where:
    """Return what finds an attempt of which the caller has made sure that its own browser began it."""

    async def find(tx: Tx, application: Application) -> Attempt | Refused:
        attempt = await get_attempt(tx, attempt_id)
        is_theirs = attempt is not None and attempt.application_id == application.id
        return attempt if attempt is not None and is_theirs else Refused(Refusal.UNKNOWN)

    return find


@dataclass(frozen=True, slots=True)
class MfaFlows:
    """Takes people through the second step.

    Args:
        database: where attempts stand.
        clock: the time.
        login: says what is asked, counts guesses and completes.
        factors: what can answer, by kind.
        enroller: gives somebody an authenticator app where they have none.
    """

    database: Database
    clock: Clock
    login: Login
    factors: Mapping[Kind, Factor]
    enroller: Enroller

    async def look(self, application: Application, where: Where) -> FactorNeeded | Refused:
        """Return what is asked; changes nothing."""
        return await self.database.read(lambda tx: self._needed(tx, application, where))

    async def begin(self, application: Application, where: Where, kind: Kind, visitor: Visitor) -> Begun | Refused:
        """Ask one factor: send a code, or make a challenge.

        Raises:
            Problem: nothing can be sent now; what was counted stays counted.
        """
        factor = await self._factor(kind, application, visitor)

        async def body(tx: Tx) -> Begun | Refused | Problem:
            step = await self._step(tx, application, where, visitor)
            if isinstance(step, Refused):
                return step
            if factor is None or kind not in step.needed.factors:
                return Refused(Refusal.METHOD_CLOSED)
            return await factor.begin(tx, step)

        begun = await self.database.transact(body)
        if isinstance(begun, Problem):
            raise begun
        return begun

    async def redeem(
        self, application: Application, where: Where, kind: Kind | None, answer: Answer, visitor: Visitor, holder: str
    ) -> HandedOut | Refused:
        """Judge an answer; the right one completes the sign-in and hands the tokens out at once.

        Args:
            application: who asks.
            where: finds the attempt.
            kind: the factor that the answer names; None where it does not say.
            answer: what the person answered.
            visitor: who they are and from where.
            holder: the token that the caller holds; a repeat after a lost answer is for its holder alone.
        """
        signer = await self.login.tokens.signer_for(application)
        named = await self._factor(kind, application, visitor) if kind is not None else None

        async def body(tx: Tx) -> HandedOut | Refused:
            outcome = await self._answer(tx, application, where, kind, answer, visitor, named)
            if isinstance(outcome, Refused):
                return outcome
            return await self.login.hand_out(tx, outcome, holder, application, signer, self.clock.now())

        return await self.database.transact(body)

    async def prove(
        self,
        application: Application,
        where: Where,
        kind: Kind,
        answer: Answer,
        visitor: Visitor,
        *,
        remembers: bytes | None = None,
    ) -> Completed | Refused:
        """Judge an answer on a page of ours; the right one completes the attempt and hands nothing out.

        Args:
            application: where the person signs in.
            where: finds the attempt.
            kind: which factor answers.
            answer: what it answers.
            visitor: who answers.
            remembers: the hash of the cookie that the browser is given to be remembered; None where it is not.
        """
        factor = await self._factor(kind, application, visitor)

        async def body(tx: Tx) -> Completed | Refused:
            outcome = await self._answer(tx, application, where, kind, answer, visitor, factor)
            if isinstance(outcome, Completed) and remembers is not None:
                await self._remember(tx, application, outcome, visitor, remembers)
            return outcome

        return await self.database.transact(body)

    async def enrol(
        self, application: Application, where: Where, visitor: Visitor, unverified_id: str = ""
    ) -> Enrolment | Refused:
        """Give somebody an authenticator app who has nothing else to answer with.

        Whoever has a factor proves that first and adds another one on the account page: half a sign-in is not enough
        to put one's own authenticator beside another's.
        """

        async def body(tx: Tx) -> Enrolment | Refused:
            step = await self._step(tx, application, where, visitor)
            if isinstance(step, Refused):
                return step
            if not may_enrol(step.needed):
                return Refused(Refusal.FACTOR_NEEDED)
            return await self.enroller.begin(tx, step, unverified_id)

        return await self.database.transact(body)

    async def confirm_enrolment(
        self, application: Application, where: Where, unverified_id: str, unverified_code: str, visitor: Visitor
    ) -> Completed | Refused:
        """Judge the first code of a new app; the right one confirms it and completes the attempt."""
        return await self.database.transact(
            lambda tx: self._confirm_enrolment(tx, application, where, unverified_id, unverified_code, visitor)
        )

    async def redeem_enrolment(
        self, application: Application, where: Where, unverified_id: str, unverified_code: str, visitor: Visitor,
        holder: str,
    ) -> HandedOut | Refused:  # fmt: skip
        """Judge the first code of a new app like `confirm_enrolment`, and hand the tokens out at once."""
        signer = await self.login.tokens.signer_for(application)

        async def body(tx: Tx) -> HandedOut | Refused:
            done = await self._confirm_enrolment(tx, application, where, unverified_id, unverified_code, visitor)
            if isinstance(done, Refused):
                return done
            return await self.login.hand_out(tx, done, holder, application, signer, self.clock.now())

        return await self.database.transact(body)

    async def put_off(self, application: Application, where: Where, visitor: Visitor) -> Completed | Refused:
        """Let somebody pass who may put enrolment off."""

        async def body(tx: Tx) -> Completed | Refused:
            step = await self._step(tx, application, where, visitor)
            if isinstance(step, Refused):
                return step
            if step.needed.demand not in {Demand.OFFER, Demand.NOTHING}:
                return Refused(Refusal.FACTOR_NEEDED)
            return await self._let_pass(tx, step)

        return await self.database.transact(body)

    async def pass_remembered(self, application: Application, where: Where, visitor: Visitor) -> Completed | Refused:
        """Let a browser pass that is remembered for this person; every other one is asked."""

        async def body(tx: Tx) -> Completed | Refused:
            step = await self._step(tx, application, where, visitor)
            if isinstance(step, Refused):
                return step
            user_id, agent = step.needed.user.id, visitor.origin.user_agent
            device = await find_remembered(tx, user_id, application, visitor.device_hash, agent, step.at)
            if device is None or step.needed.demand is not Demand.VERIFY:
                return Refused(Refusal.FACTOR_NEEDED)
            await store.touch_device(tx, device.id, step.at)
            return await self._let_pass(tx, step)

        return await self.database.transact(body)

    async def _let_pass(self, tx: Tx, step: Step) -> Completed | Refused:
        attempt, origin = step.needed.attempt, step.visitor.origin
        return await self.login.let_pass(tx, attempt, step.application, step.at, origin)

    async def _confirm_enrolment(
        self, tx: Tx, application: Application, where: Where, unverified_id: str, unverified_code: str, visitor: Visitor
    ) -> Completed | Refused:
        step = await self._step(tx, application, where, visitor)
        if isinstance(step, Refused):
            return step
        if not may_enrol(step.needed):
            return Refused(Refusal.FACTOR_NEEDED)
        left = await self.login.charge_factor(tx, step.needed.attempt, step.at)
        if isinstance(left, Refused):
            return left
        proof = await self.enroller.confirm(tx, step, unverified_id, unverified_code)
        return await self._conclude(tx, step, proof, left)

    async def _answer(
        self,
        tx: Tx,
        application: Application,
        where: Where,
        kind: Kind | None,
        answer: Answer,
        visitor: Visitor,
        met: Factor | None,
    ) -> Completed | Refused:
        step = await self._step(tx, application, where, visitor)
        if isinstance(step, Refused):
            return step
        chosen = kind_of(answer, kind, step.needed.factors)
        factor = (met if kind is not None else self.factors.get(chosen)) if chosen is not None else None
        if factor is None:
            return Refused(Refusal.METHOD_CLOSED)
        if not factor.could_be(step, answer):
            return Refused(Refusal.WRONG_FACTOR)
        left = await self.login.charge_factor(tx, step.needed.attempt, step.at) if factor.is_guessable else 0
        if isinstance(left, Refused):
            return left
        return await self._conclude(tx, step, await factor.judge(tx, step, answer), left)

    async def _conclude(self, tx: Tx, step: Step, proof: Proof | Refused | None, left: int) -> Completed | Refused:
        attempt, at, origin = step.needed.attempt, step.at, step.visitor.origin
        if proof is None:
            return await self.login.factor_wrong(tx, attempt, left, at, origin)
        if isinstance(proof, Refused):
            return proof
        return await self.login.confirm(tx, attempt, proof, step.application, at, origin)

    async def _remember(
        self, tx: Tx, application: Application, completed: Completed, visitor: Visitor, token_hash: bytes
    ) -> None:
        days, at = application.methods.mfa.remember_days, self.clock.now()
        origin = visitor.origin
        if days:
            expires_at, agent = at + timedelta(days=days), origin.user_agent[:512]
            user_id = completed.user.id
            await store.add_device(tx, user_id, token_hash, origin.network, agent, at=at, expires_at=expires_at)

    async def _factor(self, kind: Kind, application: Application, visitor: Visitor) -> Factor | None:
        factor = self.factors.get(kind)
        return None if factor is None else await factor.meet(application, visitor)

    async def _step(self, tx: Tx, application: Application, where: Where, visitor: Visitor) -> Step | Refused:
        needed = await self._needed(tx, application, where)
        return needed if isinstance(needed, Refused) else Step(needed, application, visitor, self.clock.now())

    async def _needed(self, tx: Tx, application: Application, where: Where) -> FactorNeeded | Refused:
        attempt = await where(tx, application)
        if isinstance(attempt, Refused):
            return attempt
        return await self.login.step_of(tx, attempt, application, self.clock.now())


def may_enrol(needed: FactorNeeded) -> bool:
    """Tell whether somebody may get their first authenticator in the course of this sign-in."""
    return needed.demand in _ENROLLING and not needed.factors
