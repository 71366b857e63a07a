"""An operator who calls from the dashboard, by the session of the browser."""

from dataclasses import dataclass
from typing import Any, Final

from gatepass.access.model import DANGEROUS_SCOPES, Principal, Scope
from gatepass.access.queries import find_operator
from gatepass.audit.model import Actor, ActorKind
from gatepass.gate.cookies import SessionCookie
from gatepass.gate.management.credentials import nobody
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.sessions.flows import SessionSettings
from gatepass.sessions.model import Session
from gatepass.sessions.queries import accounts_of_browser

_HARMLESS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class OperatorSessions:
    """Reads the session of an operator.

    Args:
        database: where sessions and operators stand.
        clock: the time.
        cookie: the session cookie.
        sessions: how long a session lasts without use, and how long it counts as fresh.
    """

    database: Database
    clock: Clock
    cookie: SessionCookie
    sessions: SessionSettings

    async def principal(self, call: Call[Any, Any], method: str, scope: Scope) -> Principal:
        """Return the operator who is signed in.

        Args:
            call: the request.
            method: its method.
            scope: what it needs; for the dangerous ones the operator must have proven lately who they are.

        Raises:
            Problem: nobody is signed in (`credential_required`, 401), or nobody who operates the server
                (`insufficient_scope`, 403), another site's page made the call (`cross_site_form`, 403), or the sign-in
                is too old for it (`freshness_required`, 401).
        """
        session_hash = self.cookie.read_hash(call.headers)
        if session_hash is None:
            raise nobody()
        is_harmless = method in _HARMLESS
        if not _is_of_own_page(call, is_harmless=is_harmless):
            raise Problem("cross_site_form", 403, "Call from a page of this server, or with a bearer token.")
        found = await self._find(session_hash)
        if found is None:
            raise Problem("insufficient_scope", 403, "Nobody signed in here operates this server.", number=1003)
        principal, session = found
        is_dangerous = scope in DANGEROUS_SCOPES and not is_harmless and principal.may(scope)
        if is_dangerous and not session.is_fresh(self.clock.now(), self.sessions.fresh):
            raise self._stale()
        return principal

    async def _find(self, session_hash: bytes) -> tuple[Principal, Session] | None:
        now = self.clock.now()

        async def body(tx: Tx) -> tuple[Principal, Session] | None:
            for account in await accounts_of_browser(tx, session_hash, now, self.sessions.idle):
                # What an operator may do is never done in another one's place.
                scopes = None if account.session.is_acted else await find_operator(tx, account.user.id)
                if scopes is not None:
                    user = account.user
                    actor = Actor(ActorKind.OPERATOR, user.id, user.name or user.contact)
                    return Principal(actor, scopes, user_id=user.id), account.session
            return None

        return await self.database.read(body)

    def _stale(self) -> Problem:
        """Return the problem of a sign-in that is too old, with the challenge of RFC 9470 §3."""
        seconds = int(self.sessions.fresh.total_seconds())
        challenge = f'Bearer realm="gatepass", error="insufficient_user_authentication", max_age="{seconds}"'
        return Problem(
            "freshness_required",
            401,
            "That needs a fresh sign-in: confirm who you are, and send the call again.",
            number=1003,
            headers=((b"www-authenticate", challenge.encode()),),
        )


def _is_of_own_page(call: Call[Any, Any], *, is_harmless: bool) -> bool:
    """Tell whether a page of ours made a call, as far as the browser says so (Fetch Metadata §2.3).

    A cookie travels by itself, also from pages of applications on the same site, whose origins may read the answers of
    their own calls: they must not read these. What an operator types into the address bar comes from no page.
    """
    site = call.headers.get(b"sec-fetch-site")
    if not is_harmless:
        return site == b"same-origin"
    return site in {b"same-origin", b"none"} or (site is None and b"origin" not in call.headers)
