"""Assertions by which a client authenticates: `private_key_jwt` (RFC 7523, OpenID Connect Core §9)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatepass.protocols.jose import TokenRefused
from gatepass.protocols.jose.compact import read_object, take_apart
from gatepass.protocols.jose.foreign import read_foreign
from gatepass.protocols.jose.moments import MOST_SKEW_SECONDS, check_moments
from gatepass.protocols.oauth2.errors import Refused

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "PS256", "RS256")
MOST_LIFETIME_SECONDS: Final = 600
_TYPES: Final = (None, "jwt", "client-authentication+jwt")
_IDENTIFIER: Final = re.compile(r"[\x21-\x7E]{1,255}")


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that holds; whether it was used before is for the caller to find out."""

    jti: str
    exp: int


def unverified_client_id(unverified_assertion: str) -> str | None:
    """Return which client an assertion claims to be of, to find its keys; None where it is no assertion."""
    try:
        subject = read_object(take_apart(unverified_assertion).payload).get("sub")
    except TokenRefused:
        return None
    return subject if isinstance(subject, str) and _IDENTIFIER.fullmatch(subject) else None


def read_assertion(
    unverified_assertion: str,
    keys: Mapping[str, Any],
    *,
    client_id: str,
    audiences: Collection[str],
    now: int,
    algorithms: Collection[str] = ALGORITHMS,
    is_audience_single: bool = False,
) -> Assertion:
    """Return what has to be remembered of an assertion that proves a client (RFC 7523 §3).

    Its `jti` has to be refused a second time until `exp` has passed.

    Args:
        unverified_assertion: the compact form, at most 16 KiB.
        keys: the JSON Web Key Set of that client, and of nobody else.
        client_id: the client, which has to be both `iss` and `sub`.
        audiences: our names, of which `aud` has to hold one: the issuer, or the token endpoint as well.
        now: whole seconds since 1970.
        algorithms: those that this client may use.
        is_audience_single: takes `aud` as one text only, as FAPI 2.0 §5.3.2.1 asks.

    Raises:
        Refused: the assertion does not hold (`invalid_client`).
    """
    try:
        token = read_foreign(unverified_assertion, keys, algorithms=algorithms, token_types=_TYPES)
        expires_at = check_moments(token.claims, now)
    except TokenRefused as refused:
        raise _refused(f"The client assertion {refused.reason.value}.") from None
    claims = token.claims
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise _refused("The iss and the sub of the client assertion are not the client.")
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or (is_audience_single and not isinstance(audience, str)):
        raise _refused("The client assertion has no aud of the right form.")
    if not any(isinstance(one, str) and one in audiences for one in named):
        raise _refused("The client assertion is made for another audience.")
    if expires_at > now + MOST_LIFETIME_SECONDS + MOST_SKEW_SECONDS:
        raise _refused("The client assertion expires later than in ten minutes.")
    identifier = claims.get("jti")
    if not isinstance(identifier, str) or _IDENTIFIER.fullmatch(identifier) is None:
        raise _refused("The client assertion has no jti.")
    return Assertion(identifier, expires_at)


def _refused(sentence: str) -> Refused:
    return Refused("invalid_client", sentence)
