"""How sessions end because somebody wants them to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gatepass.audit.model import Origin
from gatepass.impersonation.flows import end_of_session
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.outbox.flows import Doorbell
from gatepass.provider.logout.model import Ask, SignedOut, Wish
from gatepass.provider.logout.notices import Notices
from gatepass.provider.logout.reading import WishReader
from gatepass.provider.logout.rules import hinted_first, named_account
from gatepass.sessions.flows import revoke, revoke_all, revoke_browser, rotate
from gatepass.sessions.model import Session
from gatepass.sessions.queries import accounts_of_browser, find_unrevoked

# These are verbs of the slice too; they lie in files of their own.
__all__ = ["LogoutFlows", "Notices", "WishReader"]


@dataclass(frozen=True, slots=True)
class LogoutFlows:
    """Ends sessions, and lets those who must know be told at once.

    Args:
        database: holds the sessions.
        clock: the time.
        idle: after how long without use a session is over.
        absolute: after how long it is over in any case.
        doorbell: wakes whoever sends the notices; without it they leave a moment later.
    """

    database: Database
    clock: Clock
    idle: timedelta
    absolute: timedelta
    doorbell: Doorbell

    async def begin(self, wish: Wish, held_hash: bytes | None, new_hash: bytes, origin: Origin) -> SignedOut | Ask:
        """Sign a browser out at once where an id token vouches for it; otherwise say whom to ask.

        Nobody is asked where the id token is about an account of this browser, by its session or by its person; the
        standard wants a question in every other case in which somebody is signed in here (RP-Initiated Logout 1.0 §2).

        Args:
            wish: what was asked for.
            held_hash: the hash of the cookie by which the browser is signed in; None where it has none.
            new_hash: the hash of the cookie that it is given where other accounts stay.
            origin: the browser.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> SignedOut | Ask:
            accounts = await accounts_of_browser(tx, held_hash, at, self.idle)
            named = named_account(wish, accounts)
            if named is not None and held_hash is not None:
                await self._end(tx, named.session, at, origin)
                has_others = len(accounts) > 1
                if has_others:
                    await rotate(tx, held_hash, new_hash)
                return SignedOut(has_others, wish.return_uri)
            if accounts:
                return Ask(hinted_first(wish.login_hint, accounts))
            if wish.is_vouched:
                await self._end_unheld(tx, wish, held_hash, at, origin)
            return SignedOut(has_others=False, return_uri=wish.return_uri if wish.is_vouched else "")

        return await self.database.transact(body)

    async def finish(self, wish: Wish, held_hash: bytes | None, origin: Origin, *, everywhere: bool) -> SignedOut:
        """Sign every account of a browser out, because a person said so; they may mean all their other devices too.

        Args:
            wish: what they were asked about.
            held_hash: the hash of the cookie by which the browser is signed in.
            origin: the browser.
            everywhere: whether all sessions of these people end.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> SignedOut:
            tx.after_commit(self.doorbell.ring)
            # What has grown idle or old ends too, so that nothing is left behind the cookie.
            held = [] if held_hash is None else await revoke_browser(tx, held_hash, at, origin)
            for session in held:
                if session.is_acted:
                    await end_of_session(tx, session.id, at, session.seen_from(origin))
            own = {session.user_id for session in held if not session.is_acted}
            for user_id in sorted(own) if everywhere else []:
                await revoke_all(tx, user_id, at, origin)
            return SignedOut(has_others=False, return_uri=wish.return_uri)

        return await self.database.transact(body)

    async def end_session(self, user_id: str, session_id: str, origin: Origin) -> bool:
        """End one session of a person; False where it is not theirs or has ended.

        Args:
            user_id: whose it is, proven.
            session_id: which one.
            origin: the browser in which they say so.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> bool:
            session = await find_unrevoked(tx, session_id)
            return session is not None and session.user_id == user_id and await self._end(tx, session, at, origin)

        return await self.database.transact(body)

    async def end_all(self, user_id: str, origin: Origin, *, but_id: str | None = None) -> list[Session]:
        """End every session of a person, all but one where that is named, and return those that ended."""
        at = self.clock.now()

        async def body(tx: Tx) -> list[Session]:
            tx.after_commit(self.doorbell.ring)
            return await revoke_all(tx, user_id, at, origin, but_id=but_id)

        return await self.database.transact(body)

    async def _end(self, tx: Tx, session: Session, at: datetime, origin: Origin) -> bool:
        tx.after_commit(self.doorbell.ring)
        if session.is_acted and await end_of_session(tx, session.id, at, origin):
            return True
        return await revoke(tx, session, at, origin)

    async def _end_unheld(self, tx: Tx, wish: Wish, held_hash: bytes | None, at: datetime, origin: Origin) -> None:
        """End the session of an id token that nobody is signed in by, because its time is over here.

        So does one that an application alone holds; another browser's stays as it is.
        """
        session = await find_unrevoked(tx, wish.session_id)
        if session is None or session.user_id != wish.user_id:
            return
        if session.browser_hash in {None, held_hash}:
            await self._end(tx, session, at, origin)
