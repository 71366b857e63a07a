"""How a link is requested, sent anew, opened, redeemed and declined."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.mail.addresses import EmailAddress
from gatepass.kit.secrets import hash_token
from gatepass.login.flows import Login
from gatepass.login.model import Attempt, Completed, EndReason, FactorNeeded, Proof, Refusal, Refused
from gatepass.login.queries import find_attempt, get_attempt
from gatepass.methods.magic_link import rules, store
from gatepass.methods.magic_link.mailing import LinkMailer
from gatepass.methods.magic_link.model import (
    Gesture,
    Link,
    Nearness,
    Opened,
    Requested,
    UnverifiedLink,
    Visitor,
)
from gatepass.templates.model import Look
from gatepass.users.model import User
from gatepass.users.queries import stored_address

__all__ = ["AMR", "METHOD", "LinkMailer", "MagicLinkFlows"]

METHOD = "magic_link"
AMR = ("email",)
_LOWEST_MATCH, _MATCHES = 10, 90
_ID_LENGTH = 24


@dataclass(frozen=True, slots=True)
class MagicLinkFlows:
    """What an application and a reader of mail can do with a link."""

    database: Database
    clock: Clock
    mailer: LinkMailer
    login: Login
    knows_networks: bool

    key = METHOD
    amr = AMR

    def is_ready_for(self, user: User | None) -> bool:  # noqa: ARG002 - whoever has an address can read mail
        """Tell whether this person could use the method now."""
        return True

    async def request(
        self, application: Application, address: EmailAddress, visitor: Visitor, *, wants_match: bool
    ) -> Requested:
        """Begin an attempt and mail its link and code; the same for known and unknown addresses.

        Args:
            application: who asks.
            address: who is to read the mail.
            visitor: the browser, network and agent that ask.
            wants_match: whether the waiting screen will show a number to match.
        """
        at, state = self.clock.now(), new_handle()
        match_number = _LOWEST_MATCH + secrets.randbelow(_MATCHES) if wants_match else None
        look = await self.mailer.look_of(application, visitor.unverified_host, visitor.language)

        async def body(tx: Tx) -> str:
            stored = await stored_address(tx, address)
            attempt = _new_attempt(application, stored, visitor, state, match_number, at)
            await self.login.begin(tx, attempt, Origin(visitor.network, visitor.user_agent))
            await self.mailer.send(tx, application, look, attempt, at)
            return attempt.id

        return Requested(state, match_number, await self.database.transact(body))

    async def resend(
        self, application: Application, unverified_state: str, origin: Origin, host: str = "", language: str = ""
    ) -> Refused | None:
        """Mail a new link and code for a pending attempt; the earlier code dies, earlier links keep their time."""
        find = partial(find_attempt, application_id=application.id, unverified_state=unverified_state)
        return await self._resend(application, find, origin, await self.mailer.look_of(application, host, language))

    async def resend_for(
        self, application: Application, attempt_id: str, origin: Origin, host: str = "", language: str = ""
    ) -> Refused | None:
        """Mail anew for an attempt that the caller knows by its id, because its own page began it."""
        look = await self.mailer.look_of(application, host, language)
        return await self._resend(application, lambda tx: get_attempt(tx, attempt_id), origin, look)

    async def _resend(
        self,
        application: Application,
        find: Callable[[Tx], Awaitable[Attempt | None]],
        origin: Origin,
        look: Look,
    ) -> Refused | None:
        at = self.clock.now()

        async def body(tx: Tx) -> Refused | None:
            found = await find(tx)
            if found is None or found.application_id != application.id or found.method != METHOD:
                return Refused(Refusal.UNKNOWN)
            attempt = await self.login.judge_repeat(tx, found, at)
            if isinstance(attempt, Refused):
                return attempt
            expires_at = await self.mailer.send(tx, application, look, attempt, at)
            await self.login.repeated(tx, attempt, expires_at, at, origin)
            return None

        return await self.database.transact(body)

    async def open(self, application: Application, unverified: UnverifiedLink, visitor: Visitor) -> Opened | Refused:
        """Look at a link without changing anything."""
        at = self.clock.now()

        async def body(tx: Tx) -> Opened | Refused:
            found = await _find(tx, application, unverified)
            if isinstance(found, Refused):
                return found
            link, attempt = found
            if reason := rules.refusal(link, attempt, at):
                return Refused(reason)
            return Opened(attempt, application, self._nearness(attempt, visitor))

        return await self.database.read(body)

    async def redeem(
        self, application: Application, unverified: UnverifiedLink, visitor: Visitor, gesture: Gesture
    ) -> Completed | FactorNeeded | Refused:
        """Spend a link for the attempt that asked for it, when the gesture fits the place where it was opened."""
        at = self.clock.now()
        origin = Origin(visitor.network, visitor.user_agent)

        async def body(tx: Tx) -> Completed | FactorNeeded | Refused:
            found = await _find(tx, application, unverified)
            if isinstance(found, Refused):
                return found
            link, attempt = found
            if reason := rules.refusal(link, attempt, at) or await self._gesture_refusal(
                tx, attempt, visitor, gesture, application.methods.email_code.digits, at
            ):
                return reason if isinstance(reason, Refused) else Refused(reason)
            await take_turn(tx, attempt.turn)
            if not await store.consume(tx, link.id, at):
                return Refused(Refusal.ALREADY_USED)
            return await self.login.advance(tx, attempt, Proof(METHOD, AMR, attempt.email), application, at, origin)

        return await self.database.transact(body)

    async def decline(self, application: Application, unverified: UnverifiedLink, visitor: Visitor) -> Refused | None:
        """End the attempt of a link, because its reader says that they did not ask."""
        at = self.clock.now()

        async def body(tx: Tx) -> Refused | None:
            found = await _find(tx, application, unverified)
            if isinstance(found, Refused):
                return found
            origin = Origin(visitor.network, visitor.user_agent)
            if await self.login.end(tx, found[1], EndReason.DECLINED, at, origin):
                return None
            return Refused(found[1].refusal(at) or Refusal.ENDED)

        return await self.database.transact(body)

    def _nearness(self, attempt: Attempt, visitor: Visitor) -> Nearness:
        return rules.nearness(attempt, visitor, knows_networks=self.knows_networks)

    async def _gesture_refusal(  # noqa: PLR0911 - each place and gesture has its own answer
        self, tx: Tx, attempt: Attempt, visitor: Visitor, gesture: Gesture, digits: int, at: datetime
    ) -> Refused | None:
        if gesture.is_documented_call or self._nearness(attempt, visitor) is not Nearness.ELSEWHERE:
            return None
        origin = Origin(visitor.network, visitor.user_agent)
        if gesture.match_number:
            if rules.is_match(attempt, gesture.match_number):
                return None
            # One of ninety: a second try would be worth too much to a machine that submits forms.
            await self.login.end(tx, attempt, EndReason.WRONG_MATCH, at, origin)
            return Refused(Refusal.WRONG_MATCH)
        if not self.mailer.codes.is_code(gesture.code, digits):
            return Refused(Refusal.GESTURE_NEEDED)
        left = await self.login.charge_guess(tx, attempt, at)
        if isinstance(left, Refused):
            return left
        if await self.mailer.codes.consume(tx, attempt.id, gesture.code, at):
            return None
        return await self.login.guessed_wrong(tx, attempt, left, at, origin)


async def _find(tx: Tx, application: Application, unverified: UnverifiedLink) -> tuple[Link, Attempt] | Refused:
    if METHOD not in application.methods.offered:
        return Refused(Refusal.METHOD_CLOSED)
    unverified_id = unverified.secret[:_ID_LENGTH]
    # What can't be an id is not asked for; the database would refuse some of it in other words.
    link = await store.find(tx, unverified_id) if unverified_id.isalnum() else None
    if link is None or not secrets.compare_digest(link.secret_hash, hash_token(unverified.secret)):
        return Refused(Refusal.UNKNOWN)
    attempt = await get_attempt(tx, link.attempt_id)
    if attempt is None or attempt.application_id != application.id:
        return Refused(Refusal.UNKNOWN)
    handle_hash = hash_token(unverified.handle)
    is_handle = secrets.compare_digest(link.handle_hash, handle_hash)
    if not is_handle and not secrets.compare_digest(attempt.state_hash, handle_hash):
        return Refused(Refusal.UNKNOWN)
    return link, attempt


def _new_attempt(
    application: Application, address: EmailAddress, visitor: Visitor, state: str, number: int | None, at: datetime
) -> Attempt:
    return Attempt(
        id=new_id(),
        application_id=application.id,
        method=METHOD,
        state_hash=hash_token(state),
        address=address.address,
        address_key=address.key,
        browser_hash=visitor.browser_hash,
        network=visitor.network,
        user_agent=visitor.user_agent[:512],
        match_number=number,
        failures=0,
        created_at=at,
        expires_at=at + application.magic_link.lifetime,
        verified_at=None,
        handed_out_at=None,
        ended_at=None,
        end_reason=None,
        user_id=None,
        session_id=None,
        answer_sealed=None,
    )
