"""How tokens are granted, rotated and signed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.ids import REFRESH_TOKEN_PREFIX, is_well_formed, new_handle, new_id, new_secret
from gatepass.kit.secrets import SealBroken, hash_token, open_as_holder, seal_for_holder
from gatepass.protocols.jose import Signer
from gatepass.sessions.model import Session
from gatepass.sessions.queries import find_live
from gatepass.tokens import rules, store
from gatepass.tokens.keys import KeyCabinet, KeyMaker
from gatepass.tokens.model import (
    Family,
    Grant,
    PresentedToken,
    Refreshed,
    RefreshRefusal,
    RefreshToken,
    Refused,
    TokenSet,
)
from gatepass.tokens.settings import TokenSettings
from gatepass.users.model import User
from gatepass.users.queries import find_user

# Making keys is a verb of this slice too; it lies in a file of its own.
__all__ = ["KeyMaker", "Tokens"]

_ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 §2.1
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Grant).decode


@dataclass(frozen=True, slots=True)
class Tokens:
    """Mints tokens; nobody else does."""

    cabinet: KeyCabinet
    settings: TokenSettings
    issuer: str

    async def signer_for(self, application: Application) -> Signer:
        """Return the key that will sign an application's tokens; ask before the transaction that grants them."""
        return await self.cabinet.current(application.signing_algorithm)

    async def grant(self, tx: Tx, session: Session, application: Application, signer: Signer, at: datetime) -> Grant:
        """Grant tokens to an application for a session that has just begun.

        Args:
            tx: the transaction that hands the sign-in out.
            session: whose tokens they are.
            application: who receives them.
            signer: the key that will sign, from `signer_for`.
            at: when.
        """
        expires_at = at + application.refresh_token_lifetime
        family = Family(new_id(), session.id, session.user_id, application.id, at, expires_at, None)
        await store.add_family(tx, family)
        grant = self._grant(family, session, application, signer, at)
        await self._keep(tx, family, grant, at)
        return grant

    async def rotate(
        self, tx: Tx, unverified_token: str, application: Application, signer: Signer, at: datetime, origin: Origin
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
        if reason := rules.refusal(token, at):
            return Refused(reason)
        # What a revoked session or a deactivated user still carries is dead, without a statement of its own.
        session = await find_live(tx, token.session_id, at)
        user = await find_user(tx, token.user_id)
        if session is None or user is None or not user.is_active:
            return Refused(RefreshRefusal.REVOKED)
        if token.spent_at is None:
            grant = self._grant(token.family, session, application, signer, at)
            if await store.consume_token(tx, token.id, seal_for_holder(unverified_token, _encode(grant)), at):
                await self._keep(tx, token.family, grant, at)
                return Refreshed(grant, user)
            # Another request with the same token has won since we looked; it left the successor for us.
            token = await store.find_token(tx, hash_token(unverified_token)) or token
        return await self._repeat(tx, unverified_token, token, user, at, origin)

    async def sign(self, grant: Grant) -> TokenSet:
        """Sign what was granted, after the commit; the same grant gives the same tokens."""
        signer = await self.cabinet.named(grant.key_id)
        if signer.is_slow():
            access_token = await asyncio.to_thread(signer.sign, grant.claims, token_type=_ACCESS_TOKEN_TYPE)
        else:
            access_token = signer.sign(grant.claims, token_type=_ACCESS_TOKEN_TYPE)
        return TokenSet(access_token, grant.refresh_token, grant.expires_at)

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

    async def _keep(self, tx: Tx, family: Family, grant: Grant, at: datetime) -> None:
        await store.add_token(
            tx, RefreshToken(new_id(), hash_token(grant.refresh_token), family.id, at, family.expires_at, None, None)
        )

    def _grant(self, family: Family, session: Session, application: Application, signer: Signer, at: datetime) -> Grant:
        expires_at = _whole_seconds(at) + application.access_token_lifetime
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": family.user_id,
            "aud": application.client_id,
            "client_id": application.client_id,
            "azp": application.client_id,
            "iat": int(at.timestamp()),
            "nbf": int(at.timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": new_handle(),
            "sid": family.session_id,
            "auth_time": int(session.created_at.timestamp()),
            "amr": list(session.amr),
        }
        return Grant(claims, signer.algorithm, signer.key_id, new_secret(REFRESH_TOKEN_PREFIX), expires_at)


def _whole_seconds(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond)
