"""Where the answer goes: a registered address, to the letter (RFC 6749 §3.1.2, RFC 9700 §2.1).

The first check of all. Until it has passed nobody may be redirected; after it every error goes to the application.
"""

from gatepass.applications.model import Application
from gatepass.protocols.oauth2 import redirects
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest


def check(asked: Asked) -> AuthorizationRequest:
    """Return the beginning of a request: where its answer goes, and the state that goes with it.

    Raises:
        Refused: the address is missing or not one of the application's (`invalid_redirect_uri`).
    """
    application = asked.application
    unverified_uri = asked.parameters.get("redirect_uri")
    state = asked.parameters.get("state") or ""
    if unverified_uri is None:
        uri = _only_one(application, is_openid="openid" in (asked.parameters.get("scope") or "").split(" "))
        return AuthorizationRequest(redirect_uri=uri, has_redirect_uri=False, state=state)
    if not redirects.matches(application.callback_urls, unverified_uri, is_native=application.is_native):
        raise _refused("The redirect_uri is none of the addresses that the application registered, to the letter.")
    return AuthorizationRequest(redirect_uri=_answerable(unverified_uri), state=state)


def _only_one(application: Application, *, is_openid: bool) -> str:
    """Return the only registered address, which need not be sent (RFC 6749 §3.1.2.3) but in OpenID Connect."""
    if is_openid or len(application.callback_urls) != 1:
        raise _refused("The redirect_uri is missing.")
    return _answerable(application.callback_urls[0])


def _answerable(uri: str) -> str:
    try:
        redirects.with_parameters(uri, {}, "query")
    except ValueError:
        raise _refused("The redirect_uri that is registered has characters that no address has; encode them.") from None
    return uri


def _refused(sentence: str) -> Refused:
    return Refused("invalid_redirect_uri", sentence)
