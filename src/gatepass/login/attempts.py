"""How an attempt begins, is guessed at and ends."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.mail.addresses import AddressKey
from gatepass.login import rules, store
from gatepass.login.model import Attempt, EndReason, Refusal, Refused
from gatepass.login.outcomes import Outcomes

_HOUR = timedelta(hours=1)


def topic(attempt_id: str) -> str:
    """Return the topic under which news of an attempt is announced."""
    return f"login_attempt:{attempt_id}"


@dataclass(frozen=True, slots=True)
class Attempts(Outcomes):
    """What happens to an attempt before it is proven; every guess is counted before it is judged."""

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

    async def judge_repeat(self, tx: Tx, attempt: Attempt, at: datetime) -> Attempt | Refused:
        """Return the attempt as it stands once its turn has come, or why its proof may not be sent anew.

        Whoever asked beside us may have proven it since it was looked up: nobody is sent a proof that is spent.
        """
        await take_turn(tx, attempt.turn)
        current = await store.find(tx, attempt.id) or attempt
        reason = current.refusal(at)
        return Refused(reason) if reason else current

    async def repeated(self, tx: Tx, attempt: Attempt, expires_at: datetime, at: datetime, origin: Origin) -> None:
        """Let a pending attempt last as long as the proof that was sent anew, and record who asked."""
        await store.touch_expiry(tx, attempt.id, expires_at, at)
        await record(
            tx,
            EventKind.LOGIN_MAIL_REPEATED,
            at=at,
            origin=origin,
            application_id=attempt.application_id,
            attempt_id=attempt.id,
            data={"address": attempt.address},
        )

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

    async def charge_ahead(self, tx: Tx, attempt: Attempt, budget: AddressKey, at: datetime) -> Refused | int:
        """Count a guess as a wrong one before it is judged, where judging takes too long for a transaction.

        Guesses that are judged at the same time then see one another; a right one is forgiven with all before it.

        Args:
            tx: the transaction in which the attempt began.
            attempt: which one.
            budget: under what its wrong guesses are counted, in place of its address.
            at: when.

        Returns:
            How many tries are left after this one; Refused where there are none.
        """
        left = await self.charge_guess(tx, replace(attempt, address_key=budget), at)
        if not isinstance(left, Refused):
            await store.touch_guesses(tx, budget, at - _HOUR, at)
        return left

    async def forgive(self, tx: Tx, budget: AddressKey) -> None:
        """Forget the wrong guesses that are counted under a budget, because its owner has proven who they are."""
        await store.purge_guesses(tx, budget)

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
            reason=reason.value,
        )
        tx.after_commit(lambda: self.signals.announce(topic(attempt.id)))
        return True

    async def charge_factor(self, tx: Tx, attempt: Attempt, at: datetime) -> Refused | int:
        """Count a guess at a second factor before it is judged; the budget is the person's, over all attempts.

        Returns:
            How many tries are left after this one; Refused where there are none.
        """
        user_id, key = attempt.user_id or "", factor_key(attempt)
        await take_turn(tx, f"factor:{user_id}")
        guesses = await store.find_guesses(tx, key)
        if guesses is not None and (refused := rules.guesses_refusal(guesses, at)):
            return refused
        failures = await store.charge_factor(tx, attempt.id, user_id, rules.MOST_FAILURES, at)
        if failures is None:
            current = await store.find(tx, attempt.id) or attempt
            return Refused(current.refusal(at) or Refusal.EXHAUSTED)
        return rules.MOST_FAILURES - failures

    async def factor_wrong(self, tx: Tx, attempt: Attempt, tries_left: int, at: datetime, origin: Origin) -> Refused:
        """Answer a wrong guess at a second factor that was charged; the last one ends the attempt."""
        await store.touch_guesses(tx, factor_key(attempt), at - _HOUR, at)
        await record(
            tx,
            EventKind.FACTOR_REFUSED,
            at=at,
            origin=origin,
            application_id=attempt.application_id,
            user_id=attempt.user_id,
            attempt_id=attempt.id,
            reason=Refusal.WRONG_FACTOR.value,
        )
        if tries_left > 0:
            return Refused(Refusal.WRONG_FACTOR, tries_left)
        await self.end(tx, attempt, EndReason.EXHAUSTED, at, origin)
        return Refused(Refusal.EXHAUSTED)

    async def demand_factor(self, tx: Tx, attempt_id: str, at: datetime) -> bool:
        """Let an attempt that has just begun end with a second factor only; False where it has gone on already."""
        return await store.touch_wish(tx, attempt_id, at)


def factor_key(attempt: Attempt) -> AddressKey:
    """Return under what the wrong second factors of a person are counted, beside those of addresses."""
    return AddressKey(f"factor:{attempt.user_id}")


_EVENT_OF_END = {
    EndReason.DECLINED: EventKind.LOGIN_DECLINED,
    EndReason.EXHAUSTED: EventKind.LOGIN_EXHAUSTED,
    EndReason.WRONG_MATCH: EventKind.LOGIN_EXHAUSTED,
    EndReason.SIGN_UP_CLOSED: EventKind.LOGIN_REFUSED,
    EndReason.USER_INACTIVE: EventKind.LOGIN_REFUSED,
}
