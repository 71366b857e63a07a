"""Codes: given once, spent once, and what a code that comes back does to the tokens that it bought."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from gatepass.applications.model import Application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.ids import CODE_PREFIX, is_well_formed, new_id, new_secret
from gatepass.kit.secrets import hash_token
from gatepass.protocols.oauth2 import pkce
from gatepass.provider.authorization import store
from gatepass.provider.authorization.membership.admission import is_member
from gatepass.provider.authorization.model import (
    AuthorizationCode,
    AuthorizationRequest,
    CodeRefusal,
    Redeemed,
    Refused,
)
from gatepass.provider.consents.flows import still_allows
from gatepass.sessions.model import Account
from gatepass.sessions.queries import find_live
from gatepass.tokens.flows import revoke_family
from gatepass.users.queries import find_user


@dataclass(frozen=True, slots=True)
class Presented:
    """What comes with a code at the token endpoint.

    Args:
        unverified_redirect_uri: the URI that the token request names; None where it names none.
        unverified_verifier: the PKCE verifier; None where there is none.
        key_thumbprint: the key that the client has proven to hold; None or empty where it has proven none.
        needs_redirect_uri: whether the URI must be repeated; the documented exchange has no place for it.
    """

    unverified_redirect_uri: str | None
    unverified_verifier: str | None
    key_thumbprint: str | None
    needs_redirect_uri: bool = True


async def issue(
    tx: Tx, application: Application, request: AuthorizationRequest, account: Account, lifetime: timedelta, at: datetime
) -> str:
    """Add a code for an account and return it; only its hash is kept."""
    code = new_secret(CODE_PREFIX)
    await store.add_code(
        tx,
        AuthorizationCode(
            id=new_id(),
            code_hash=hash_token(code),
            application_id=application.id,
            user_id=account.user.id,
            session_id=account.session.id,
            redirect_uri=request.redirect_uri if request.has_redirect_uri else "",
            # The organization is granted from here on: who asked to sign in to it belongs there.
            terms=msgspec.structs.replace(request.terms, organization_id=request.organization),
            nonce=request.nonce,
            code_challenge=request.code_challenge,
            state_hash=hash_token(request.state) if request.state else None,
            created_at=at,
            expires_at=at + lifetime,
            spent_at=None,
            family_id=None,
        ),
    )
    return code


async def redeem(
    tx: Tx, unverified_code: str, application: Application, presented: Presented, at: datetime, origin: Origin
) -> Redeemed | Refused:
    """Spend a code and judge whoever presents it; a code that was presented wrongly is spent too.

    Spending comes first, in one statement, so that of many who present it at once one is judged at all.
    """
    if not is_well_formed(unverified_code, CODE_PREFIX):
        return Refused(CodeRefusal.UNKNOWN)
    code_hash = hash_token(unverified_code)
    code = await store.consume_code(tx, code_hash, at)
    if code is None:
        return await _came_too_late(tx, code_hash, at, origin)
    if reason := _refusal(code, application, presented):
        return Refused(reason)
    session = await find_live(tx, code.session_id, at)
    user = await find_user(tx, code.user_id)
    if session is None or user is None or not user.is_active:
        return Refused(CodeRefusal.SIGNED_OUT)
    taken_back = await _taken_back(tx, code, application)
    return Refused(taken_back) if taken_back is not None else Redeemed(code, session, user)


async def _taken_back(tx: Tx, code: AuthorizationCode, application: Application) -> CodeRefusal | None:
    """Return what the person had when the code was made and has no more: the consent, or the organization."""
    if application.oauth.is_third_party and not await still_allows(tx, code.user_id, application.id, code.terms.scope):
        return CodeRefusal.CONSENT_TAKEN_BACK
    if not await is_member(tx, code.user_id, code.terms.organization_id):
        return CodeRefusal.NO_MEMBER
    return None


async def _came_too_late(tx: Tx, code_hash: bytes, at: datetime, origin: Origin) -> Refused:
    code = await store.find_code(tx, code_hash)
    if code is None:
        return Refused(CodeRefusal.UNKNOWN)
    if code.spent_at is None:
        return Refused(CodeRefusal.EXPIRED)
    # Two held the same code, and one of them stole it: nobody keeps what it bought (RFC 6749 §4.1.2).
    if code.family_id is not None:
        await revoke_family(tx, code.family_id, at)
    await record(
        tx,
        EventKind.CODE_REUSED,
        at=at,
        origin=origin,
        application_id=code.application_id,
        user_id=code.user_id,
        data={"session_id": code.session_id, "family_id": code.family_id or ""},
    )
    return Refused(CodeRefusal.REUSED)


def _refusal(code: AuthorizationCode, application: Application, presented: Presented) -> CodeRefusal | None:
    """Return why a code is not for whoever presents it (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9449 §10)."""
    if code.application_id != application.id:
        return CodeRefusal.OTHER_APPLICATION
    is_left_out = presented.unverified_redirect_uri is None and not presented.needs_redirect_uri
    if not is_left_out and not _redirects_alike(code, application, presented.unverified_redirect_uri):
        return CodeRefusal.OTHER_REDIRECT
    if reason := _verifier_refusal(code.code_challenge, presented.unverified_verifier):
        return reason
    bound_to = code.terms.key_thumbprint
    if bound_to and not hmac.compare_digest(bound_to.encode(), (presented.key_thumbprint or "").encode()):
        return CodeRefusal.WRONG_KEY
    return None


def _redirects_alike(code: AuthorizationCode, application: Application, unverified_uri: str | None) -> bool:
    """Tell whether the token request names the redirect URI of the authorization request.

    It may leave it out where a challenge ties the two together (OAuth 2.1), or where it was left out before.
    """
    if unverified_uri is None:
        return not code.redirect_uri or bool(code.code_challenge)
    if code.redirect_uri:
        return unverified_uri == code.redirect_uri
    return unverified_uri in application.callback_urls


def _verifier_refusal(challenge: str, unverified_verifier: str | None) -> CodeRefusal | None:
    """Return what is wrong with a verifier; one that nobody asked for is the mark of a downgrade (RFC 9700 §2.1.1)."""
    if not challenge:
        return CodeRefusal.VERIFIER_UNASKED if unverified_verifier else None
    if not unverified_verifier:
        return CodeRefusal.VERIFIER_MISSING
    return None if pkce.matches(unverified_verifier, challenge) else CodeRefusal.VERIFIER_WRONG
