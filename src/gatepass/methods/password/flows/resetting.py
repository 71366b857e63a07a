"""How a password is set by mail: the first one at sign-up, and a new one in the place of one that was forgotten.

Both are one thing: whoever reads the mail of an address sets the password of whoever that address belongs to. The code
is typed where it was asked for and signs in there; the link opens wherever the mail is read and signs nobody in, or
whoever asked for somebody else's mail would be signed in by its reader's click.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Change
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import new_handle
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.kit.secrets import hash_token
from gatepass.login.flows import HandedOut
from gatepass.login.model import Attempt, Completed, EndReason, FactorNeeded, Proof, Refusal, Refused
from gatepass.login.queries import find_attempt, get_attempt
from gatepass.methods.password import store
from gatepass.methods.password.flows.beginning import new_attempt
from gatepass.methods.password.flows.keeping import Keeper
from gatepass.methods.password.flows.mailing import LIFETIME, ResetMailer
from gatepass.methods.password.judging import Judge
from gatepass.methods.password.messages import weakness_problem
from gatepass.methods.password.model import METHOD, Asker, Opened, Requested, Reset
from gatepass.users.flows import meet_reader
from gatepass.users.queries import find_person_by_address, stored_address

_AMR: Final = ("otp", "pwd")
_ID_LENGTH: Final = 24
_SEPARATORS: Final = " -\u00a0\u2009\u202f\t\r\n"


@dataclass(frozen=True, slots=True)
class Resets:
    """What an application and a reader of mail can do to set a password."""

    database: Database
    clock: Clock
    judge: Judge
    keeper: Keeper
    mailer: ResetMailer

    async def request(self, application: Application, address: EmailAddress, asker: Asker) -> Requested | Refused:
        """Begin an attempt and mail its link and code; the same for known and unknown addresses.

        Raises:
            Problem: the address was sent as many mails as it may be (`too_many_requests`, 429).
        """
        if METHOD not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        at, state = self.clock.now(), new_handle()
        look = await self.mailer.look_of(application, asker)

        async def body(tx: Tx) -> str:
            stored = await stored_address(tx, address)
            attempt = new_attempt(application, stored, asker, state, LIFETIME, at)
            await self.keeper.login.begin(tx, attempt, asker.origin)
            await record(
                tx,
                EventKind.PASSWORD_RESET_REQUESTED,
                at=at,
                origin=asker.origin,
                application_id=application.id,
                attempt_id=attempt.id,
                data={"address": attempt.address},
            )
            await self.mailer.send(tx, application, look, attempt, at)
            return attempt.id

        return Requested(state, await self.database.transact(body))

    async def complete(
        self, application: Application, unverified_state: str, unverified_code: str, unverified_password: str,
        asker: Asker,
    ) -> HandedOut | FactorNeeded | Refused:  # fmt: skip
        """Set a password by the code of the mail, and hand the tokens out at once.

        Args:
            application: who asks.
            unverified_state: the handle that the application was given when the mail was asked for.
            unverified_code: what the person typed.
            unverified_password: the password that they want.
            asker: who asks, and from where.

        Raises:
            Problem: the password is not good enough (`weak_password`, `breached_password`, 400), or too many are being
                judged (`too_busy`, 503); the code is not spent.
        """
        found = await self.database.read(lambda tx: find_attempt(tx, application.id, unverified_state))
        if found is None or found.method != METHOD:
            return Refused(Refusal.UNKNOWN)
        signer, login = await self.keeper.login.tokens.signer_for(application), self.keeper.login
        hashed = await self._hash(unverified_password, application, found.address)
        at = self.clock.now()

        async def body(tx: Tx) -> HandedOut | FactorNeeded | Refused:
            outcome = await self._set_by_code(tx, found, application, unverified_code, hashed, asker, at)
            if not isinstance(outcome, Completed):
                return outcome
            return await login.hand_out(tx, outcome, unverified_state, application, signer, at)

        return await self.database.transact(body)

    async def prove(
        self, application: Application, attempt_id: str, unverified_code: str, unverified_password: str, asker: Asker
    ) -> Completed | FactorNeeded | Refused:
        """Set a password by the code that was typed on our own page, and complete the attempt of that browser.

        Raises:
            Problem: as `complete`.
        """
        found = await self.database.read(lambda tx: get_attempt(tx, attempt_id))
        if found is None or found.application_id != application.id or found.method != METHOD:
            return Refused(Refusal.UNKNOWN)
        hashed = await self._hash(unverified_password, application, found.address)
        at = self.clock.now()
        return await self.database.transact(
            lambda tx: self._set_by_code(tx, found, application, unverified_code, hashed, asker, at)
        )

    async def open(self, application: Application, unverified_secret: str) -> Opened | Refused:
        """Look at a link without changing anything."""
        at = self.clock.now()
        return await self.database.read(lambda tx: _open(tx, application, unverified_secret, at))

    async def set_by_link(
        self, application: Application, unverified_secret: str, unverified_password: str, asker: Asker
    ) -> Opened | Refused:
        """Set a password by the link of the mail; it signs nobody in.

        Raises:
            Problem: as `complete`; the link is not spent.
        """
        opened = await self.open(application, unverified_secret)
        if isinstance(opened, Refused):
            return opened
        hashed = await self._hash(unverified_password, application, opened.address)
        at = self.clock.now()
        return await self.database.transact(lambda tx: self._set_by_link(tx, opened, hashed, asker, at))

    async def _hash(self, unverified_password: str, application: Application, address: str) -> str:
        async with self.judge.pool.place():
            if weakness := await self.judge.weakness(unverified_password, application, address):
                raise weakness_problem(weakness)
            return await self.judge.make(unverified_password)

    async def _set_by_code(
        self, tx: Tx, found: Attempt, application: Application, unverified_code: str, hashed: str, asker: Asker,
        at: datetime,
    ) -> Completed | FactorNeeded | Refused:  # fmt: skip
        login = self.keeper.login
        if METHOD not in application.methods.offered:
            return Refused(Refusal.METHOD_CLOSED)
        left = await login.charge_guess(tx, found, at)
        if isinstance(left, Refused):
            return left
        attempt = await get_attempt(tx, found.id) or found
        code = "".join(character for character in unverified_code if character not in _SEPARATORS)
        if await store.consume_code(tx, attempt.id, self.mailer.mac(attempt.id, code), at) is None:
            return await login.guessed_wrong(tx, attempt, left, at, asker.origin)
        if not application.methods.password.may_sign_up and not await find_person_by_address(tx, attempt.address_key):
            await login.end(tx, attempt, EndReason.SIGN_UP_CLOSED, at, asker.origin)
            return Refused(Refusal.SIGN_UP_CLOSED)
        outcome = await login.advance(tx, attempt, Proof(METHOD, _AMR, attempt.email), application, at, asker.origin)
        if isinstance(outcome, Refused):
            return outcome
        kept = outcome.session.id if isinstance(outcome, Completed) else ""
        change = Change(application, at, asker.origin, asker.language)
        await self.keeper.keep(tx, outcome.user.id, hashed, change, but_session_id=kept)
        return outcome

    async def _set_by_link(
        self, tx: Tx, opened: Opened, hashed: str, asker: Asker, at: datetime
    ) -> Opened | Refused:  # fmt: skip
        application, attempt = opened.application, await get_attempt(tx, opened.reset.attempt_id)
        if attempt is None:
            return Refused(Refusal.UNKNOWN)
        await take_turn(tx, attempt.turn)
        if await store.consume(tx, opened.reset.id, at) is None:
            return Refused(Refusal.ALREADY_USED)
        may_create = application.methods.password.may_sign_up and application.magic_link.may_sign_up
        user = await meet_reader(
            tx, attempt.email, may_create=may_create, at=at, origin=asker.origin, application_id=application.id
        )
        if user is None or not user.is_active:
            return Refused(Refusal.SIGN_UP_CLOSED if user is None else Refusal.USER_INACTIVE)
        change = Change(application, at, asker.origin, asker.language)
        await self.keeper.keep(tx, user.id, hashed, change, but_session_id="")
        return opened


async def _open(tx: Tx, application: Application, unverified_secret: str, at: datetime) -> Opened | Refused:
    unverified_id = unverified_secret[:_ID_LENGTH]
    # What can't be an id is not asked for; the database would refuse some of it in other words.
    reset: Reset | None = await store.find_reset(tx, unverified_id) if unverified_id.isalnum() else None
    if reset is None or not secrets.compare_digest(reset.secret_hash, hash_token(unverified_secret)):
        return Refused(Refusal.UNKNOWN)
    attempt = await get_attempt(tx, reset.attempt_id)
    if attempt is None or reset.application_id != application.id or METHOD not in application.methods.offered:
        return Refused(Refusal.UNKNOWN)
    if reset.spent_at is not None:
        return Refused(Refusal.ALREADY_USED)
    return Refused(Refusal.EXPIRED) if at >= reset.expires_at else Opened(reset, application, attempt.address)
