"""The key to which a code and its tokens are bound (RFC 9449 §10).

Whether an application's tokens must be bound is judged where they are asked for, because the key is proven there.
"""

import re

import msgspec

from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest

_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with the key that its code is bound to: what it names, or what was proven with it.

    Raises:
        Refused: it names no thumbprint (`invalid_request`), or another key than was proven (`invalid_dpop_proof`).
    """
    named, proven = asked.parameters.get("dpop_jkt") or "", asked.key_thumbprint
    if named and _THUMBPRINT.fullmatch(named) is None:
        raise Refused("invalid_request", "The dpop_jkt is the SHA-256 thumbprint of a key: 43 characters of base64url.")
    if named and proven and named != proven:
        raise Refused("invalid_dpop_proof", "The dpop_jkt names another key than the one of the DPoP proof.")
    terms = msgspec.structs.replace(request.terms, key_thumbprint=named or proven)
    return msgspec.structs.replace(request, terms=terms)
