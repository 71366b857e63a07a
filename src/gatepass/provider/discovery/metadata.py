"""What the provider can do, in the words of OpenID Connect Discovery 1.0 §3, RFC 8414 §2 and their extensions.

An address is announced if it stands in the endpoint table, and what belongs to it only together with it. So nothing is
announced that this server does not answer.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final

from gatepass.applications.model import ClientAuthentication
from gatepass.gate.pages.languages import LANGUAGES
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.protocols.oauth2 import assertions, dpop, pkce
from gatepass.protocols.openid import request_objects, scopes
from gatepass.provider.authorization.model import Prompt, ResponseMode
from gatepass.users.queries import claim_names

_ENDPOINTS: Final = {
    "authorization_endpoint": "/oauth2/authorize",
    "token_endpoint": "/oauth2/token",
    "userinfo_endpoint": "/oauth2/userinfo",
    "jwks_uri": "/.well-known/jwks.json",
    "revocation_endpoint": "/oauth2/revoke",
    "introspection_endpoint": "/oauth2/introspect",
    "pushed_authorization_request_endpoint": "/oauth2/par",
    "device_authorization_endpoint": "/oauth2/device_authorization",
    "end_session_endpoint": "/oauth2/logout",
    "registration_endpoint": "/oauth2/register",
}
_OF_TOKENS: Final = (
    *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash", "org_id"),
)
_PROVEN: Final = [method.value for method in ClientAuthentication if method is not ClientAuthentication.NONE]
_ANY: Final = [method.value for method in ClientAuthentication]
_ASSERTIONS: Final = list(assertions.ALGORITHMS)


def metadata(issuer: str, paths: Collection[str], grants: Iterable[str], *, has_documents: bool) -> dict[str, Any]:
    """Return the provider's metadata.

    Args:
        issuer: the public URL.
        paths: every path of the endpoint table.
        grants: the grant types that the token endpoint answers.
        has_documents: whether a client id may be the address of a document that describes the client.
    """
    found: dict[str, Any] = {"issuer": issuer}
    found.update({name: f"{issuer}{path}" for name, path in _ENDPOINTS.items() if path in paths})
    found.update(_of_tokens(grants))
    if "authorization_endpoint" in found:
        found.update(_of_requests())
    if "revocation_endpoint" in found:
        found.update(_authentication("revocation", _ANY))
    if "introspection_endpoint" in found:
        found.update(_authentication("introspection", _PROVEN))
    if "pushed_authorization_request_endpoint" in found:
        found["require_pushed_authorization_requests"] = False
    if "end_session_endpoint" in found:
        found.update({"backchannel_logout_supported": True, "backchannel_logout_session_supported": True})
    if has_documents:
        found["client_id_metadata_document_supported"] = True
    found["service_documentation"] = f"{issuer}/openapi.json"
    return found


def _of_tokens(grants: Iterable[str]) -> dict[str, Any]:
    return {
        "grant_types_supported": list(grants),
        **_authentication("token", _ANY),
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        # OpenID Connect Core §15.1 wants every provider to know RS256; each application chooses its own.
        "id_token_signing_alg_values_supported": [algorithm.value for algorithm in SigningAlgorithm],
        "subject_types_supported": ["public"],
        "scopes_supported": [*scopes.STANDARD, scopes.OFFLINE],
        "claims_supported": [*_OF_TOKENS, *claim_names()],
        "claim_types_supported": ["normal"],
        # aal2 follows with the first method that is a second factor.
        "acr_values_supported": ["aal1", "aal2"],
    }


def _of_requests() -> dict[str, Any]:
    return {
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "code_challenge_methods_supported": [pkce.METHOD],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "request_object_signing_alg_values_supported": list(request_objects.ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": list(LANGUAGES),
    }


def _authentication(endpoint: str, methods: list[str]) -> dict[str, Any]:
    return {
        f"{endpoint}_endpoint_auth_methods_supported": methods,
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": _ASSERTIONS,
    }
