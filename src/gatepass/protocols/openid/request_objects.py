"""Authorization requests that their client signed (RFC 9101, FAPI 2.0 Message Signing §5.3)."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from gatepass.protocols.jose import TokenRefused
from gatepass.protocols.jose.foreign import read_foreign
from gatepass.protocols.jose.moments import MOST_SKEW_SECONDS, check_moments, moment
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.oauth2.parameters import Parameters, from_members

ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "PS256", "RS256")
MOST_LIFETIME_SECONDS: Final = 3600
_TYPES: Final = (None, "jwt", "oauth-authz-req+jwt")
_OF_THE_TOKEN: Final = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}
_NEVER_INSIDE: Final = ("request", "request_uri")


def read_request_object(
    unverified_request: str,
    keys: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    now: int,
    algorithms: Collection[str] = ALGORITHMS,
    requires_nbf: bool = False,
) -> Parameters:
    """Return the parameters of a request that its client signed; they alone count (RFC 9101 §6.3).

    Args:
        unverified_request: the compact form, at most 16 KiB; an unsigned one is refused.
        keys: the JSON Web Key Set of that client, and of nobody else.
        issuer: our name, which `aud` has to hold.
        client_id: the client that the request outside names.
        now: whole seconds since 1970.
        algorithms: those that this client may use.
        requires_nbf: refuses an object without `nbf`, as FAPI 2.0 Message Signing §5.3.1 asks.

    Raises:
        Refused: the object does not hold (`invalid_request_object`).
    """
    try:
        token = read_foreign(unverified_request, keys, algorithms=algorithms, token_types=_TYPES)
        expires_at = check_moments(token.claims, now)
        begins_at = moment(token.claims, "nbf")
    except TokenRefused as refused:
        raise _refused(f"The request object {refused.reason.value}.") from None
    claims = token.claims
    if expires_at > (begins_at or now) + MOST_LIFETIME_SECONDS + MOST_SKEW_SECONDS:
        raise _refused("The request object is valid for longer than an hour.")
    if begins_at is None and requires_nbf:
        raise _refused("The request object has no nbf.")
    if begins_at is not None and begins_at < now - MOST_LIFETIME_SECONDS - MOST_SKEW_SECONDS:
        raise _refused("The request object was made more than an hour ago.")
    if claims.get("iss", client_id) != client_id or claims.get("client_id") != client_id:
        raise _refused("The iss and the client_id of the request object are not the client.")
    audience = claims.get("aud")
    if issuer not in (audience if isinstance(audience, list) else [audience]):
        raise _refused("The request object is made for another audience.")
    for name in _NEVER_INSIDE:
        if name in claims:
            raise _refused(f"The request object holds {name}.")
    try:
        return from_members({name: value for name, value in claims.items() if name not in _OF_THE_TOKEN})
    except Refused as refused:
        raise _refused(refused.description) from None


def _refused(sentence: str) -> Refused:
    return Refused("invalid_request_object", sentence)
