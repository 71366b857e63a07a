"""Which claims and which assurance are asked for by name (OpenID Connect Core §5.5, §5.5.1.1)."""

from collections.abc import Iterable

import msgspec

from gatepass.applications.model import Application
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.openid.claims import AskedClaim, AskedClaims, parse
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest
from gatepass.users.queries import claim_names, scope_claim_names

REACHABLE_ACR = ("aal1", "aal2")
_MOST_ACR_VALUES = 20
_NOT_ASKED = AskedClaim()


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with the claims that it asks for by name, those that nobody has left out.

    Raises:
        Refused: the parameter has no form (`invalid_request`), names two people (the same), or demands an assurance
            that no sign-in here has (`unmet_authentication_requirements`).
    """
    unverified_text = asked.parameters.get("claims")
    if unverified_text is None:
        return request
    wanted = parse(unverified_text)
    shown = _shown(asked.application, request.terms.scope)
    terms = msgspec.structs.replace(
        request.terms,
        id_token_claims=_names(wanted.id_token, shown),
        userinfo_claims=_names(wanted.userinfo, shown),
    )
    request = msgspec.structs.replace(request, terms=terms, subject=_subject(wanted))
    acr = wanted.id_token.get("acr", _NOT_ASKED)
    values = tuple(str(value) for value in acr.values)
    if not acr.is_essential or not values:
        return msgspec.structs.replace(request, acr_values=values)
    if not set(values) & set(REACHABLE_ACR):
        raise Refused("unmet_authentication_requirements", "No sign-in here has the acr that is essential.")
    return msgspec.structs.replace(request, essential_acr=values)


def check_acr_values(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with the assurances that would be welcome; none of them is demanded.

    Raises:
        Refused: they are too many (`invalid_request`).
    """
    values = (asked.parameters.get("acr_values") or "").split()
    if len(values) > _MOST_ACR_VALUES:
        raise Refused("invalid_request", f"Send at most {_MOST_ACR_VALUES} acr_values.")
    return msgspec.structs.replace(request, acr_values=tuple(values) or request.acr_values)


def _shown(application: Application, scope: Iterable[str]) -> frozenset[str]:
    """Return the claims that may be named; a third party is shown those of its scopes alone, which people allow."""
    return frozenset(scope_claim_names(scope) if application.oauth.is_third_party else claim_names())


def _names(wanted: Iterable[str], shown: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in wanted if name in shown)


def _subject(wanted: AskedClaims) -> str:
    """Return the one person whom the answer may be about (OpenID Connect Core §5.5.1, on `sub`)."""
    named = {str(value) for place in (wanted.id_token, wanted.userinfo) for value in _values_of_sub(place)}
    if len(named) > 1:
        raise Refused("invalid_request", "The claims parameter names more than one sub.")
    return next(iter(named), "")


def _values_of_sub(place: dict[str, AskedClaim]) -> tuple[object, ...]:
    return place.get("sub", _NOT_ASKED).values
