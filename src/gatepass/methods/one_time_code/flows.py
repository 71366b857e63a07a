"""How a code is requested, sent anew, checked and redeemed for tokens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.kit.secrets import hash_token
from gatepass.login.flows import HandedOut, Login
from gatepass.login.model import Attempt, Completed, FactorNeeded, Proof, Refusal, Refused
from gatepass.login.queries import find_attempt, get_attempt
from gatepass.methods.one_time_code.codes import Codes
from gatepass.methods.one_time_code.mailing import CodeMailer
from gatepass.methods.one_time_code.model import Asker, Requested
from gatepass.users.model import User
from gatepass.users.queries import stored_address

__all__ = ["AMR", "METHOD", "CodeFlows", "CodeMailer", "Codes"]

METHOD = "one_time_code"
AMR = ("otp",)
# Whose attempts have a code that was mailed; a code that came by another way is another method's to judge.
_MAILED = frozenset({METHOD, "magic_link"})


@dataclass(frozen=True, slots=True)
class CodeFlows:
    """What an application and a reader of mail can do with a code."""

    database: Database
    clock: Clock
    mailer: CodeMailer
    login: Login

    key = METHOD
    amr = AMR

    def is_ready_for(self, user: User | None) -> bool:  # noqa: ARG002 - whoever reads mail can type a code
        """Tell whether this person could use the method now."""
        return True

    @property
    def codes(self) -> Codes:
        """Return what makes and checks codes."""
        return self.mailer.codes

    async def request(self, application: Application, address: EmailAddress, asker: Asker) -> Requested:
        """Begin an attempt and mail its code; the same for known and unknown addresses.

        Args:
            application: who asks, and how long its codes are and live.
            address: who is to read the mail.
            asker: the browser, network and agent that ask.
        """
        at, state = self.clock.now(), new_handle()
        look = await self.mailer.look_of(application, asker)

        async def body(tx: Tx) -> str:
            stored = await stored_address(tx, address)
            attempt = _new_attempt(application, stored, asker, state, at)
            await self.login.begin(tx, attempt, Origin(asker.network, asker.user_agent))
            await self.mailer.send(tx, application, look, attempt, asker, at)
            return attempt.id

        return Requested(state, await self.database.transact(body))

    async def resend(
        self, application: Application, unverified_state: str, asker: Asker, origin: Origin
    ) -> Refused | None:
        """Mail the code of a pending attempt anew: the same one where the application keeps codes, else a new one."""
        find = partial(find_attempt, application_id=application.id, unverified_state=unverified_state)
        return await self._resend(application, find, asker, origin)

    async def resend_for(
        self, application: Application, attempt_id: str, asker: Asker, origin: Origin
    ) -> Refused | None:
        """Mail anew for an attempt that the caller knows by its id, because its own page began it."""
        return await self._resend(application, lambda tx: get_attempt(tx, attempt_id), asker, origin)

    async def _resend(
        self, application: Application, find: Callable[[Tx], Awaitable[Attempt | None]], asker: Asker, origin: Origin
    ) -> Refused | None:
        at = self.clock.now()
        look = await self.mailer.look_of(application, asker)

        async def body(tx: Tx) -> Refused | None:
            found = await find(tx)
            if found is None or found.application_id != application.id or found.method != METHOD:
                return Refused(Refusal.UNKNOWN)
            attempt = await self.login.judge_repeat(tx, found, at)
            if isinstance(attempt, Refused):
                return attempt
            expires_at = await self.mailer.send(tx, application, look, attempt, asker, at)
            await self.login.repeated(tx, attempt, expires_at, at, origin)
            return None

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
            if attempt is None or attempt.method not in _MAILED:
                return Refused(Refusal.UNKNOWN)
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
            if attempt is None or attempt.application_id != application.id or attempt.method not in _MAILED:
                return Refused(Refusal.UNKNOWN)
            if not self.codes.is_code(unverified_code, application.methods.email_code.digits):
                return Refused(attempt.refusal(at) or Refusal.WRONG_CODE)
            return await self._advance(tx, attempt, application, unverified_code, at, origin)

        return await self.database.transact(body)

    async def _advance(
        self, tx: Tx, attempt: Attempt, application: Application, unverified_code: str, at: datetime, origin: Origin
    ) -> Completed | FactorNeeded | Refused:
        if attempt.method not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        left = await self.login.charge_guess(tx, attempt, at)
        if isinstance(left, Refused):
            return left
        if not await self.codes.consume(tx, attempt.id, unverified_code, at):
            return await self.login.guessed_wrong(tx, attempt, left, at, origin)
        return await self.login.advance(tx, attempt, Proof(METHOD, AMR, attempt.email), application, at, origin)


def _new_attempt(application: Application, address: EmailAddress, asker: Asker, state: str, at: datetime) -> Attempt:
    return Attempt(
        id=new_id(),
        application_id=application.id,
        method=METHOD,
        state_hash=hash_token(state),
        address=address.address,
        address_key=address.key,
        browser_hash=asker.browser_hash,
        network=asker.network,
        user_agent=asker.user_agent[:512],
        match_number=None,
        failures=0,
        created_at=at,
        expires_at=at + application.methods.email_code.lifetime,
        verified_at=None,
        handed_out_at=None,
        ended_at=None,
        end_reason=None,
        user_id=None,
        session_id=None,
        answer_sealed=None,
    )
