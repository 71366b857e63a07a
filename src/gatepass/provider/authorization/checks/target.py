"""For whom the tokens are: resources that the application may name (RFC 8707 §2)."""

import re

import msgspec

from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest

# RFC 3986 §4.3: a scheme and something behind it; a fragment never.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+", re.ASCII)


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with its resources, each once.

    Raises:
        Refused: one is no absolute URI, or none that the application may name (`invalid_target`).
    """
    resources = tuple(dict.fromkeys(asked.parameters.all("resource")))
    for resource in resources:
        if _ABSOLUTE.fullmatch(resource) is None:
            raise Refused("invalid_target", "A resource is an absolute URI without a fragment.")
        if resource not in asked.application.oauth.audiences:
            raise Refused("invalid_target", "The application may not ask for tokens for this resource.")
    return msgspec.structs.replace(request, terms=msgspec.structs.replace(request.terms, audiences=resources))
