"""What a caller presents, read out of a request: exactly one way of proving (RFC 6749 §2.3)."""

from collections.abc import Mapping

from gatepass.applications.model import Application, ClientAuthentication
from gatepass.gate.requests.parameters import Parameters
from gatepass.protocols.oauth2 import assertions, basic
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.clients.model import Presented

_SECRET_FORMS = frozenset({ClientAuthentication.BASIC, ClientAuthentication.POST})


def presented(headers: Mapping[bytes, bytes], parameters: Parameters) -> Presented:
    """Return who calls and by what they mean to prove it.

    Args:
        headers: the request's, names in lower case.
        parameters: those of the body, or of the query where the endpoint has no body.

    Raises:
        Refused: two ways at once (`invalid_request`), or none that can be read (`invalid_client`).
    """
    found = [one for one in (_basic(headers), _assertion(parameters), _post(parameters)) if one is not None]
    if len(found) > 1:
        raise Refused("invalid_request", "Authenticate in one way alone: header, secret or assertion.")
    client_id = parameters.get("client_id")
    if found:
        if client_id is not None and client_id != found[0].unverified_client_id:
            raise Refused("invalid_client", "The client_id is not that of the credentials.")
        return found[0]
    if client_id is None:
        raise Refused(
            "invalid_client", "Name the client: send its credentials, or its client_id alone if it is public."
        )
    return Presented(ClientAuthentication.NONE, client_id)


def may_use(application: Application, method: ClientAuthentication) -> bool:
    """Tell whether an application may prove itself in this way; by its secret it may in either form unless it chose."""
    chosen = application.oauth.authentication
    if chosen is not None:
        return method is chosen
    return method in _SECRET_FORMS if application.type.keeps_secrets else method is ClientAuthentication.NONE


def _basic(headers: Mapping[bytes, bytes]) -> Presented | None:
    header = headers.get(b"authorization")
    if header is None:
        return None
    credentials = basic.parse(header.decode("latin-1"))
    if credentials is None:
        raise Refused("invalid_client", "The Authorization header holds no Basic credentials that can be read.")
    # Some libraries send a public client's id with an empty password: it names the client and proves nothing.
    method = ClientAuthentication.BASIC if credentials.client_secret else ClientAuthentication.NONE
    return Presented(method, credentials.client_id, credentials.client_secret)


def _post(parameters: Parameters) -> Presented | None:
    secret = parameters.get("client_secret")
    if secret is None:
        return None
    client_id = parameters.get("client_id")
    if client_id is None:
        raise Refused("invalid_client", "Send the client_id beside the client_secret.")
    return Presented(ClientAuthentication.POST, client_id, secret)


def _assertion(parameters: Parameters) -> Presented | None:
    assertion, kind = parameters.get("client_assertion"), parameters.get("client_assertion_type")
    if assertion is None and kind is None:
        return None
    if assertion is None or kind != assertions.ASSERTION_TYPE:
        raise Refused("invalid_client", "Send client_assertion with the client_assertion_type of RFC 7523.")
    client_id = assertions.unverified_client_id(assertion)
    if client_id is None:
        raise Refused("invalid_client", "The client_assertion names no client.")
    return Presented(ClientAuthentication.PRIVATE_KEY_JWT, client_id, assertion)
