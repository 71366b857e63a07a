"""How an attempt begins, is guessed at, advances, ends and hands out its outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.secrets import SealBroken, open_as_holder, seal_for_holder
from gatepass.kit.signals import Signals
from gatepass.login import rules, store
from gatepass.login.model import Attempt, Completed, EndReason, Proof, Refusal, Refused, Standing
from gatepass.protocols.jose import Signer
from gatepass.sessions.flows import start
from gatepass.sessions.queries import find_live
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Grant
from gatepass.users import flows as users
from gatepass.users.model import User
from gatepass.users.queries import find_user

_HOUR = timedelta(hours=1)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Grant).decode


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The outcome of a completed attempt: who signed in, and the tokens that were granted."""

    user: User
    grant: Grant


def topic(attempt_id: str) -> str:
    """Return the topic under which news of an attempt is announced."""
    return f"login_attempt:{attempt_id}"


@dataclass(frozen=True, slots=True)
class Login:
    """The only dispatcher between proofs and sessions."""

    tokens: Tokens
    signals: Signals

    async def begin(self, tx: Tx, attempt: Attempt, origin: Origin) -> None:
        """Begin an attempt and record who asked."""
        await store.add(tx, attempt)
        await record(
            tx,
            EventKind.LOGIN_REQUESTED,
            at=attempt.created_at,
            origin=origin,
            application_id=attempt.application_id,
            attempt_id=attempt.id,
            data={"method": attempt.method, "address": attempt.address},
        )

    async def prolong(self, tx: Tx, attempt: Attempt, expires_at: datetime, at: datetime) -> bool:
        """Move the end of a pending attempt, for proof that was sent anew; False where it is over."""
        return await store.touch_expiry(tx, attempt.id, expires_at, at)

    async def charge_guess(self, tx: Tx, attempt: Attempt, at: datetime) -> Refused | int:
        """Count a guess at a code before it is judged, so that parallel guesses can't outrun the count.

        Returns:
            How many tries are left after this one; Refused where there are none.
        """
        # One at a time for each address, or guesses at many attempts at once would all see the same count.
        await take_turn(tx, attempt.turn)
        guesses = await store.find_guesses(tx, attempt.address_key)
        if guesses is not None and (refused := rules.guesses_refusal(guesses, at)):
            return refused
        failures = await store.charge(tx, attempt.id, rules.MOST_FAILURES, at)
        if failures is None:
            # Read anew: another proof may have won since we looked, and whoever lost to it made no wrong guess.
            current = await store.find(tx, attempt.id) or attempt
            return Refused(current.refusal(at) or Refusal.EXHAUSTED)
        return rules.MOST_FAILURES - failures

    async def guessed_wrong(self, tx: Tx, attempt: Attempt, tries_left: int, at: datetime, origin: Origin) -> Refused:
        """Answer a wrong guess that was charged; the last one ends the attempt."""
        await store.touch_guesses(tx, attempt.address_key, at - _HOUR, at)
        if tries_left > 0:
            return Refused(Refusal.WRONG_CODE, tries_left)
        await self.end(tx, attempt, EndReason.EXHAUSTED, at, origin)
        return Refused(Refusal.EXHAUSTED)

    async def end(self, tx: Tx, attempt: Attempt, reason: EndReason, at: datetime, origin: Origin) -> bool:
        """End an attempt before anybody signed in, record why, and wake whoever waits for it."""
        if not await store.end(tx, attempt.id, reason, at):
            return False
        await record(
            tx,
            _EVENT_OF_END[reason],
            at=at,
            origin=origin,
            application_id=attempt.application_id,
            attempt_id=attempt.id,
            data={"reason": reason.value, "address": attempt.address},
        )
        tx.after_commit(lambda: self.signals.announce(topic(attempt.id)))
        return True

    async def advance(
        self, tx: Tx, attempt: Attempt, proof: Proof, application: Application, at: datetime, origin: Origin
    ) -> Completed | Refused:
        """Take a proof; when nothing is missing any more, complete the attempt and start the session.

        The session belongs to the place that asked, not to the place where the mail was read.
        """
        if reason := attempt.refusal(at):
            return Refused(reason)
        user = await self._reader(tx, attempt, proof, application, at, origin)
        if isinstance(user, Refused):
            return user
        session_id = new_id()
        if not await store.consume(tx, attempt.id, user.id, session_id, at):
            # Another proof for the same attempt has won since we looked.
            return Refused(Refusal.ALREADY_USED)
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

    async def _reader(
        self, tx: Tx, attempt: Attempt, proof: Proof, application: Application, at: datetime, origin: Origin
    ) -> User | Refused:
        user = await users.meet_reader(
            tx,
            proof.address,
            may_create=application.magic_link.may_sign_up,
            at=at,
            origin=origin,
            application_id=application.id,
        )
        if user is None:
            await self.end(tx, attempt, EndReason.SIGN_UP_CLOSED, at, origin)
            return Refused(Refusal.SIGN_UP_CLOSED)
        if not user.is_active:
            await self.end(tx, attempt, EndReason.USER_INACTIVE, at, origin)
            return Refused(Refusal.USER_INACTIVE)
        return user

    async def hand_out(
        self,
        tx: Tx,
        completed: Completed,
        unverified_state: str,
        application: Application,
        signer: Signer,
        at: datetime,
    ) -> HandedOut | Refused:
        """Grant the tokens of a completed attempt to the holder of its state, once.

        What was granted is kept for a short while under a key that only the state gives, so that a repeat after a
        lost answer gets the same.
        """
        grant = await self.tokens.grant(tx, completed.session, application, signer, at)
        sealed = seal_for_holder(unverified_state, _encode(grant))
        if not await store.consume_outcome(tx, completed.attempt.id, sealed, at):
            raise OutcomeTaken
        return HandedOut(completed.user, grant)

    async def collect(
        self, tx: Tx, attempt: Attempt, unverified_state: str, application: Application, signer: Signer, at: datetime
    ) -> HandedOut | Refused | None:
        """Hand out the outcome of an attempt to whoever waits for it.

        Returns:
            The outcome; None where it was handed out before and may not be repeated; Refused where there is none.
        """
        where = attempt.standing(at)
        if where is Standing.HANDED_OUT:
            return await self._repeat(tx, attempt, unverified_state, at)
        if where is not Standing.VERIFIED:
            return Refused(attempt.refusal(at) or Refusal.GESTURE_NEEDED)
        user = await find_user(tx, attempt.user_id or "")
        session = await find_live(tx, attempt.session_id or "", at)
        if user is None or session is None or not user.is_active:
            return Refused(Refusal.ENDED)
        return await self.hand_out(tx, Completed(attempt, user, session), unverified_state, application, signer, at)

    async def _repeat(self, tx: Tx, attempt: Attempt, unverified_state: str, at: datetime) -> HandedOut | None:
        if not rules.may_repeat(attempt, at) or attempt.answer_sealed is None:
            return None
        user = await find_user(tx, attempt.user_id or "")
        try:
            grant = _decode(open_as_holder(unverified_state, attempt.answer_sealed))
        except SealBroken:
            return None
        return None if user is None else HandedOut(user, grant)


class OutcomeTaken(Exception):
    """Raised to roll a grant back when another request has taken the outcome since we looked; ask again."""


_EVENT_OF_END = {
    EndReason.DECLINED: EventKind.LOGIN_DECLINED,
    EndReason.EXHAUSTED: EventKind.LOGIN_EXHAUSTED,
    EndReason.WRONG_MATCH: EventKind.LOGIN_EXHAUSTED,
    EndReason.SIGN_UP_CLOSED: EventKind.LOGIN_REFUSED,
    EndReason.USER_INACTIVE: EventKind.LOGIN_REFUSED,
}
