"""What the answer is to be: always a code, in one of three ways, with the nonce for its id token (RFC 9700 §2.1.2)."""

import msgspec

from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest, ResponseMode

# A nonce is repeated in every id token to the letter, so a longer one is refused and never cut.
MOST_NONCE_CHARACTERS = 1024


def check_type(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Let a request pass that asks for a code.

    Raises:
        Refused: it asks for something else (`unsupported_response_type`) or for nothing (`invalid_request`).
    """
    wanted = asked.parameters.get("response_type")
    if wanted is None:
        raise Refused("invalid_request", "The response_type is missing; it is code.")
    if wanted != "code":
        raise Refused("unsupported_response_type", "The response_type is code; nothing else is answered.")
    return request


def check_mode(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with the way in which its answer travels.

    Raises:
        Refused: there is no such way (`invalid_request`).
    """
    wanted = asked.parameters.get("response_mode") or ResponseMode.QUERY
    if wanted not in set(ResponseMode):
        raise Refused("invalid_request", "The response_mode is query, fragment or form_post.")
    return msgspec.structs.replace(request, response_mode=ResponseMode(wanted))


def check_nonce(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with its nonce, to the letter.

    Raises:
        Refused: it is too long (`invalid_request`).
    """
    nonce = asked.parameters.get("nonce") or ""
    if len(nonce) > MOST_NONCE_CHARACTERS:
        raise Refused("invalid_request", f"The nonce is longer than {MOST_NONCE_CHARACTERS} characters.")
    return msgspec.structs.replace(request, nonce=nonce)
