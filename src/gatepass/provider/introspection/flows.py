"""The three questions: who is it, is it worth anything, and take it back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.gate.answers.origins import refuse_foreign_origin
from gatepass.gate.model import Call
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem
from gatepass.organizations.queries import find_active_membership
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.clients.flows import Clients, Proofs
from gatepass.provider.clients.model import oauth_problem
from gatepass.provider.introspection import rules
from gatepass.provider.introspection.model import (
    USERINFO_PATHS,
    WORTHLESS,
    Claims,
    Introspection,
    PresentedAccessToken,
)
from gatepass.sessions.queries import find_unrevoked
from gatepass.tokens.flows import ACCESS_TOKEN_TYPE, Tokens
from gatepass.tokens.model import PresentedToken
from gatepass.tokens.queries import find_holder, is_live
from gatepass.users.queries import find_user, named_claims, scoped_claims


@dataclass(frozen=True, slots=True)
class IntrospectionFlows:
    """Judges tokens that are presented."""

    database: Database
    tokens: Tokens
    clients: Clients
    proofs: Proofs

    async def userinfo(self, call: Call[None, None], method: str) -> dict[str, Any]:
        """Return what an access token shows of its person (OpenID Connect Core §5.3).

        Args:
            call: the request.
            method: its HTTP method, which a DPoP proof names.

        Raises:
            Problem: the token opens nothing (`invalid_token`, 401), not this (`insufficient_scope`, 403), or was sent
                in a wrong way (`invalid_request`, 400; `invalid_dpop_proof`, 401).
        """
        presented = rules.presented_token(call.headers, call.parameters, has_body=method == "POST")
        claims = await self.tokens.read(presented.unverified_token, ACCESS_TOKEN_TYPE, self._now())
        application = await self.clients.directory.find(str(claims["client_id"])) if claims else None
        if claims is None or application is None:
            raise self._worthless(call, presented)
        call.known_application = application
        refuse_foreign_origin(application, call.headers, self.clients.addresses.own_origins)
        await self._prove_key(call, presented, claims, method)
        held = str(claims.get("scope", "")).split()
        holder = await self.database.read(lambda tx: find_holder(tx, claims))
        if holder is None:
            raise self._worthless(call, presented)
        if "openid" not in held:
            raise rules.too_narrow("openid", is_dpop=presented.is_dpop)
        user = holder.user
        return {**named_claims(user, holder.terms.userinfo_claims), **scoped_claims(user, held), "sub": user.id}

    async def introspect(self, call: Call[None, None]) -> Introspection:
        """Tell an application what a token is worth to it (RFC 7662 §2); of any other it learns nothing.

        Raises:
            Problem: the caller did not prove to be an application (`invalid_client`), or sent no token.
        """
        client = await self.clients.authenticate_confidential(call)
        application = client.application
        self.clients.bounds.charge_call(call, application, "introspection", is_proven=True)
        unverified_token = _token_of(call)
        now = self._now()
        claims = await self.tokens.read(unverified_token, ACCESS_TOKEN_TYPE, now)
        if claims is not None:
            is_worth = rules.concerns(application, claims) and await self._stands(claims)
            return rules.of_access_token(claims) if is_worth else WORTHLESS
        token = await self.database.read(lambda tx: self._live_refresh_token(tx, unverified_token, application, now))
        return WORTHLESS if token is None else rules.of_refresh_token(token, application, self.tokens.issuer)

    async def revoke(self, call: Call[None, None]) -> None:
        """Take a token back for the application that holds it (RFC 7009 §2); any other stays as it is.

        With a refresh token dies all that was granted with it; an access token dies alone.

        Raises:
            Problem: the caller is no application (`invalid_client`), or sent no token (`invalid_request`).
        """
        client = await self.clients.authenticate(call)
        application = client.application
        self.clients.bounds.charge_call(call, application, "revocation", is_proven=client.is_proven)
        unverified_token = _token_of(call)
        at = self._now()
        claims = await self.tokens.read(unverified_token, ACCESS_TOKEN_TYPE, at)

        async def body(tx: Tx) -> None:
            data = {}
            if claims is not None and claims.get("client_id") == application.client_id:
                expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
                await self.tokens.revoke_access_token(tx, str(claims["jti"]), expires_at)
                data = {"token_id": str(claims["jti"])}
            elif claims is None:
                token = await self.tokens.find_refresh_token(tx, unverified_token)
                is_own = token is not None and token.application_id == application.id
                if token is not None and is_own and await self.tokens.revoke_family(tx, token.family_id, at):
                    data = {"family_id": token.family_id}
            if data:
                kind = EventKind.TOKEN_REVOKED
                await record(tx, kind, at=at, origin=call.origin, application_id=application.id, data=data)

        await self.database.transact(body)

    def _now(self) -> datetime:
        return self.clients.clock.now()

    def _worthless(self, call: Call[None, None], presented: PresentedAccessToken) -> Problem:
        self.clients.bounds.charge_stranger(call)
        return rules.worthless("The token is expired, revoked or none of ours.", is_dpop=presented.is_dpop)

    async def _prove_key(
        self, call: Call[None, None], presented: PresentedAccessToken, claims: Claims, method: str
    ) -> None:
        """Let a bound token pass with the proof of its key alone, and any other by Bearer alone (RFC 9449 §7.1)."""
        bound_to = dict(claims.get("cnf") or {}).get("jkt")
        if bound_to is None and not presented.is_dpop:
            return
        if bound_to is None or not presented.is_dpop:
            sentence = "A token that is bound to a key comes by the scheme DPoP, any other by Bearer."
            raise rules.worthless(sentence, is_dpop=bound_to is not None)
        urls = self.clients.addresses.all_of(USERINFO_PATHS)
        proof = self.proofs.judge_use(call, method, urls, presented.unverified_token)
        if proof.thumbprint != bound_to:
            raise rules.worthless("The token is bound to another key.", is_dpop=True)
        await self.proofs.spend(proof, is_use=True)

    async def _stands(self, claims: Claims) -> bool:
        """Tell whether nobody took a token back, nor switched off the application that holds it."""
        holder = await self.clients.directory.find(str(claims["client_id"]))
        return holder is not None and await self.database.read(lambda tx: is_live(tx, claims))

    async def _live_refresh_token(
        self, tx: Tx, unverified_token: str, application: Application, now: datetime
    ) -> PresentedToken | None:
        token = await self.tokens.find_refresh_token(tx, unverified_token)
        if token is None or token.application_id != application.id or token.spent_at is not None:
            return None
        if token.revoked_at is not None or min(token.expires_at, token.family_expires_at) <= now:
            return None
        user = await find_user(tx, token.user_id)
        is_alive = user is not None and user.is_active and await find_unrevoked(tx, token.session_id) is not None
        organization_id = token.terms.organization_id
        if organization_id and await find_active_membership(tx, Within(organization_id), token.user_id) is None:
            return None
        return token if is_alive else None


def _token_of(call: Call[None, None]) -> str:
    unverified_token = call.parameters.get("token")
    if unverified_token is None:
        raise oauth_problem(Refused("invalid_request", "Send the parameter token."))
    return unverified_token
