"""How an impersonation is asked for, opened once and ended."""

from dataclasses import dataclass, replace
from datetime import timedelta

from gatepass.access.model import Principal
from gatepass.access.queries import find_operator
from gatepass.applications.model import Application
from gatepass.applications.queries import find_application, find_by_client_id
from gatepass.audit.model import EventKind, Origin
from gatepass.impersonation import rules, store
from gatepass.impersonation.endings import end, end_of_session, end_of_user, record_of
from gatepass.impersonation.messages import notice
from gatepass.impersonation.model import (
    OPEN_WITHIN,
    PAGE,
    Begun,
    Ending,
    Impersonation,
    Opened,
    Refusal,
    Refused,
    Seen,
    Standing,
    Wish,
)
from gatepass.impersonation.settings import ImpersonationSettings
from gatepass.impersonation.sight import find_running, see
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import IMPERSONATION_PREFIX, is_well_formed, new_id, new_secret
from gatepass.kit.languages.tags import language_of_mail
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.outbox.flows import Outbox
from gatepass.sessions.flows import act
from gatepass.users.model import User
from gatepass.users.queries import find_user

# Its ends are verbs of the slice too; they lie in a file of their own.
__all__ = ["Impersonations", "end_of_session", "end_of_user", "forget_user"]


@dataclass(frozen=True, slots=True)
class Impersonations:
    """The verbs of impersonation, for the management API and for the pages of whoever acts.

    Args:
        database: holds them.
        clock: the time.
        outbox: tells the person.
        settings: whether the person is told.
        public_url: the address by which browsers reach the server.
    """

    database: Database
    clock: Clock
    outbox: Outbox
    settings: ImpersonationSettings
    public_url: str

    async def begin(self, principal: Principal, wish: Wish) -> Begun:
        """Let somebody act in a person's place, by a link that opens within five minutes, once.

        Args:
            principal: who asks, and may impersonate; it must see the whole server.
            wish: what for.

        Raises:
            Problem: the wish can't be granted as it stands (`invalid_impersonation`, 400), there is no such person
                (`unknown_user`, 404), or nobody may act in that person's place there (`impersonation_refused`, 403).
        """
        principal.everywhere()
        found = list(rules.faults(wish))
        if found:
            raise Problem("invalid_impersonation", 400, " ".join(found), number=1004)
        at, handle = self.clock.now(), new_secret(IMPERSONATION_PREFIX)

        async def body(tx: Tx) -> Impersonation:
            user = await _person(tx, principal, wish.user_id)
            application = await _application(tx, wish.client_id)
            impersonation = Impersonation(
                new_id(),
                user.id,
                replace(principal.actor, name=principal.actor.name[:200], acting_as=user.id),
                wish.reason.strip(),
                application.id,
                hash_token(handle),
                None,
                at,
                at + timedelta(minutes=wish.minutes),
                None,
            )
            await store.add(tx, impersonation)
            return impersonation

        made = await self.database.transact(body)
        return Begun(made, f"{self.public_url}{PAGE}?handle={handle}")

    async def look(self, unverified_handle: str) -> Seen | None:
        """Return what a link would open; None where it opens nothing. Looking spends nothing."""
        now = self.clock.now()

        async def body(tx: Tx) -> Seen | None:
            found = await store.find_by_handle(tx, hash_token(unverified_handle))
            if found is None or found.standing(now) is not Standing.WAITING:
                return None
            return await see(tx, found)

        return await self.database.read(body) if _is_handle(unverified_handle) else None

    async def open(
        self, unverified_handle: str, held_hash: bytes | None, new_hash: bytes, origin: Origin
    ) -> Opened | Refused:
        """Spend a link: the browser acts in the person's place from now on, and the person is told.

        Args:
            unverified_handle: the secret of the link.
            held_hash: the hash of the cookie by which the browser is signed in; None where it has none.
            new_hash: the hash of the cookie that it is given where this succeeds.
            origin: the browser.
        """
        if not _is_handle(unverified_handle):
            return Refused(Refusal.UNKNOWN)
        at, session_id = self.clock.now(), new_id()

        async def body(tx: Tx) -> Opened | Refused:
            if held_hash is not None and await find_running(tx, held_hash, at) is not None:
                return Refused(Refusal.OTHER_RUNS)
            spent = await store.consume(tx, hash_token(unverified_handle), session_id, at - OPEN_WITHIN, at)
            if spent is None:
                return Refused(Refusal.UNKNOWN)
            seen = await see(tx, spent)
            # Since the link was made, the person may have been blocked or have become an operator.
            if seen is None or not seen.user.is_active or await find_operator(tx, seen.user.id) is not None:
                await store.consume_end(tx, spent.id, at)
                return Refused(Refusal.NOT_ALLOWED)
            session = await act(
                tx,
                session_id=session_id,
                user_id=spent.user_id,
                application_id=spent.application_id,
                actor=spent.actor,
                old_hash=held_hash,
                new_hash=new_hash,
                expires_at=spent.expires_at,
                at=at,
                origin=origin,
            )
            await record_of(tx, EventKind.IMPERSONATION_STARTED, spent, at, replace(origin, actor=spent.actor))
            if self.settings.notifies and seen.user.email:
                # The browser is the operator's, and so is the language that it wishes for.
                language = language_of_mail(seen.user.locale, seen.usual_language)
                await self.outbox.enqueue_mail(tx, notice(seen, language))
            return Opened(session)

        return await self.database.transact(body)

    async def leave(self, browser_hash: bytes, origin: Origin) -> bool:
        """End what runs in a browser, by the button of its banner; False where nothing does."""
        at = self.clock.now()

        async def body(tx: Tx) -> bool:
            seen = await find_running(tx, browser_hash, at)
            if seen is None:
                return False
            own = replace(origin, actor=seen.impersonation.actor)
            return await end(tx, seen.impersonation, Ending.BUTTON, at, own)

        return await self.database.transact(body)

    async def stop(self, principal: Principal, user_id: str, impersonation_id: str, origin: Origin) -> bool:
        """End an impersonation of a person by a call, opened or not; False where it is over already.

        Raises:
            Problem: there is no such one (`unknown_impersonation`, 404).
        """
        principal.everywhere()
        at = self.clock.now()

        async def body(tx: Tx) -> bool:
            found = await store.find_of_user(tx, user_id, impersonation_id)
            if found is None:
                raise Problem("unknown_impersonation", 404, "There is no such impersonation of this user.", number=1005)
            return await end(tx, found, Ending.CALL, at, origin)

        return await self.database.transact(body)


async def forget_user(tx: Tx, user_id: str) -> int:
    """Delete what is kept of a person's impersonations; the record keeps its events."""
    return await store.purge_of_user(tx, user_id)


async def _person(tx: Tx, principal: Principal, user_id: str) -> User:
    """Return the person in whose place somebody may act."""
    user = await find_user(tx, user_id)
    if user is None:
        raise Problem("unknown_user", 404, "There is no such user; check the id.", number=1035)
    if user.id == principal.user_id:
        raise _refused("You are that person; sign in as yourself.")
    if await find_operator(tx, user.id) is not None:
        raise _refused("That person operates this server; nobody acts in an operator's place.")
    if not user.is_active:
        raise _refused("That person is switched off or blocked and could see nothing.")
    return user


async def _application(tx: Tx, unverified_client_id: str) -> Application:
    application = await find_by_client_id(tx, unverified_client_id)
    if application is None:
        application = await find_application(tx, unverified_client_id)
    if application is None or not application.is_active:
        raise Problem("invalid_impersonation", 400, "Name an application by its client id, in client_id.", number=1004)
    if sentence := rules.why_not_for(application):
        raise _refused(sentence)
    return application


def _refused(sentence: str) -> Problem:
    return Problem("impersonation_refused", 403, sentence, number=1003)


def _is_handle(unverified_handle: str) -> bool:
    return unverified_handle.isascii() and is_well_formed(unverified_handle, IMPERSONATION_PREFIX)
