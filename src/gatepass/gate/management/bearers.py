"""Whom a bearer stands for: an application, an API key's holder, or a person at their organization's calls."""

from dataclasses import dataclass
from typing import Any, Final

from gatepass.access.flows import KeyUses
from gatepass.access.model import MANAGEMENT_SCOPES, Principal, expand, unknown_organization
from gatepass.access.queries import find_key_holder
from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.audit.model import Actor, ActorKind
from gatepass.gate.management.credentials import worthless
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import find_active_membership
from gatepass.sessions.queries import find_session
from gatepass.tokens.flows import Tokens
from gatepass.tokens.queries import find_holder, is_live
from gatepass.users.model import User

_ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 - RFC 9068 §2.1
AUDIENCE_PATH: Final = "/api/v1"
"""Below the public URL, what a token for the management API names as its audience where it names one."""


@dataclass(frozen=True, slots=True)
class Bearers:
    """Reads bearers.

    Args:
        database: where keys and roles stand.
        clock: the time.
        tokens: reads access tokens.
        applications: whose tokens they are.
        uses: notes which keys are used.
    """

    database: Database
    clock: Clock
    tokens: Tokens
    applications: ApplicationDirectory
    uses: KeyUses

    async def key_holder(self, unverified_key: str, network: str) -> Principal:
        """Return whom an API key stands for.

        Args:
            unverified_key: what was presented.
            network: the caller's address, for which the key must be.

        Raises:
            Problem: nobody, here and now (`invalid_credential`, 401).
        """
        now = self.clock.now()
        found = await self.database.read(lambda tx: find_key_holder(tx, unverified_key, network, now))
        if found is None:
            raise worthless()
        self.uses.note(found.actor.id, now, network)
        return found

    async def application(self, unverified_token: str) -> Principal:
        """Return the application that has a token for itself (RFC 6749 §4.4).

        It may do what the token says, as far as its registration still says so.

        Raises:
            Problem: the token opens nothing here (`invalid_credential`, `bound_token`, 401), or is a person's, or one
                that was exchanged (`insufficient_scope`, 403).
        """
        claims = await self._claims(unverified_token)
        application = await self._known(claims)
        if not await self.database.read(lambda tx: is_live(tx, claims)):
            raise worthless()
        if claims.get("sub") != claims.get("client_id") or "sid" in claims or "act" in claims:
            # Whatever scopes it has: what a person may do is below /auth.
            sentence = "A person's token opens the calls below /api/v1/auth alone; ask for one by client credentials."
            raise Problem("insufficient_scope", 403, sentence, number=1003)
        held = frozenset(str(claims.get("scope", "")).split()) & frozenset(application.oauth.scopes)
        actor = Actor(ActorKind.APPLICATION, application.id, application.name)
        return Principal(actor, expand(held & MANAGEMENT_SCOPES), application_id=application.id)

    async def member(self, call: Call[Any, Any], unverified_token: str) -> Principal:
        """Return the person whose token it is, as a member of the organization that the path names, where it does.

        Args:
            call: the request; its path has a part `tenant_id` where it is about an organization.
            unverified_token: what was presented.

        Raises:
            Problem: the token opens nothing here (`invalid_credential`, `bound_token`, 401), or the person is no member
                (`unknown_organization`, 404).
        """
        claims = await self._claims(unverified_token)
        application = await self._known(claims)
        call.known_application = application
        unverified_organization_id = call.path.get("tenant_id", "")

        async def body(tx: Tx) -> Principal:
            holder = await find_holder(tx, claims)
            if holder is None:
                raise worthless()
            user = holder.user
            within = Within(unverified_organization_id)
            if unverified_organization_id and await find_active_membership(tx, within, user.id) is None:
                raise unknown_organization()
            actor = await _actor_of(tx, claims, user)
            session_id = str(claims.get("sid", ""))
            return Principal(actor, frozenset(), unverified_organization_id, user.id, application.id, session_id)

        return await self.database.read(body)

    async def _claims(self, unverified_token: str) -> dict[str, Any]:
        claims = await self.tokens.read(unverified_token, _ACCESS_TOKEN, self.clock.now())
        if claims is None:
            raise worthless()
        if "cnf" in claims:
            sentence = "A token that is bound to a key can't be used here; ask for a bearer token."
            raise Problem("bound_token", 401, sentence, number=1003)
        audiences = claims.get("aud")
        named = {audiences} if isinstance(audiences, str) else set(audiences or ())
        ours = {str(claims.get("client_id")), self.tokens.issuer, self.tokens.issuer.rstrip("/") + AUDIENCE_PATH}
        # One that is for somebody else as well could be presented by them (RFC 9068 §3).
        if not named or not named <= ours:
            raise worthless()
        return claims

    async def _known(self, claims: dict[str, Any]) -> Application:
        application = await self.applications.find(str(claims.get("client_id", "")))
        if application is None or application.is_of_a_stranger:
            raise worthless()
        return application


async def _actor_of(tx: Tx, claims: dict[str, Any], user: User) -> Actor:
    """Return who acts by a person's token: the person, or whoever was let act in their place (RFC 8693 §4.1)."""
    session = await find_session(tx, str(claims.get("sid", ""))) if "act" in claims else None
    if session is not None and session.is_acted:
        return session.acted_by
    return Actor(ActorKind.USER, user.id, user.name or user.contact)
