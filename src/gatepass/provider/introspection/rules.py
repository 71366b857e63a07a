"""How a token is presented, whom it concerns, and what is said of it."""

from collections.abc import Mapping
from typing import Final

from gatepass.applications.model import Application
from gatepass.gate.answers.oauth import challenge
from gatepass.gate.requests.parameters import Parameters
from gatepass.kit.problems import Problem
from gatepass.protocols.oauth2.dpop import ALGORITHMS
from gatepass.protocols.oauth2.scopes import join
from gatepass.provider.introspection.model import Claims, Introspection, PresentedAccessToken
from gatepass.tokens.model import PresentedToken

_SHOWN: Final = (
    *("scope", "client_id", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "sid", "auth_time", "acr", "amr"),
    *("cnf", "act", "org_id"),
)
_SCHEMES: Final = {"bearer": False, "dpop": True}


def challenge_of(error: str, sentence: str, *, is_dpop: bool = False, scope: str = "") -> tuple[bytes, bytes]:
    """Return the challenge that says what was wrong with a token (RFC 6750 §3, RFC 9449 §7.1).

    Args:
        error: the error of the standard; empty where nobody presented anything.
        sentence: what to do.
        is_dpop: whether the scheme is DPoP.
        scope: the scope that would be needed.
    """
    described = sentence if error else ""
    if is_dpop:
        return challenge("DPoP", error=error, error_description=described, scope=scope, algs=" ".join(ALGORITHMS))
    return challenge("Bearer", realm="gatepass", error=error, error_description=described, scope=scope)


def misplaced(sentence: str) -> Problem:
    """Return the problem of a token that came in a wrong way."""
    asked = challenge_of("invalid_request", sentence)
    return Problem("token_misplaced", 400, sentence, oauth_error="invalid_request", headers=(asked,))


def worthless(sentence: str, *, is_dpop: bool) -> Problem:
    """Return the problem of a token that opens nothing."""
    asked = challenge_of("invalid_token", sentence, is_dpop=is_dpop)
    return Problem("token_refused", 401, sentence, oauth_error="invalid_token", headers=(asked,))


def too_narrow(scope: str, *, is_dpop: bool) -> Problem:
    """Return the problem of a token that lacks a scope."""
    sentence = f"Only a token with the scope {scope} opens this."
    asked = challenge_of("insufficient_scope", sentence, is_dpop=is_dpop, scope=scope)
    return Problem("scope_missing", 403, sentence, oauth_error="insufficient_scope", headers=(asked,))


def presented_token(headers: Mapping[bytes, bytes], parameters: Parameters, *, has_body: bool) -> PresentedAccessToken:
    """Return the access token of a request, from its header or its body (RFC 6750 §2.1, §2.2).

    Args:
        headers: the request's, names in lower case.
        parameters: those of the body, or of the query where there is no body.
        has_body: whether a body brings them.

    Raises:
        Problem: there is none, it stands in the address, where logs see it, or there are two.
    """
    in_parameters = parameters.get("access_token")
    if in_parameters is not None and not has_body:
        raise misplaced("Send the token in the Authorization header, not in the address.")
    scheme, _, credentials = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    is_dpop = _SCHEMES.get(scheme.lower())
    if in_parameters is not None:
        if scheme:
            raise misplaced("Send the token once: in the header or in the body.")
        return PresentedAccessToken(in_parameters)
    if is_dpop is None or not credentials.strip():
        sentence = "Send an access token in the Authorization header."
        raise Problem(
            "token_missing", 401, sentence, oauth_error="invalid_token", headers=(challenge_of("", sentence),)
        )
    return PresentedAccessToken(credentials.strip(), is_dpop)


def concerns(application: Application, claims: Claims) -> bool:
    """Tell whether an access token is an application's own, or made for it or for a resource of its."""
    audience = claims.get("aud")
    named = {audience} if isinstance(audience, str) else set(audience or ())
    return claims.get("client_id") == application.client_id or not named.isdisjoint(
        {application.client_id, *application.oauth.audiences}
    )


def of_access_token(claims: Claims) -> Introspection:
    """Return what is said of an access token that is worth something."""
    token_type = "DPoP" if claims.get("cnf") else "Bearer"
    return Introspection(
        active=True, token_type=token_type, **{name: claims[name] for name in _SHOWN if name in claims}
    )


def of_refresh_token(token: PresentedToken, application: Application, issuer: str) -> Introspection:
    """Return what is said of a refresh token that is worth something."""
    key = token.terms.key_thumbprint
    return Introspection(
        active=True,
        scope=join(token.terms.scope),
        client_id=application.client_id,
        exp=int(min(token.expires_at, token.family_expires_at).timestamp()),
        sub=token.user_id,
        aud=application.client_id,
        iss=issuer,
        sid=token.session_id,
        cnf={"jkt": key} if key else {},
    )
