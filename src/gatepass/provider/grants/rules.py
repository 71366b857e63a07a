"""What of a token request holds for every grant, and what its refusals are called."""

from collections.abc import Collection
from typing import Any, Final

from gatepass.applications.model import Application
from gatepass.gate.requests.parameters import Parameters
from gatepass.kit.lookups.scopes import MANAGEMENT_SCOPES
from gatepass.kit.problems import Problem
from gatepass.protocols.oauth2 import scopes
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.model import CodeRefusal
from gatepass.provider.clients.model import oauth_problem
from gatepass.provider.grants.model import TokenRequest
from gatepass.tokens.model import RefreshRefusal, Terms

# A, for whom B acts, for whom C acts, …: longer chains are loops, or too long to be judged by anybody.
_MOST_ACTORS: Final = 4

Claims = dict[str, Any]

_REFRESH = {
    RefreshRefusal.UNKNOWN: ("invalid_grant", "That refresh token is not known here, or is another client's."),
    RefreshRefusal.EXPIRED: ("invalid_grant", "That refresh token has expired."),
    RefreshRefusal.REVOKED: ("invalid_grant", "That refresh token was revoked, or its session has ended."),
    RefreshRefusal.REUSED: ("invalid_grant", "That refresh token was used before, so its descendants are revoked."),
    RefreshRefusal.WIDER_SCOPE: ("invalid_scope", "Ask for no more scope than was granted."),
    RefreshRefusal.WIDER_AUDIENCE: ("invalid_target", "Name only resources that were granted."),
    RefreshRefusal.WRONG_KEY: ("invalid_grant", "That refresh token is bound to a key; prove that one."),
    RefreshRefusal.NO_MEMBER: ("invalid_grant", "The person is no member of the token's organization any more."),
}  # fmt: skip

_CODE = {
    CodeRefusal.UNKNOWN: "That code is not known here.",
    CodeRefusal.EXPIRED: "That code has expired.",
    CodeRefusal.REUSED: "That code was used before, so what it bought is revoked.",
    CodeRefusal.OTHER_APPLICATION: "That code is another client's.",
    CodeRefusal.OTHER_REDIRECT: "Send the redirect_uri of the authorization request.",
    CodeRefusal.VERIFIER_MISSING: "Send the code_verifier of the authorization request's code_challenge.",
    CodeRefusal.VERIFIER_WRONG: "The code_verifier does not match the code_challenge.",
    CodeRefusal.VERIFIER_UNASKED: "There is a code_verifier, but the authorization request had no code_challenge.",
    CodeRefusal.WRONG_KEY: "That code is bound to a key; prove that one.",
    CodeRefusal.SIGNED_OUT: "The session that the code came from has ended.",
    CodeRefusal.CONSENT_TAKEN_BACK: "The person took back what they had allowed the client.",
    CodeRefusal.NO_MEMBER: "The person is no member of the organization any more.",
}


def refused(error: str, sentence: str) -> Problem:
    """Return the problem of a token request that is refused (RFC 6749 §5.2)."""
    return oauth_problem(Refused(error, sentence))


def refresh_problem(reason: RefreshRefusal) -> Problem:
    """Return the problem that a refused refresh token is at the token endpoint."""
    return refused(*_REFRESH[reason])


def code_problem(reason: CodeRefusal) -> Problem:
    """Return the problem that a refused code is, at the token endpoint and in the documented exchange."""
    return Problem("invalid_grant", 400, _CODE[reason])


def needed(parameters: Parameters, name: str) -> str:
    """Return the value of a parameter that a grant can't do without.

    Raises:
        Problem: it was left out (`invalid_request`).
    """
    value = parameters.get(name)
    if value is None:
        raise refused("invalid_request", f"Send the parameter {name}.")
    return value


def read_scope(parameters: Parameters) -> tuple[str, ...] | None:
    """Return the scope that a request asks for; None where it says nothing.

    Raises:
        Problem: it is malformed (`invalid_scope`).
    """
    text = parameters.get("scope")
    if text is None:
        return None
    try:
        return scopes.parse(text)
    except Refused as fault:
        raise oauth_problem(fault) from None


def read_audiences(parameters: Parameters, application: Application) -> tuple[str, ...] | None:
    """Return the resources that a request names (RFC 8707 §2, RFC 8693 §2.1); None where it names none.

    Raises:
        Problem: one of them is not the application's to name (`invalid_target`).
    """
    named = tuple(dict.fromkeys((*parameters.all("resource"), *parameters.all("audience"))))
    if not set(named) <= set(application.oauth.audiences):
        raise refused("invalid_target", "The client may not ask for tokens for that resource.")
    return named or None


def allowed_scope(asked: tuple[str, ...] | None, allowed: Collection[str]) -> tuple[str, ...]:
    """Return the scope that was asked for, where all of it is allowed; nothing where nothing was asked for.

    Raises:
        Problem: it holds something that is not allowed (`invalid_scope`).
    """
    if asked is not None and not set(asked) <= set(allowed):
        raise refused("invalid_scope", "The client may not ask for all of that scope.")
    return asked or ()


def may_present(application: Application, claims: Claims) -> bool:
    """Tell whether a token was made for an application, or for a resource that is the application's to name."""
    audience = claims.get("aud")
    named = {audience} if isinstance(audience, str) else set(audience or ())
    return not named.isdisjoint({application.client_id, *application.oauth.audiences})


def exchange_terms(request: TokenRequest, subject: Claims, actor: Claims | None) -> Terms:
    """Return on which terms a token is exchanged: no wider than it is, no wider than the application's own policy.

    Args:
        request: what the application asks for.
        subject: the claims of the token that is exchanged.
        actor: the claims of the token of whoever acts; None where the application itself does.

    Raises:
        Problem: it asks for more (`invalid_scope`), or too many act for one another already (`invalid_request`).
    """
    held = str(subject.get("scope", "")).split()
    # Who manages does so under its own name: what opens the management API is not passed on.
    own = frozenset(request.application.oauth.scopes) - MANAGEMENT_SCOPES
    allowed = tuple(word for word in held if word in own)
    if request.scope is not None and not set(request.scope) <= set(allowed):
        raise refused("invalid_scope", "The token that is exchanged, or the client, has not all of that scope.")
    return Terms(
        scope=allowed if request.scope is None else request.scope,
        audiences=request.audiences or (),
        key_thumbprint=request.key_thumbprint,
        actor=_actor(request.application, subject, actor),
    )


def _actor(application: Application, subject: Claims, actor: Claims | None) -> Claims:
    acts: Claims = {"sub": application.client_id if actor is None else actor["sub"]}
    earlier = subject.get("act")
    depth, one = 1, earlier
    while isinstance(one, dict):
        depth, one = depth + 1, one.get("act")
    if depth > _MOST_ACTORS:
        raise refused("invalid_request", "Too many act for one another in that token already.")
    return {**acts, "act": earlier} if earlier else acts
