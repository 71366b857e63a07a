"""How a code is asked for by phone number, sent anew, checked and redeemed for tokens."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.mail.addresses import AddressKey
from gatepass.kit.secrets import KeyRing, hash_token
from gatepass.login.flows import HandedOut, Login
from gatepass.login.model import Attempt, Completed, FactorNeeded, Proof, Refusal, Refused
from gatepass.login.queries import find_attempt, get_attempt
from gatepass.methods.sms_code import rules, store
from gatepass.methods.sms_code.factor import SmsFactor
from gatepass.methods.sms_code.guard.flows import Guard
from gatepass.methods.sms_code.messages import problem_of
from gatepass.methods.sms_code.model import METHOD, Declined, Requested, Visitor
from gatepass.methods.sms_code.sending.providers import carrier_of
from gatepass.methods.sms_code.sending.texter import Order, Texter
from gatepass.methods.sms_code.sending.ways import CarriedWay, DevelopmentWay
from gatepass.users.model import User

__all__ = [
    "AMR",
    "METHOD",
    "CarriedWay",
    "DevelopmentWay",
    "Guard",
    "SmsFactor",
    "SmsFlows",
    "Texter",
    "carrier_of",
    "problem_of",
]

AMR = ("sms", "otp")


@dataclass(frozen=True, slots=True)
class SmsFlows:
    """What an application and the holder of a phone can do with a code."""

    database: Database
    clock: Clock
    key_ring: KeyRing
    texter: Texter
    login: Login

    key = METHOD
    amr = AMR

    def is_ready_for(self, user: User | None) -> bool:  # noqa: ARG002 - whoever has a phone can read a message
        """Tell whether the method can be used now: somebody must carry the messages."""
        return self.texter.way is not None

    async def request(self, application: Application, number: str, visitor: Visitor) -> Requested | Declined | Refused:
        """Begin an attempt and send its code; the same for known and unknown numbers.

        Args:
            application: who asks.
            number: who is to read the message, from `parse_phone`.
            visitor: the browser, network and agent that ask.
        """
        if METHOD not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        at, state = self.clock.now(), new_handle()
        attempt = _new_attempt(application, number, visitor, state, at)

        async def body(tx: Tx) -> Requested | Declined:
            origin = Origin(visitor.network, visitor.user_agent)
            await take_turn(tx, attempt.turn)
            if declined := await self._send(tx, application, attempt, visitor, at):
                return declined
            await self.login.begin(tx, attempt, origin)
            return Requested(state, attempt.id)

        return await self.database.transact(body)

    async def resend(
        self, application: Application, unverified_state: str, visitor: Visitor
    ) -> Declined | Refused | None:
        """Send a new code for a pending attempt; the earlier one dies."""
        at = self.clock.now()

        async def body(tx: Tx) -> Declined | Refused | None:
            attempt = await find_attempt(tx, application.id, unverified_state)
            return await self._resend(tx, application, attempt, visitor, at)

        return await self.database.transact(body)

    async def resend_for(
        self, application: Application, attempt_id: str, visitor: Visitor
    ) -> Declined | Refused | None:
        """Send anew for an attempt that the caller knows by its id, because its own page began it."""
        at = self.clock.now()

        async def body(tx: Tx) -> Declined | Refused | None:
            return await self._resend(tx, application, await get_attempt(tx, attempt_id), visitor, at)

        return await self.database.transact(body)

    async def redeem(
        self, application: Application, unverified_state: str, unverified_code: str, origin: Origin
    ) -> HandedOut | FactorNeeded | Refused:
        """Judge the code of an attempt; the right one signs its reader in and hands the tokens out at once.

        Args:
            application: who asks.
            unverified_state: the handle that the application was given when the code was sent.
            unverified_code: what the person typed.
            origin: where the request came from.
        """
        signer = await self.login.tokens.signer_for(application)
        at = self.clock.now()

        async def body(tx: Tx) -> HandedOut | FactorNeeded | Refused:
            attempt = await find_attempt(tx, application.id, unverified_state)
            outcome = await self._advance(tx, attempt, application, unverified_code, at, origin)
            if not isinstance(outcome, Completed):
                return outcome
            return await self.login.hand_out(tx, outcome, unverified_state, application, signer, at)

        return await self.database.transact(body)

    async def prove(
        self, application: Application, attempt_id: str, unverified_code: str, origin: Origin
    ) -> Completed | FactorNeeded | Refused:
        """Judge the code of an attempt that our own page began; the right one completes it and hands nothing out.

        Args:
            application: whose attempt it is.
            attempt_id: the attempt; the caller has made sure that its own browser asks.
            unverified_code: what the person typed.
            origin: where the request came from.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> Completed | FactorNeeded | Refused:
            attempt = await get_attempt(tx, attempt_id)
            if attempt is not None and not rules.is_code(rules.normalize(unverified_code)):
                return Refused(attempt.refusal(at) or Refusal.WRONG_CODE)
            return await self._advance(tx, attempt, application, unverified_code, at, origin)

        return await self.database.transact(body)

    async def _advance(
        self,
        tx: Tx,
        attempt: Attempt | None,
        application: Application,
        unverified_code: str,
        at: datetime,
        origin: Origin,
    ) -> Completed | FactorNeeded | Refused:
        if METHOD not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        if attempt is None or attempt.application_id != application.id or attempt.method != METHOD:
            return Refused(Refusal.UNKNOWN)
        left = await self.login.charge_guess(tx, attempt, at)
        if isinstance(left, Refused):
            return left
        mac = self._mac(attempt.id, rules.normalize(unverified_code))
        if not await store.consume(tx, attempt.id, mac, at):
            return await self.login.guessed_wrong(tx, attempt, left, at, origin)
        await self.texter.guard.answered(tx, attempt.address)
        return await self.login.advance(tx, attempt, Proof(METHOD, AMR, phone=attempt.address), application, at, origin)

    async def _resend(
        self, tx: Tx, application: Application, found: Attempt | None, visitor: Visitor, at: datetime
    ) -> Declined | Refused | None:
        if METHOD not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        if found is None or found.application_id != application.id or found.method != METHOD:
            return Refused(Refusal.UNKNOWN)
        attempt = await self.login.judge_repeat(tx, found, at)
        if isinstance(attempt, Refused):
            return attempt
        if declined := await self._send(tx, application, attempt, visitor, at):
            return declined
        origin = Origin(visitor.network, visitor.user_agent)
        await self.login.repeated(tx, attempt, at + application.methods.sms.lifetime, at, origin)
        return None

    async def _send(
        self, tx: Tx, application: Application, attempt: Attempt, visitor: Visitor, at: datetime
    ) -> Declined | None:
        policy = application.methods.sms
        order = Order(application, attempt.address, visitor.host, visitor.language, policy.lifetime, policy.may_sign_up)
        texted = await self.texter.send(tx, order, at, Origin(visitor.network, visitor.user_agent))
        if isinstance(texted, Declined):
            return texted
        await store.add(tx, attempt.id, self._mac(attempt.id, texted.code), texted.expires_at, at)
        return None

    def _mac(self, attempt_id: str, code: str) -> bytes:
        return self.key_ring.mac("sms_code", attempt_id, code)


def _new_attempt(application: Application, number: str, visitor: Visitor, state: str, at: datetime) -> Attempt:
    return Attempt(
        id=new_id(),
        application_id=application.id,
        method=METHOD,
        state_hash=hash_token(state),
        address=number,
        address_key=AddressKey(number),
        browser_hash=visitor.browser_hash,
        network=visitor.network,
        user_agent=visitor.user_agent[:512],
        match_number=None,
        failures=0,
        created_at=at,
        expires_at=at + application.methods.sms.lifetime,
        verified_at=None,
        handed_out_at=None,
        ended_at=None,
        end_reason=None,
        user_id=None,
        session_id=None,
        answer_sealed=None,
    )
