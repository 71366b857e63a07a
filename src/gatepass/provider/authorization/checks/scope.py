"""What an application may ask for: the scopes of OpenID Connect and those that it was given (RFC 6749 §3.3)."""

import msgspec

from gatepass.applications.model import Application, GrantType
from gatepass.protocols.oauth2 import scopes
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.openid.scopes import OFFLINE, STANDARD
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest
from gatepass.provider.clients.model import refuse_management_scopes


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with the scopes that it may have; others are ignored.

    Raises:
        Refused: the scope has no form (`invalid_scope`), holds one of the management API, which no token of a person
            may carry (the same), or nothing of it is left (the same).
    """
    unverified_text = asked.parameters.get("scope")
    if unverified_text is None:
        return request
    wanted = scopes.parse(unverified_text)
    refuse_management_scopes(wanted)
    scope = scopes.narrow(wanted, allowed_scopes(asked.application))
    if not scope:
        raise Refused("invalid_scope", "The application may have none of the scopes that it asks for.")
    return msgspec.structs.replace(request, terms=msgspec.structs.replace(request.terms, scope=scope))


def allowed_scopes(application: Application) -> frozenset[str]:
    """Return the scopes that an application may ask for; to stay signed in it needs the grant (OIDC Core §11)."""
    offline = (OFFLINE,) if GrantType.REFRESH_TOKEN in application.grants else ()
    return frozenset((*STANDARD, *offline, *application.oauth.scopes))
