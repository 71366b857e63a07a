"""What users do: the sessions that they have, and the sign-ins that they made."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.model import Scope
from gatepass.access.queries import refuse_mightier
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.users.desk import MISSING, UserDesk, get_person, row
from gatepass.api.users.listing import PATH
from gatepass.audit.model import Event, EventFilter, EventKind
from gatepass.audit.queries import search
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.gate.reading import malformed
from gatepass.impersonation.flows import end_of_session, end_of_user
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page
from gatepass.kit.problems import Problem
from gatepass.sessions.flows import revoke, revoke_all
from gatepass.sessions.model import Session
from gatepass.sessions.queries import find_unrevoked, list_of_user

_ONE = f"{PATH}/{{user_id}}"
_LOGIN = "login"


class SessionAnswer(msgspec.Struct, frozen=True):
    """A session of a user; one without a browser is an application's own."""

    id: str
    application_id: str
    created_at: datetime
    last_seen_at: datetime
    authenticated_at: datetime
    expires_at: datetime
    ip_address: str
    user_agent: str
    device: str
    amr: list[str]
    is_browser: bool


class Ended(msgspec.Struct, frozen=True):
    """How many sessions ended."""

    ended: int


class LogQuery(ListQuery, frozen=True):
    """Which form of the log is wanted: the later one by `event=login`."""

    event: str = ""


class DocumentedLogin(msgspec.Struct, frozen=True, rename="pascal"):
    """A sign-in, spelled as documented."""

    ip_address: str
    country: str
    city: str
    user_agent: str
    name: str
    os: str
    device: str
    created_at: datetime


class AuditedLogin(msgspec.Struct, frozen=True):
    """A sign-in in the later form."""

    city: str
    country: str
    created_at: datetime
    device: str
    event: str
    ip_address: str
    name: str
    os: str
    user_agent: str


class LoginLogs(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sign-ins of a user, the newest first: `login_logs`, or the other members where the later form is wanted."""

    login_logs: list[DocumentedLogin] | UnsetType = UNSET
    audit_logs: list[AuditedLogin] | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    next_cursor: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class UserActivity:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        sessions = f"{_ONE}/sessions"
        errors = (*MISSING, "operator_protected")
        return [
            row("user_login_logs", "GET", (f"{_ONE}/loginlogs",), self.list_logins,
                "List the sign-ins of a user, the newest first.", Scope.USERS_READ, query=LogQuery, answer=LoginLogs,
                errors=(*MISSING, *LIST_ERRORS)),
            row("user_sessions", "GET", (sessions,), self.list_sessions, "List the sessions of a user.",
                Scope.USERS_READ, answer=list[SessionAnswer], errors=MISSING),
            row("end_user_sessions", "DELETE", (sessions,), self.end_all,
                "End every session of a user, with the tokens that it carries.", Scope.USERS_WRITE, answer=Ended,
                errors=errors),
            row("end_user_session", "DELETE", (f"{sessions}/{{session_id}}",), self.end_one,
                "End one session of a user.", Scope.USERS_WRITE, answer=Ended, errors=(*errors, "unknown_session")),
        ]  # fmt: skip

    async def list_logins(self, call: Call[LogQuery, None]) -> Reply:
        """Answer with the sign-ins of a user, in the form that is asked for."""
        everywhere, query = call.principal.everywhere(), call.query
        if query.event not in {"", _LOGIN}:
            raise malformed("This log holds sign-ins alone; send event=login, or leave it out.")
        request = query.page()

        async def body(tx: Tx) -> Page[Event]:
            person = await get_person(tx, call.path["user_id"])
            wanted = EventFilter(kinds=(EventKind.LOGIN_SUCCEEDED,), user_id=person.id)
            return await search(tx, everywhere, wanted, request)

        page = await self.desk.database.read(body)
        if query.event:
            audited = [_audited(event) for event in page.items]
            answer = LoginLogs(audit_logs=audited, limit=request.limit, next_cursor=page.next_cursor)
        else:
            answer = LoginLogs(login_logs=[_documented(event) for event in page.items])
        return listed(call, page, answer=answer, path=f"{PATH}/{call.path['user_id']}/loginlogs")

    async def list_sessions(self, call: Call[None, None]) -> list[SessionAnswer]:
        """Answer with the sessions of a user that are neither ended nor over, the one used last first."""
        call.principal.everywhere()
        now = self.desk.clock.now()

        async def body(tx: Tx) -> list[Session]:
            person = await get_person(tx, call.path["user_id"])
            return await list_of_user(tx, person.id, now)

        return [_session(session) for session in await self.desk.database.read(body)]

    async def end_all(self, call: Call[None, None]) -> Ended:
        """End every session of a user."""
        call.principal.everywhere()
        at = self.desk.clock.now()

        async def body(tx: Tx) -> int:
            person = await get_person(tx, call.path["user_id"])
            await refuse_mightier(tx, call.principal, person.id)
            tx.after_commit(self.desk.doorbell.ring)
            acted = await end_of_user(tx, person.id, at, call.origin)
            return acted + len(await revoke_all(tx, person.id, at, call.origin))

        return Ended(await self.desk.database.transact(body))

    async def end_one(self, call: Call[None, None]) -> Ended:
        """End one session of a user."""
        call.principal.everywhere()
        at = self.desk.clock.now()

        async def body(tx: Tx) -> int:
            person = await get_person(tx, call.path["user_id"])
            await refuse_mightier(tx, call.principal, person.id)
            session = await find_unrevoked(tx, call.path["session_id"])
            if session is None or session.user_id != person.id:
                sentence = "The user has no such session; list them first."
                raise Problem("unknown_session", 404, sentence, number=1005)
            tx.after_commit(self.desk.doorbell.ring)
            if await end_of_session(tx, session.id, at, call.origin):
                return 1
            return int(await revoke(tx, session, at, call.origin))

        return Ended(await self.desk.database.transact(body))


def _documented(event: Event) -> DocumentedLogin:
    agent = describe_agent(event.user_agent)
    return DocumentedLogin(
        event.network,
        event.country,
        event.city,
        event.user_agent,
        agent.browser,
        agent.os,
        agent.device,
        event.occurred_at,
    )


def _audited(event: Event) -> AuditedLogin:
    agent = describe_agent(event.user_agent)
    return AuditedLogin(
        event.city,
        event.country,
        event.occurred_at,
        agent.device,
        _LOGIN,
        event.network,
        agent.browser,
        agent.os,
        event.user_agent,
    )


def _session(session: Session) -> SessionAnswer:
    return SessionAnswer(
        session.id,
        session.application_id,
        session.created_at,
        session.last_seen_at,
        session.authenticated_at,
        session.expires_at,
        session.network,
        session.user_agent,
        describe_agent(session.user_agent).summary,
        list(session.amr),
        session.browser_hash is not None,
    )
