"""The challenge that ties a code to whoever asked for it; S256 alone (RFC 7636, RFC 9700 §2.1.1)."""

import msgspec

from gatepass.protocols.oauth2 import pkce
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest
from gatepass.provider.clients.model import keeps_to_fapi


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with its challenge.

    Raises:
        Refused: a challenge is missing that the application needs, or it is not made with S256 (`invalid_request`).
    """
    challenge = asked.parameters.get("code_challenge")
    method = asked.parameters.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise Refused("invalid_request", "There is a code_challenge_method but no code_challenge.")
        application = asked.application
        if application.oauth.requires_pkce or keeps_to_fapi(application) or not application.is_confidential:
            raise Refused("invalid_request", "The code_challenge is missing (RFC 7636).")
        return request
    if method != pkce.METHOD:
        raise Refused("invalid_request", "The code_challenge_method is S256; plain, its default, protects nothing.")
    if not pkce.is_challenge(challenge):
        raise Refused("invalid_request", "The code_challenge is no S256 challenge: 43 characters of base64url.")
    return msgspec.structs.replace(request, code_challenge=challenge)
