"""What tokens say: the claims of access and id tokens, fixed at the moment of the grant."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gatepass.applications.model import Application
from gatepass.kit.ids import REFRESH_TOKEN_PREFIX, new_handle, new_secret
from gatepass.protocols.jose import Signer
from gatepass.protocols.oauth2.templates import fill
from gatepass.sessions.model import Session, acr_of
from gatepass.tokens.model import Family, Grant, Terms
from gatepass.tokens.rights import NO_RIGHTS, Rights
from gatepass.users.model import User
from gatepass.users.queries import named_claims, scoped_claims

_OF_THE_SIGN_IN = ("sid", "grant_id", "auth_time", "amr", "acr", "org_id")


def whole_seconds(moment: datetime) -> datetime:
    """Return a moment without its fraction, because tokens speak of whole seconds."""
    return moment - timedelta(microseconds=moment.microsecond)


def of_grant(
    issuer: str,
    family: Family,
    terms: Terms,
    session: Session,
    user: User,
    rights: Rights,
    application: Application,
    signer: Signer,
    at: datetime,
    nonce: str = "",
    *,
    has_refresh: bool = True,
) -> Grant:
    """Return what a person's tokens will say, and a new refresh token where one belongs to them."""
    id_claims = {}
    if terms.has_id_token:
        id_claims = of_id_token(issuer, application, terms, session, user, rights, nonce, at)
    access_claims = of_access_token(issuer, application, terms, family, session, user, rights, at)
    return Grant(
        access_claims,
        signer.algorithm,
        signer.key_id,
        new_secret(REFRESH_TOKEN_PREFIX) if has_refresh else "",
        datetime.fromtimestamp(access_claims["exp"], UTC),
        id_claims,
        terms,
        family.id,
    )


def of_access_token(
    issuer: str,
    application: Application,
    terms: Terms,
    family: Family,
    session: Session,
    user: User,
    rights: Rights,
    at: datetime,
) -> dict[str, Any]:
    """Return the claims of a person's access token (RFC 9068 §2.2)."""
    claims: dict[str, Any] = {
        **_filled(application.oauth.access_claims, application, user, rights),
        **_common(issuer, family.user_id, application, terms, at),
        "sid": family.session_id,
        "grant_id": family.id,
        **_of_the_proof(terms, session),
        **_of_the_organization(terms),
    }
    if terms.actor:
        claims["act"] = terms.actor
    return _within(session, claims)


def of_own_token(issuer: str, application: Application, terms: Terms, at: datetime) -> dict[str, Any]:
    """Return the claims of a token that an application holds for itself (RFC 6749 §4.4, RFC 9068 §2.2)."""
    return {
        **_filled(application.oauth.access_claims, application, None, NO_RIGHTS),
        **_common(issuer, application.client_id, application, terms, at),
    }


def of_exchanged_token(
    issuer: str, application: Application, terms: Terms, subject: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """Return the claims of a token that another one was exchanged for (RFC 8693 §4.1).

    It speaks of the same subject, lives no longer, and belongs to the same grant, so that it dies with it.
    """
    kept = {name: subject[name] for name in _OF_THE_SIGN_IN if name in subject}
    claims = {**_common(issuer, str(subject["sub"]), application, terms, at), **kept, "act": terms.actor}
    claims["exp"] = min(claims["exp"], int(subject["exp"]))
    return claims


def of_id_token(
    issuer: str,
    application: Application,
    terms: Terms,
    session: Session,
    user: User,
    rights: Rights,
    nonce: str,
    at: datetime,
) -> dict[str, Any]:
    """Return the claims of an id token but `at_hash`, which needs the signed access token (OpenID Connect Core §2)."""
    scope = terms.scope if application.oauth.has_profile_in_id_token else ()
    claims = {
        **_filled(application.oauth.id_claims, application, user, rights),
        **scoped_claims(user, scope),
        **named_claims(user, terms.id_token_claims),
        "iss": issuer,
        "sub": user.id,
        "aud": application.client_id,
        "azp": application.client_id,
        "iat": int(at.timestamp()),
        "exp": int((whole_seconds(at) + application.id_token_lifetime).timestamp()),
        **_of_the_proof(terms, session),
        **_of_the_organization(terms),
        "sid": session.id,
    }
    if nonce:
        claims["nonce"] = nonce
    return _within(session, claims)


def _within(session: Session, claims: dict[str, Any]) -> dict[str, Any]:
    """Return claims that expire no later than the time for which somebody may act in a person's place."""
    if session.is_acted:
        claims["exp"] = min(claims["exp"], int(session.expires_at.timestamp()))
    return claims


def _of_the_proof(terms: Terms, session: Session) -> dict[str, Any]:
    """Return what the proof was on which tokens were granted; a grant of the release before did not keep it."""
    if not terms.auth_time:
        return {
            "auth_time": int(session.authenticated_at.timestamp()),
            "amr": list(session.amr),
            "acr": session.acr,
        }
    return {"auth_time": terms.auth_time, "amr": list(terms.amr), "acr": acr_of(terms.amr)}


def _of_the_organization(terms: Terms) -> dict[str, str]:
    """Return the claim that names the organization to which the person signed in."""
    return {"org_id": terms.organization_id} if terms.organization_id else {}


def _filled(template: dict[str, Any], application: Application, user: User | None, rights: Rights) -> dict[str, Any]:
    """Return the further claims that an application wants, filled with what is known; the standard's own win."""
    if not template:
        return {}
    person = (
        {
            "id": user.id,
            "email": user.email,
            "email_verified": user.email_verified_at is not None,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "name": user.name,
            "locale": user.locale,
            "picture": user.picture,
            "public_metadata": user.public_metadata,
        }
        if user is not None
        else {}
    )
    return fill(
        template,
        {
            "user": {name: value for name, value in person.items() if value != ""},
            "application": {"name": application.name, "client_id": application.client_id},
            "organization": rights.organization,
            "roles": list(rights.roles),
            "permissions": list(rights.permissions),
        },
    )


def _common(issuer: str, subject: str, application: Application, terms: Terms, at: datetime) -> dict[str, Any]:
    now = int(at.timestamp())
    audiences = terms.audiences or (application.client_id,)
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": audiences[0] if len(audiences) == 1 else list(audiences),
        "client_id": application.client_id,
        "azp": application.client_id,
        "iat": now,
        "nbf": now,
        "exp": int((whole_seconds(at) + application.access_token_lifetime).timestamp()),
        "jti": new_handle(),
    }
    if terms.scope:
        claims["scope"] = " ".join(terms.scope)
    if terms.key_thumbprint:
        claims["cnf"] = {"jkt": terms.key_thumbprint}
    return claims
