"""How proofs complete an attempt: the first, and the second where one is asked for."""

from dataclasses import dataclass, replace
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.invitations.queries import is_invited
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.db import Tx
from gatepass.kit.ids import MFA_TOKEN_PREFIX, new_id, new_secret
from gatepass.kit.secrets import hash_token
from gatepass.login import store
from gatepass.login.assurance import joined
from gatepass.login.attempts import Attempts, factor_key, topic
from gatepass.login.circumstances import find_demand, proven_in
from gatepass.login.departures import forget_person, remove_application, remove_organization, shut_out
from gatepass.login.model import (
    SECOND_STEP_WITHIN,
    Attempt,
    Completed,
    Demand,
    EndReason,
    FactorNeeded,
    MfaToken,
    Proof,
    Refusal,
    Refused,
    Standing,
)
from gatepass.login.outcomes import HandedOut, OutcomeTaken
from gatepass.sessions.flows import start
from gatepass.users import flows as users
from gatepass.users.model import User
from gatepass.users.queries import find_user

# How people depart, and how organizations and applications go, is this slice's too; it lies in files of its own.
__all__ = [
    "HandedOut",
    "Login",
    "OutcomeTaken",
    "forget_person",
    "remove_application",
    "remove_organization",
    "shut_out",
    "topic",
]


@dataclass(frozen=True, slots=True)
class Login(Attempts):
    """The only dispatcher between proofs and sessions."""

    async def advance(
        self, tx: Tx, attempt: Attempt, proof: Proof, application: Application, at: datetime, origin: Origin
    ) -> Completed | FactorNeeded | Refused:
        """Take a first proof; when nothing is missing any more, complete the attempt and start the session.

        The session belongs to the place that asked, not to the place where the mail was read.
        """
        if reason := attempt.refusal(at):
            return Refused(reason)
        user = await self._who(tx, attempt, proof, application, at, origin)
        if isinstance(user, Refused):
            return user
        demand, factors = await find_demand(tx, user, application, proven_in(attempt, proof.amr), at)
        if demand is not Demand.NOTHING:
            return await self._ask(tx, FactorNeeded(attempt, user, demand, factors), proof, at, origin)
        session_id = new_id()
        if not await store.consume(tx, attempt.id, user.id, session_id, at):
            # Another proof for the same attempt has won since we looked.
            return Refused(Refusal.ALREADY_USED)
        return await self._complete(tx, attempt, user, application, session_id, proof, at, origin)

    async def confirm(
        self, tx: Tx, attempt: Attempt, proof: Proof, application: Application, at: datetime, origin: Origin
    ) -> Completed | Refused:
        """Take the second proof of an attempt whose first was right, and complete it.

        Args:
            tx: the transaction in which the proof was spent.
            attempt: which one.
            proof: the proof, of the same person; its `amr` is how it was made.
            application: where the person signs in.
            at: when.
            origin: from where.
        """
        if attempt.standing(at) is not Standing.NEEDS_FACTOR or attempt.user_id != proof.user_id:
            return Refused(attempt.refusal(at) or Refusal.UNKNOWN)
        user = await find_user(tx, proof.user_id)
        if user is None or not user.is_active:
            await self.end(tx, attempt, EndReason.USER_INACTIVE, at, origin)
            return Refused(Refusal.USER_INACTIVE)
        whole = replace(proof, amr=joined(attempt.amr, proof.amr))
        return await self._finish(tx, attempt, user, application, whole, at, origin)

    async def let_pass(
        self, tx: Tx, attempt: Attempt, application: Application, at: datetime, origin: Origin
    ) -> Completed | Refused:
        """Complete a half-proven attempt without a second proof; the caller has made sure that policy allows it.

        A remembered browser and somebody within the grace for enrolment come this way. What is recorded says only what
        was proven, so the session counts as one of a single factor.
        """
        user = await find_user(tx, attempt.user_id or "")
        if attempt.standing(at) is not Standing.NEEDS_FACTOR or attempt.wants_mfa or user is None or not user.is_active:
            return Refused(attempt.refusal(at) or Refusal.FACTOR_NEEDED)
        proof = Proof(attempt.method, attempt.amr, user_id=user.id)
        return await self._finish(tx, attempt, user, application, proof, at, origin)

    async def vouch(
        self, tx: Tx, attempt: Attempt, user: User, amr: tuple[str, ...], application: Application, origin: Origin
    ) -> FactorNeeded:
        """Begin an attempt whose first half stands already: by a session of the person, or by a server's word.

        Args:
            tx: the transaction.
            attempt: the attempt, which is added as it is; it begins at its `created_at`.
            user: who it is.
            amr: how they proved it; empty where a server of the application says who it is.
            application: where the person signs in.
            origin: who asks.
        """
        at, ends = attempt.created_at, attempt.created_at + SECOND_STEP_WITHIN
        await self.begin(tx, attempt, origin)
        await store.touch_proof(tx, attempt.id, user.id, amr, ends, at)
        half = replace(attempt, proven_at=at, user_id=user.id, amr=amr, expires_at=ends)
        demand, factors = await find_demand(tx, user, application, proven_in(half, amr), at)
        return FactorNeeded(half, user, demand, factors, await self._open(tx, half, at))

    async def step_of(self, tx: Tx, attempt: Attempt, application: Application, at: datetime) -> FactorNeeded | Refused:
        """Return what a half-proven attempt asks for now, without a token."""
        if attempt.standing(at) is not Standing.NEEDS_FACTOR:
            return Refused(attempt.refusal(at) or Refusal.UNKNOWN)
        user = await find_user(tx, attempt.user_id or "")
        if user is None or not user.is_active:
            return Refused(Refusal.USER_INACTIVE)
        demand, factors = await find_demand(tx, user, application, proven_in(attempt, attempt.amr), at)
        return FactorNeeded(attempt, user, demand, factors)

    async def open_step(
        self, tx: Tx, attempt: Attempt, application: Application, at: datetime
    ) -> FactorNeeded | Refused:
        """Return the same with a new token, for whoever holds the handle of the attempt."""
        step = await self.step_of(tx, attempt, application, at)
        return step if isinstance(step, Refused) else replace(step, token=await self._open(tx, attempt, at))

    async def _ask(
        self, tx: Tx, needed: FactorNeeded, proof: Proof, at: datetime, origin: Origin
    ) -> FactorNeeded | Refused:
        attempt, user = needed.attempt, needed.user
        if not await store.touch_proof(tx, attempt.id, user.id, proof.amr, at + SECOND_STEP_WITHIN, at):
            return Refused(Refusal.ALREADY_USED)
        await store.purge_guesses(tx, attempt.address_key)
        await record(
            tx,
            EventKind.FACTOR_ASKED,
            at=at,
            origin=origin,
            application_id=attempt.application_id,
            user_id=user.id,
            attempt_id=attempt.id,
            data={"method": proof.method, "demand": needed.demand.value},
        )
        tx.after_commit(lambda: self.signals.announce(topic(attempt.id)))
        half = replace(attempt, proven_at=at, user_id=user.id, amr=proof.amr, expires_at=at + SECOND_STEP_WITHIN)
        return replace(needed, attempt=half, token=await self._open(tx, half, at))

    async def _open(self, tx: Tx, attempt: Attempt, at: datetime) -> str:
        """Return a new token for the second step of an attempt."""
        value = new_secret(MFA_TOKEN_PREFIX)
        token = MfaToken(new_id(), attempt.application_id, attempt.user_id or "", attempt.id, attempt.expires_at)
        await store.add_mfa_token(tx, token, hash_token(value), at)
        return value

    async def _finish(
        self, tx: Tx, attempt: Attempt, user: User, application: Application, proof: Proof, at: datetime, origin: Origin
    ) -> Completed | Refused:
        session_id = new_id()
        if not await store.consume_second(tx, attempt.id, user.id, session_id, proof.amr, at):
            return Refused(Refusal.ALREADY_USED)
        await store.purge_guesses(tx, factor_key(attempt))
        return await self._complete(tx, attempt, user, application, session_id, proof, at, origin)

    async def _complete(
        self,
        tx: Tx,
        attempt: Attempt,
        user: User,
        application: Application,
        session_id: str,
        proof: Proof,
        at: datetime,
        origin: Origin,
    ) -> Completed:
        await store.purge_guesses(tx, attempt.address_key)
        asked_from, device = Origin(attempt.network, attempt.user_agent), describe_agent(attempt.user_agent).summary
        session = await start(
            tx,
            session_id=session_id,
            user_id=user.id,
            application_id=application.id,
            amr=proof.amr,
            lifetime=application.refresh_token_lifetime,
            origin=asked_from,
            at=at,
        )
        user = await users.signed_in(tx, user, at)
        await record(
            tx,
            EventKind.LOGIN_SUCCEEDED,
            at=at,
            origin=asked_from,
            application_id=application.id,
            user_id=user.id,
            attempt_id=attempt.id,
            data={"method": proof.method, "device": device, "proven_from": origin.network},
        )
        tx.after_commit(lambda: self.signals.announce(topic(attempt.id)))
        return Completed(attempt, user, session)

    async def _who(
        self, tx: Tx, attempt: Attempt, proof: Proof, application: Application, at: datetime, origin: Origin
    ) -> User | Refused:
        if proof.address is not None:
            user = await users.meet_reader(
                tx,
                proof.address,
                may_create=application.magic_link.may_sign_up or await is_invited(tx, proof.address.key, at),
                at=at,
                origin=origin,
                application_id=application.id,
            )
        elif proof.phone:
            user = await users.meet_caller(
                tx,
                proof.phone,
                may_create=application.methods.sms.may_sign_up,
                at=at,
                origin=origin,
                application_id=application.id,
            )
        else:
            user = await find_user(tx, proof.user_id)
        if user is None:
            await self.end(tx, attempt, EndReason.SIGN_UP_CLOSED, at, origin)
            return Refused(Refusal.SIGN_UP_CLOSED)
        if not user.is_active:
            await self.end(tx, attempt, EndReason.USER_INACTIVE, at, origin)
            return Refused(Refusal.USER_INACTIVE)
        return user
