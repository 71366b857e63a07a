"""The plan Config OP: what a provider says about itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2)."""

import re
from urllib.parse import urlsplit

from conformance.openid import checks
from conformance.openid.provider import ISSUER, Provider

_URL = f"{ISSUER}/.well-known/openid-configuration"
_TEXTS = {
    "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint",
    "service_documentation", "op_policy_uri", "op_tos_uri", "revocation_endpoint", "introspection_endpoint",
    "pushed_authorization_request_endpoint", "device_authorization_endpoint", "end_session_endpoint",
}  # fmt: skip
_LISTS = {
    "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
    "acr_values_supported", "subject_types_supported", "claims_supported", "claim_types_supported",
    "claims_locales_supported", "ui_locales_supported", "display_values_supported", "prompt_values_supported",
    "code_challenge_methods_supported", "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported", "request_object_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported", "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported", "introspection_endpoint_auth_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
}  # fmt: skip
_FLAGS = {
    "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
    "require_request_uri_registration", "require_pushed_authorization_requests",
    "authorization_response_iss_parameter_supported", "backchannel_logout_supported",
    "backchannel_logout_session_supported", "client_id_metadata_document_supported",
}  # fmt: skip
# BCP 47: language in lower case, script capitalized, region in upper case.
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")


def test_oidcc_discovery_endpoint_verification(provider: Provider) -> None:
    answer = provider.get(_URL)
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    found = answer.json()
    assert found["issuer"] == ISSUER
    _has_a_valid_schema(found)
    assert "code" in found["response_types_supported"]
    assert set(found["subject_types_supported"]) <= {"public", "pairwise"}
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert "none" not in found["id_token_signing_alg_values_supported"]
    assert found.get("userinfo_signing_alg_values_supported", ["none"])
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert urlsplit(found[name]).scheme == "https", name
        assert not urlsplit(found[name]).fragment
    assert found["request_parameter_supported"] is True
    assert found["request_uri_parameter_supported"] is False, "left out, it would mean true"
    assert found["claims_parameter_supported"] is True
    assert "sub" in found["claims_supported"]
    assert {"authorization_code", "refresh_token"} <= set(found["grant_types_supported"])
    assert "openid" in found["scopes_supported"]
    assert all(_SCOPE.fullmatch(scope) for scope in found["scopes_supported"])
    assert all(_LOCALE.fullmatch(locale) for locale in found["ui_locales_supported"])
    assert found["code_challenge_methods_supported"] == ["S256"]


def _has_a_valid_schema(found: dict[str, object]) -> None:
    known = _TEXTS | _LISTS | _FLAGS
    assert set(found) <= known, f"unexpected members: {set(found) - known}"
    for name, value in found.items():
        if name in _TEXTS:
            assert isinstance(value, str), name
            assert value.startswith(f"{ISSUER}/") or value == ISSUER, name
        elif name in _FLAGS:
            assert isinstance(value, bool), name
        else:
            assert isinstance(value, list), name
            assert value, f"{name} is empty, and is to be left out then"
            assert all(isinstance(one, str) for one in value), name
            assert len(value) == len(set(value)), name


def test_oidcc_discovery_endpoint_verification_the_keys_are_valid(provider: Provider) -> None:
    answer = provider.get(provider.metadata["jwks_uri"])
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] in {"application/json", "application/jwk-set+json"}
    checks.key_set(answer.json())
    algorithms = {key["alg"] for key in answer.json()["keys"]}
    assert {"RS256", "ES256"} <= algorithms <= set(provider.metadata["id_token_signing_alg_values_supported"])


def test_what_rfc_8414_publishes_is_the_same_document(provider: Provider) -> None:
    assert provider.get(f"{ISSUER}/.well-known/oauth-authorization-server").json() == provider.metadata


def test_every_endpoint_that_is_announced_answers(provider: Provider) -> None:
    for name, value in provider.metadata.items():
        if name.endswith(("_endpoint", "_uri")):
            assert provider.get(value).status_code != 404, name


def test_what_needs_a_key_or_a_secret_names_how(provider: Provider) -> None:
    metadata = provider.metadata
    for endpoint in ("token", "revocation", "introspection"):
        if f"{endpoint}_endpoint" in metadata:
            methods = metadata[f"{endpoint}_endpoint_auth_methods_supported"]
            assert {"client_secret_basic", "client_secret_post", "private_key_jwt"} <= set(methods)
            algorithms = metadata[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
            assert {"ES256", "PS256"} <= set(algorithms)
            assert "none" not in algorithms
