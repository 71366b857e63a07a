"""How tokens are granted, rotated, signed, read back and revoked."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import REFRESH_TOKEN_PREFIX, is_well_formed, new_id
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import SealBroken, hash_token, open_as_holder, seal_for_holder
from gatepass.protocols.jose import Signer, TokenRefused, peek, read_own
from gatepass.protocols.oauth2.responses import left_half_hash
from gatepass.sessions.model import Session
from gatepass.tokens import claims, rules, store
from gatepass.tokens.keys import KeyCabinet, KeyMaker
from gatepass.tokens.model import (
    Ask,
    Family,
    Grant,
    PresentedToken,
    Refreshed,
    RefreshRefusal,
    RefreshToken,
    Refused,
    Terms,
    TokenSet,
)
from gatepass.tokens.rights import Rights, find_person, find_rights
from gatepass.tokens.settings import TokenSettings
from gatepass.tokens.verified import VerifiedTokens
from gatepass.users.model import User

# Making keys is a verb of this slice too; it lies in a file of its own.
__all__ = ["KeyMaker", "Tokens", "end_families", "forget_user", "revoke_families", "revoke_family", "revoke_pair"]

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 §2.1
ID_TOKEN_TYPE = "JWT"  # noqa: S105 - RFC 7519 §5.1
_AT_ONCE = 5000
_NO_TERMS = Terms()
_NO_ASK = Ask()
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Grant).decode


async def revoke_family(tx: Tx, family_id: str, at: datetime) -> bool:
    """Revoke what was granted at one sign-in, access tokens included; False where it was already."""
    return await store.revoke_family(tx, family_id, at)


async def revoke_pair(tx: Tx, user_id: str, application_id: str, at: datetime) -> bool:
    """Revoke all that an application was granted by one person; False where there was nothing."""
    return bool(await store.revoke_pair(tx, user_id, application_id, at))


async def forget_user(tx: Tx, user_id: str) -> int:
    """Delete what is kept of the grants that a person made, and return how many there were."""
    return await store.purge_of_user(tx, user_id)


async def revoke_families(database: Database, application_id: str, at: datetime) -> None:
    """Revoke all that an application was granted by whomever; switch it off first.

    An index by application would cost every grant a page; a walk in short transactions keeps nobody waiting.
    """
    after_id = ""
    while True:
        look = partial(store.revoke_families, application_id=application_id, at=at, after_id=after_id, limit=_AT_ONCE)
        after_id = await database.transact(look)
        if not after_id:
            return


async def end_families(tx: Tx, application_id: str, at: datetime) -> None:
    """Revoke all that an application was granted by whomever, in one transaction, where nothing may be half done."""
    after_id = await store.revoke_families(tx, application_id, at, "", _AT_ONCE)
    while after_id:
        after_id = await store.revoke_families(tx, application_id, at, after_id, _AT_ONCE)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Mints tokens; nobody else does."""

    cabinet: KeyCabinet
    settings: TokenSettings
    issuer: str
    verified: VerifiedTokens = field(default_factory=VerifiedTokens)

    async def signer_for(self, application: Application) -> Signer:
        """Return the key that will sign an application's tokens; ask before the transaction that grants them."""
        return await self.cabinet.current(application.signing_algorithm)

    async def grant(
        self,
        tx: Tx,
        session: Session,
        user: User,
        application: Application,
        signer: Signer,
        at: datetime,
        *,
        terms: Terms = _NO_TERMS,
        ask: Ask | None = None,
        nonce: str = "",
        has_refresh: bool = True,
    ) -> Grant:
        """Grant tokens to an application for a session.

        Args:
            tx: the transaction that hands the sign-in out.
            session: whose tokens they are.
            user: the person of the session.
            application: who receives them.
            signer: the key that will sign, from `signer_for`.
            at: when.
            terms: what is granted.
            ask: what of it the first access token is for; None means all of it.
            nonce: what the application wants to read in the id token (OpenID Connect Core §3.1.2.1).
            has_refresh: whether a refresh token is among them.

        Raises:
            Problem: the person is no member of the organization of the terms (`no_member`, 403).
        """
        expires_at = at + application.refresh_token_lifetime
        terms = terms.of_sign_in(session.authenticated_at, session.amr)
        if session.is_acted:
            # Who acts in somebody's place is named in all that they get, and none of it outlives their time.
            terms = msgspec.structs.replace(terms, actor={"sub": session.acted_by.id})
            expires_at = min(expires_at, session.expires_at)
        rights = await find_rights(tx, user.id, terms.organization_id, application)
        if rights is None:
            raise Problem("no_member", 403, "You are no member of that organization any more; sign in without it.")
        family = Family(new_id(), session.id, session.user_id, application.id, at, expires_at, None, terms)
        await store.add_family(tx, family)
        first = terms if ask is None else rules.narrowed(terms, ask)
        grant = claims.of_grant(
            self.issuer, family, first, session, user, rights, application, signer, at, nonce, has_refresh=has_refresh
        )
        if has_refresh:
            await self._keep(tx, family, grant, application, rights, at)
        return grant

    def grant_own(self, application: Application, signer: Signer, at: datetime, terms: Terms) -> Grant:
        """Grant an application a token for itself (RFC 6749 §4.4); nothing is stored."""
        own = claims.of_own_token(self.issuer, application, terms, at)
        expires_at = claims.whole_seconds(at) + application.access_token_lifetime
        return Grant(own, signer.algorithm, signer.key_id, "", expires_at, terms=terms)

    def grant_exchanged(
        self, application: Application, signer: Signer, at: datetime, terms: Terms, subject: dict[str, Any]
    ) -> Grant:
        """Grant an application a token for the subject of another one (RFC 8693 §2.2); it dies with that one's grant.

        Args:
            application: who receives it.
            signer: the key that will sign.
            at: when.
            terms: what is granted, no wider than the other token.
            subject: the claims of the other token, verified and live.
        """
        own = claims.of_exchanged_token(self.issuer, application, terms, subject, at)
        return Grant(own, signer.algorithm, signer.key_id, "", datetime.fromtimestamp(own["exp"], UTC), terms=terms)

    async def rotate(
        self,
        tx: Tx,
        unverified_token: str,
        application: Application,
        signer: Signer,
        at: datetime,
        origin: Origin,
        *,
        ask: Ask = _NO_ASK,
    ) -> Refreshed | Refused:
        """Spend a refresh token for its successor (RFC 9700 §4.14.2).

        The same token again within the grace window gets the same successor, because an answer may be lost on its
        way; after it, the token counts as stolen and its whole family dies.
        """
        if not is_well_formed(unverified_token, REFRESH_TOKEN_PREFIX):
            return Refused(RefreshRefusal.UNKNOWN)
        token = await store.find_token(tx, hash_token(unverified_token))
        if token is None or token.application_id != application.id:
            return Refused(RefreshRefusal.UNKNOWN)
        if reason := rules.refusal(token, at) or rules.ask_refusal(
            token.terms, ask, may_change_key=application.is_confidential
        ):
            return Refused(reason)
        found = await find_person(tx, token, application, at)
        if isinstance(found, Refused):
            return found
        session, user, rights = found
        if token.spent_at is None:
            terms = rules.narrowed(token.terms, ask)
            grant = claims.of_grant(self.issuer, token.family, terms, session, user, rights, application, signer, at)
            if await store.consume_token(tx, token.id, seal_for_holder(unverified_token, _encode(grant)), at):
                await self._keep(tx, token.family, grant, application, rights, at)
                return Refreshed(grant, user)
            # Another request with the same token has won since we looked; it left the successor for us.
            token = await store.find_token(tx, hash_token(unverified_token)) or token
        return await self._repeat(tx, unverified_token, token, user, at, session.seen_from(origin))

    async def sign(self, grant: Grant) -> TokenSet:
        """Sign what was granted, after the commit; the same grant gives the same tokens."""
        signer = await self.cabinet.named(grant.key_id)
        access_token = await self._signed(signer, grant.claims, ACCESS_TOKEN_TYPE)
        id_token = ""
        if grant.id_claims:
            half = left_half_hash(access_token, signer.algorithm)
            id_token = await self._signed(signer, {**grant.id_claims, "at_hash": half}, ID_TOKEN_TYPE)
        token_type = "DPoP" if grant.terms.key_thumbprint else "Bearer"
        return TokenSet(access_token, grant.refresh_token, grant.expires_at, id_token, token_type, grant.terms.scope)

    async def sign_notice(self, application: Application, notice: dict[str, Any], token_type: str) -> str:
        """Sign something else that an application must be able to trust, such as a logout token."""
        return await self._signed(await self.signer_for(application), {"iss": self.issuer, **notice}, token_type)

    async def read(
        self, unverified_token: str, token_type: str, now: datetime, *, accepts_expired: bool = False
    ) -> dict[str, Any] | None:
        """Return the claims of a token that we signed, or None; for whom it is and whether it lives is not judged."""
        # What may have expired is a hint, whose key may be as old.
        verifiers, seconds = await self.cabinet.verifiers(of_hints=accepts_expired), int(now.timestamp())
        known = self.verified.find(unverified_token, token_type, verifiers, seconds)
        if known is not None:
            return known
        try:
            found = read_own(
                unverified_token,
                verifiers,
                token_type=token_type,
                issuer=self.issuer,
                now=seconds,
                accepts_expired=accepts_expired,
            )
        except TokenRefused:
            return None
        head = peek(unverified_token)
        if head is not None and not accepts_expired:
            self.verified.add(unverified_token, token_type, head.kid, found)
        return found

    async def find_refresh_token(self, tx: Tx, unverified_token: str) -> PresentedToken | None:
        """Return a refresh token that somebody presents, spent and revoked ones too."""
        if not is_well_formed(unverified_token, REFRESH_TOKEN_PREFIX):
            return None
        return await store.find_token(tx, hash_token(unverified_token))

    async def revoke_family(self, tx: Tx, family_id: str, at: datetime) -> bool:
        """Revoke what was granted at one sign-in, access tokens included; False where it was already."""
        return await revoke_family(tx, family_id, at)

    async def revoke_access_token(self, tx: Tx, token_id: str, expires_at: datetime) -> None:
        """Take one access token back, by its `jti`, until it would have expired."""
        await store.add_revoked(tx, token_id, expires_at)

    async def _signed(self, signer: Signer, payload: dict[str, Any], token_type: str) -> str:
        if signer.is_slow():
            return await asyncio.to_thread(signer.sign, payload, token_type=token_type)
        return signer.sign(payload, token_type=token_type)

    async def _repeat(
        self, tx: Tx, unverified_token: str, token: PresentedToken, user: User, at: datetime, origin: Origin
    ) -> Refreshed | Refused:
        if rules.is_within_grace(token, at, self.settings.refresh_grace) and token.successor_sealed is not None:
            try:
                grant = _decode(open_as_holder(unverified_token, token.successor_sealed))
            except SealBroken:
                return Refused(RefreshRefusal.UNKNOWN)
            return Refreshed(grant, user)
        await store.revoke_family(tx, token.family_id, at)
        await record(
            tx,
            EventKind.REFRESH_REUSED,
            at=at,
            origin=origin,
            application_id=token.application_id,
            user_id=token.user_id,
            data={"family_id": token.family_id, "session_id": token.session_id},
        )
        return Refused(RefreshRefusal.REUSED)

    async def _keep(
        self, tx: Tx, family: Family, grant: Grant, application: Application, rights: Rights, at: datetime
    ) -> None:
        expires_at = family.expires_at
        for idle_seconds in (application.oauth.refresh_idle_seconds, rights.policy.idle_seconds):
            if idle_seconds:
                # The absolute end survives every rotation (ASVS 5.0 §10.4.8); the idle one moves with each.
                expires_at = min(expires_at, at + timedelta(seconds=idle_seconds))
        token = RefreshToken(new_id(), hash_token(grant.refresh_token), family.id, at, expires_at, None, None)
        await store.add_token(tx, token)
