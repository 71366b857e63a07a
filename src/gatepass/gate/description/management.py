"""What the description says of calls of the management API: who may make them, and what they share."""

from collections.abc import Iterable
from typing import Any, Final, get_type_hints

import msgspec

from gatepass.access.model import DANGEROUS_SCOPES
from gatepass.gate.model import Caller, Endpoint

CALLERS: Final = frozenset({Caller.MANAGER, Caller.MEMBER})
_IDS: Final = ("_id", "_ids")
_HARMLESS: Final = frozenset({"GET", "HEAD"})
_BEARER, _OPERATOR, _PERSON = "management", "operator", "person"
_SCHEMES: Final[dict[Caller, dict[str, Any]]] = {
    Caller.MANAGER: {
        _BEARER: {
            "type": "http",
            "scheme": "bearer",
            "description": "A management token (client credentials at /oauth2/token) or an API key (`gpk_…`).",
        },
        _OPERATOR: {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-gatepass_session",
            "description": "An operator's session of the dashboard, from a page of this server alone.",
        },
    },
    Caller.MEMBER: {
        _PERSON: {
            "type": "http",
            "scheme": "bearer",
            "description": "The access token of a person who is signed in; their roles say what it opens.",
        },
    },
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repeat with the same key within a day gets the first answer and changes nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_VERSION: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read; the change is made if it is still the present one.",
    "schema": {"type": "string"},
}


def schemes(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the security schemes that calls of an endpoint table use."""
    used = {endpoint.caller for endpoint in endpoints}
    ordered = (caller for caller in Caller if caller in CALLERS and caller in used)
    return {name: scheme for caller in ordered for name, scheme in sorted(_SCHEMES[caller].items())}


def needs(endpoint: Endpoint) -> dict[str, Any]:
    """Return what an operation says of whoever may call it; nothing where anybody may."""
    if endpoint.scope is not None:
        scope = endpoint.scope.value
        return {
            "description": f"Needs the scope `{scope}`.",
            "security": [{_BEARER: [scope]}, {_OPERATOR: [scope]}],
            "x-required-scope": scope,
        }
    if endpoint.caller is not Caller.MEMBER:
        return {}
    permission = endpoint.permission
    said = (
        f"Needs a role that grants `{permission}` in the organization." if permission else "For whoever is signed in."
    )
    return {
        "description": said,
        "security": [{_PERSON: [permission] if permission else []}],
        **({"x-required-permission": permission} if permission else {}),
    }


def headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Return the headers that an operation takes besides."""
    found = [_KEY] if endpoint.is_repeatable else []
    return [*found, _VERSION] if "stale_version" in endpoint.errors else found


def answer_headers(endpoint: Endpoint) -> dict[str, Any]:
    """Return the headers that a good answer carries."""
    if endpoint.caller not in CALLERS or endpoint.query is None:
        return {}
    if "cursor" not in get_type_hints(endpoint.query):
        return {}
    link = {"description": "Where the list goes on, with rel=next (RFC 8288).", "schema": {"type": "string"}}
    return {"headers": {"Link": link}}


def refusals(endpoint: Endpoint) -> dict[str, str]:
    """Return what a call of the management API may be refused for, by status, in a sentence with its codes."""
    changes = endpoint.method not in _HARMLESS
    own = [code for code in endpoint.errors if code != "stale_version"]
    found = {"400": _coded("The request can't be met as it is.", *own, "credential_in_url")}
    nobody = ["credential_required", "invalid_credential", "bound_token"]
    if changes and endpoint.scope in DANGEROUS_SCOPES:
        nobody.append("freshness_required")
    found["401"] = _coded("Nobody proved to call, or by a credential that opens nothing here.", *nobody)
    if endpoint.scope is not None:
        refused = ("insufficient_scope", "organization_caller", "cross_site_form")
        found["403"] = _coded(f"The caller lacks the scope {endpoint.scope.value}, or may not here.", *refused)
    else:
        found["403"] = _coded("The caller's roles do not allow that.", "permission_required")
    if changes:
        codes = ("idempotency_key_reused", "request_in_progress", "outcome_unknown") if endpoint.is_repeatable else ()
        found["409"] = _coded("It conflicts with what is there.", *codes)
    if "stale_version" in endpoint.errors:
        found["412"] = _coded("Somebody changed it since it was read.", "stale_version")
    if _names_something(endpoint):
        found["404"] = "What the request names is not here."
    found["429"] = _coded("Too often; see Retry-After.", "too_many_requests")
    return found


def _names_something(endpoint: Endpoint) -> bool:
    """Tell whether the query or the body names something by its id, which may not be there."""
    taken = [shape for shape in (endpoint.query, endpoint.body) if shape is not None]
    return any(field.encode_name.endswith(_IDS) for shape in taken for field in msgspec.structs.fields(shape))


def _coded(sentence: str, *codes: str) -> str:
    return f"{sentence} Codes: {', '.join(codes)}." if codes else sentence
