"""What an application's policy at the provider must look like."""

import re
from collections.abc import Iterator
from datetime import timedelta

from gatepass.applications.model import (
    ApplicationType,
    ClientAuthentication,
    GrantType,
    OAuthPolicy,
    Registration,
    Source,
)
from gatepass.kit.lookups.scopes import MANAGEMENT_SCOPES
from gatepass.kit.urls import is_web_address
from gatepass.protocols.jose.foreign import key_set_faults
from gatepass.protocols.oauth2 import templates

# Signing keys stay published this long after they retired, less an hour for clocks and caches (`tokens.key_overlap`).
LONGEST_TOKEN = timedelta(hours=24)
LONGEST_REFRESH = timedelta(days=400)
_SHORTEST = timedelta(minutes=1)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749 §3.3
_MOST_SCOPES = 200
_MOST_AUDIENCES = 50


def faults(registration: Registration) -> Iterator[str]:
    """Yield every fault of a registration's policy, each as a sentence that says what to do."""
    policy = registration.oauth
    yield from _lifetime_faults(registration)
    yield from _authentication_faults(registration.type, policy)
    yield from _scope_faults(policy)
    for label, template in (("oauth.access_claims", policy.access_claims), ("oauth.id_claims", policy.id_claims)):
        yield from (f"{label}: {fault}" for fault in templates.faults(template))
    if policy.jwks:
        yield from (f"oauth.jwks: {fault}" for fault in key_set_faults(policy.jwks))
    for label, url in (
        ("page", policy.home_url),
        ("privacy policy", policy.policy_url),
        ("terms", policy.terms_url),
        ("logout notice", policy.logout_notice_url),
        ("key set", policy.jwks_uri),
    ):
        if url and not is_web_address(url):
            yield f"The address of its {label} must be https (or http on this machine), without user name and fragment."


def _lifetime_faults(registration: Registration) -> Iterator[str]:
    for label, lifetime in (
        ("access", registration.access_token_lifetime),
        ("id", registration.id_token_lifetime),
    ):
        if not _SHORTEST <= lifetime <= LONGEST_TOKEN:
            yield f"An {label} token lives a minute to a day; {lifetime} is outside."
    if not _SHORTEST <= registration.refresh_token_lifetime <= LONGEST_REFRESH:
        yield f"A refresh token lives a minute to 400 days; {registration.refresh_token_lifetime} is outside."
    idle = registration.oauth.refresh_idle_seconds
    if idle and not _SHORTEST <= timedelta(seconds=idle) <= registration.refresh_token_lifetime:
        yield "A refresh token's idle time is at least a minute and no longer than its lifetime; 0 switches it off."


def _authentication_faults(kind: ApplicationType, policy: OAuthPolicy) -> Iterator[str]:
    authentication = policy.authentication
    if authentication not in {None, ClientAuthentication.NONE} and kind is ApplicationType.SPA:
        yield "A page in the browser keeps no secret; leave its authentication out."
    has_keys = bool(policy.jwks.get("keys")) or bool(policy.jwks_uri)
    if authentication is ClientAuthentication.PRIVATE_KEY_JWT and not has_keys:
        yield "Authentication by private_key_jwt needs the application's public keys: give jwks or jwks_uri."
    if policy.requires_signed_requests and not has_keys:
        yield "Signed requests need the application's public keys: give jwks or jwks_uri."
    if policy.jwks and policy.jwks_uri:
        yield "Give either jwks or jwks_uri, not both (RFC 7591 §2)."
    is_public = authentication is ClientAuthentication.NONE or (authentication is None and not kind.keeps_secrets)
    if is_public and GrantType.CLIENT_CREDENTIALS in policy.grants:
        yield "The grant client_credentials is for applications that authenticate (RFC 6749 §4.4)."


def _scope_faults(policy: OAuthPolicy) -> Iterator[str]:
    managing = sorted(MANAGEMENT_SCOPES.intersection(policy.scopes))
    if managing and (policy.is_third_party or policy.source is not Source.OPERATOR):
        yield f"An application of somebody else's can't have the scope {managing[0]}, which manages this server."
    for scope in policy.scopes:
        if not _SCOPE.fullmatch(scope):
            yield f"{scope[:40]!r} is no scope; write letters, digits and signs such as : and . without spaces."
    if len(policy.scopes) > _MOST_SCOPES or len(policy.audiences) > _MOST_AUDIENCES:
        yield f"Name at most {_MOST_SCOPES} scopes and {_MOST_AUDIENCES} audiences."
    for audience in policy.audiences:
        if not is_web_address(audience) and not re.fullmatch(r"urn:[A-Za-z0-9][A-Za-z0-9:._/-]{1,200}", audience):
            yield f"{audience[:60]!r} can't name a resource; write its https address or a urn: (RFC 8707 §2)."
