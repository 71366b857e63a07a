"""Tells applications that a session ended (OpenID Connect Back-Channel Logout 1.0); why so is the law of the slice."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from gatepass.applications.model import Application
from gatepass.applications.queries import find_application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import new_handle
from gatepass.outbox.flows import Outbox
from gatepass.outbox.model import PostOrder
from gatepass.provider.logout.rules import NOTICE_LIFETIME, notice_claims
from gatepass.sessions.flows import note_told
from gatepass.sessions.model import Session
from gatepass.sessions.queries import list_untold
from gatepass.tokens.flows import Tokens
from gatepass.tokens.queries import applications_of_session

_log = structlog.get_logger("gatepass.provider.logout")
_AT_ONCE: Final = 50
_PATIENCE: Final = timedelta(minutes=10)
_TOKEN_TYPE: Final = "logout+jwt"  # noqa: S105 - Back-Channel Logout 1.0 §2.4


@dataclass(frozen=True, slots=True)
class _Notice:
    """A logout token that waits to be handed to the outbox."""

    application: Application
    token_id: str
    order: PostOrder


@dataclass(frozen=True, slots=True)
class Notices:
    """Tells the applications of sessions that ended.

    Args:
        database: holds the sessions and what was granted for them.
        clock: the time.
        tokens: signs.
        outbox: takes the posts.
    """

    database: Database
    clock: Clock
    tokens: Tokens
    outbox: Outbox

    async def tell(self) -> int:
        """Let the notices of some ended sessions wait in the outbox; how many sessions are done with."""
        ended = await self.database.read(lambda tx: list_untold(tx, _AT_ONCE))
        # Not at the same moment for all: the tokens live for two minutes from here.
        return sum([await self._tried(session, self.clock.now()) for session in ended])

    async def _tried(self, session: Session, at: datetime) -> bool:
        """Tell of one session; one that can't be told of must not stand in the way of the others for ever."""
        try:
            await self._tell(session, at)
        except Exception:  # noqa: BLE001 - whatever it is, the log has it
            is_hopeless = session.revoked_at is not None and session.revoked_at + _PATIENCE < at
            _log.exception("logout.notice_failed", session_id=session.id, is_given_up=is_hopeless)
            return is_hopeless and await self.database.transact(lambda tx: note_told(tx, session, at))
        return True

    async def _tell(self, session: Session, at: datetime) -> None:
        applications = await self.database.read(lambda tx: _concerned(tx, session, at))
        notices = await asyncio.gather(*(self._notice(application, session, at) for application in applications))

        async def body(tx: Tx) -> None:
            # Another process may have been as quick: whoever marks the session is who tells.
            if not await note_told(tx, session, at):
                return
            for notice in notices:
                await self._enqueue(tx, notice, session, at)

        await self.database.transact(body)

    async def _notice(self, application: Application, session: Session, at: datetime) -> _Notice:
        token_id = new_handle()
        claims = notice_claims(application, session, token_id, at)
        token = await self.tokens.sign_notice(application, claims, _TOKEN_TYPE)
        order = PostOrder.of_form(
            application.oauth.logout_notice_url,
            {"logout_token": token},
            reason=EventKind.LOGOUT_NOTIFIED,
            application_id=application.id,
            not_after=at + NOTICE_LIFETIME,
        )
        return _Notice(application, token_id, order)

    async def _enqueue(self, tx: Tx, notice: _Notice, session: Session, at: datetime) -> None:
        try:
            message_id = await self.outbox.enqueue_post(tx, notice.order)
        except ValueError as fault:
            # An address that was fit once: the others are told all the same.
            _log.warning("logout.notice_address_unfit", client_id=notice.application.client_id, detail=str(fault))
            return
        await record(
            tx,
            EventKind.LOGOUT_NOTIFIED,
            at=at,
            application_id=notice.application.id,
            user_id=session.user_id,
            data={"session_id": session.id, "token_id": notice.token_id, "message_id": message_id},
        )


async def _concerned(tx: Tx, session: Session, at: datetime) -> list[Application]:
    """Return the applications that hold a live grant of a session and want to be told of its end."""
    ids = await applications_of_session(tx, session.user_id, session.id, at)
    found = [await find_application(tx, application_id) for application_id in ids]
    return [one for one in found if one is not None and one.is_active and one.oauth.logout_notice_url]
