"""How a request must arrive: pushed (RFC 9126 §6), signed (RFC 9101 §10.5), and from whom (RFC 6749 §4.1)."""

from gatepass.applications.model import GrantType
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Let a request pass that arrived as its application is bound to send it.

    Raises:
        Refused: the application may not ask at all (`unauthorized_client`), or must push (`invalid_request`) or sign
            (`invalid_request_object`) what it asks.
    """
    application = asked.application
    if GrantType.AUTHORIZATION_CODE not in application.grants:
        raise Refused("unauthorized_client", "The application may not ask for authorization codes.")
    if application.oauth.requires_pushed_requests and not asked.is_pushed:
        raise Refused("invalid_request", "The application must push its requests to the PAR endpoint first.")
    if application.oauth.requires_signed_requests and not asked.is_signed:
        raise Refused("invalid_request_object", "The application must sign its requests.")
    return request
