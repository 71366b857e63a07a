"""How the outcome of a completed attempt is handed out: once, and again to whoever lost the answer."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.kit.secrets import SealBroken, open_as_holder, seal_for_holder
from gatepass.kit.signals import Signals
from gatepass.login import rules, store
from gatepass.login.model import Attempt, Completed, Refusal, Refused, Standing
from gatepass.protocols.jose import Signer
from gatepass.sessions.flows import make_room
from gatepass.sessions.queries import find_live
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Grant
from gatepass.users.model import User
from gatepass.users.queries import find_user

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Grant).decode


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The outcome of a completed attempt: who signed in, and the tokens that were granted."""

    user: User
    grant: Grant


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Hands out what a completed attempt has earned.

    Args:
        tokens: grants them to whoever signs in without a browser of ours.
        signals: wakes whoever waits.
        most_sessions: how many sessions one person may have.
    """

    tokens: Tokens
    signals: Signals
    most_sessions: int

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
        grant = await self.tokens.grant(tx, completed.session, completed.user, application, signer, at)
        sealed = seal_for_holder(unverified_state, _encode(grant))
        if not await store.consume_outcome(tx, completed.attempt.id, sealed, at):
            raise OutcomeTaken
        # A browser makes room when it is bound; this session never is.
        asked_from = Origin(completed.attempt.network, completed.attempt.user_agent)
        await make_room(tx, completed.session, self.most_sessions, at, asked_from)
        return HandedOut(completed.user, grant)

    async def settle(
        self, tx: Tx, attempt: Attempt, at: datetime, *, went_on_in: str | None = None
    ) -> Completed | Refused:
        """Take the outcome of a completed attempt for the browser that asked, in place of tokens.

        The caller has made sure that it is that browser. A repeat within half a minute gets the same outcome, because
        an answer may be lost on its way.

        Args:
            tx: the transaction that binds the session to the browser.
            attempt: whose outcome.
            at: when.
            went_on_in: for a repeat, the id of the session that the browser was given; where it had one of the same
                person, that went on, and the one of the attempt ended.
        """
        where = attempt.standing(at)
        if where is Standing.HANDED_OUT and not (rules.may_repeat(attempt, at) and attempt.answer_sealed is None):
            return Refused(Refusal.ALREADY_USED)
        if where not in {Standing.VERIFIED, Standing.HANDED_OUT}:
            return Refused(attempt.refusal(at) or Refusal.GESTURE_NEEDED)
        user = await find_user(tx, attempt.user_id or "")
        is_repeat = where is Standing.HANDED_OUT and went_on_in is not None
        session = await find_live(tx, (went_on_in if is_repeat else attempt.session_id) or "", at)
        if user is None or session is None or not user.is_active or session.user_id != user.id:
            return Refused(Refusal.ENDED)
        if where is Standing.VERIFIED and not await store.consume_outcome(tx, attempt.id, None, at):
            raise OutcomeTaken
        return Completed(attempt, user, session)

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
