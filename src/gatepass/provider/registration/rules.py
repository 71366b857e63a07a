"""From what a client says about itself to an application, and back."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

import msgspec

from gatepass.applications.model import (
    ApplicationType,
    Branding,
    ClientAuthentication,
    GrantType,
    OAuthPolicy,
    Registration,
    Source,
)
from gatepass.kit.urls import serialized_origin
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.protocols.jose.foreign import key_set_faults
from gatepass.protocols.oauth2 import redirects
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.registration.addresses import address_fault, belongs_to, is_own_machine
from gatepass.provider.registration.model import ClientMetadata, Hospitality

_GRANTS: Final = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)
_MOST_ADDRESSES: Final = 20
_LONGEST_NAME: Final = 100
_NAMELESS: Final = "Unnamed application"
_JOINERS: Final = frozenset("\u200c\u200d")  # which some scripts, and emoji, can't be written without
_SECRETS: Final = frozenset({ClientAuthentication.BASIC, ClientAuthentication.POST})
_SECRET_MEMBERS: Final = frozenset({"client_secret", "client_secret_expires_at"})
_T = TypeVar("_T")


def read_metadata(unverified_members: Mapping[str, Any]) -> ClientMetadata:
    """Return what a client says about itself; members that are null count as left out (RFC 7592 §2.2).

    Raises:
        Refused: a member is not of its type (`invalid_client_metadata`, `invalid_redirect_uri`).
    """
    members = {name: value for name, value in unverified_members.items() if value is not None}
    try:
        return msgspec.convert(members, ClientMetadata)
    except msgspec.ValidationError as error:
        if "redirect_uris" in str(error) and "post_logout" not in str(error):
            raise Refused("invalid_redirect_uri", "The redirect_uris are a list of texts.") from None
        raise _faulty(f"Check the metadata: {error}.") from None


def registration(metadata: ClientMetadata, hospitality: Hospitality) -> Registration:
    """Return the registration of a client that registers itself; nothing of what it says is proven.

    Raises:
        Refused: it can't be registered like that (`invalid_client_metadata`, `invalid_redirect_uri`).
    """
    method = _one_of(
        ClientAuthentication, metadata.token_endpoint_auth_method or "client_secret_basic", "token_endpoint_auth_method"
    )
    kind = _kind(metadata, method)
    _refuse_redirects(metadata.redirect_uris, kind)
    return _registration(metadata, hospitality, kind, method, Source.REGISTRATION)


def registration_of_document(unverified_members: Mapping[str, Any], url: str, hospitality: Hospitality) -> Registration:
    """Return the registration of a client that is described by the document at an address.

    Args:
        unverified_members: what the document says.
        url: where it was found, which is the client's id.
        hospitality: what the operator lets it have.

    Raises:
        Refused: the document is not its own, holds a secret (Client ID Metadata Document §4.1) or sends answers to
            somebody else's pages (§8.1), or can't be registered for another reason.
    """
    metadata = read_metadata(unverified_members)
    if metadata.client_id != url:
        raise _faulty("The client_id inside the document is not its address.")
    method = _one_of(ClientAuthentication, metadata.token_endpoint_auth_method or "none", "token_endpoint_auth_method")
    if _SECRET_MEMBERS & unverified_members.keys() or method in _SECRETS:
        raise _faulty("A public document shares no secret; use none or private_key_jwt.")
    kind = _kind(metadata, method)
    _refuse_redirects(metadata.redirect_uris, kind)
    if not all(belongs_to(uri, url) for uri in metadata.redirect_uris):
        raise Refused(
            "invalid_redirect_uri", "A document's redirect URIs have its own origin or lie on the person's machine."
        )
    return _registration(metadata, hospitality, kind, method, Source.DOCUMENT)


def _registration(
    metadata: ClientMetadata,
    hospitality: Hospitality,
    kind: ApplicationType,
    method: ClientAuthentication,
    source: Source,
) -> Registration:
    _refuse_others(metadata)
    _refuse_addresses(metadata, hospitality)
    is_public = method is ClientAuthentication.NONE
    return Registration(
        name=_name(metadata),
        type=kind,
        callback_urls=_unique(metadata.redirect_uris),
        logout_urls=_unique(metadata.post_logout_redirect_uris),
        # A page without a secret calls from where it is answered; servers and devices send no origin.
        allowed_origins=_origins(metadata.redirect_uris) if is_public else (),
        signing_algorithm=_algorithm(metadata),
        branding=Branding(logo_url=metadata.logo_uri),
        oauth=OAuthPolicy(
            grants=_grants(metadata),
            authentication=method,
            requires_pkce=is_public,
            requires_pushed_requests=metadata.require_pushed_authorization_requests,
            requires_signed_requests=metadata.require_signed_request_object,
            requires_dpop=metadata.dpop_bound_access_tokens,
            is_third_party=True,
            has_profile_in_id_token=False,
            scopes=hospitality.scopes,
            audiences=hospitality.resources,
            jwks=metadata.jwks,
            jwks_uri=metadata.jwks_uri,
            logout_notice_url=metadata.backchannel_logout_uri,
            home_url=metadata.client_uri,
            policy_url=metadata.policy_uri,
            terms_url=metadata.tos_uri,
            source=source,
        ),
    )


def _algorithm(metadata: ClientMetadata) -> SigningAlgorithm:
    name = "id_token_signed_response_alg"
    return _one_of(SigningAlgorithm, metadata.id_token_signed_response_alg or SigningAlgorithm.RS256, name)


def _kind(metadata: ClientMetadata, method: ClientAuthentication) -> ApplicationType:
    """Return where a client runs; one that does not say is judged by where its answers go."""
    declared = metadata.application_type
    if declared not in {"", "web", "native"}:
        raise _faulty("The application_type is web or native.")
    is_public = method is ClientAuthentication.NONE
    runs_there = is_public and any(is_own_machine(uri) for uri in metadata.redirect_uris[:_MOST_ADDRESSES])
    if declared == "native" or (not declared and runs_there):
        return ApplicationType.NATIVE
    return ApplicationType.SPA if is_public else ApplicationType.WEB


def _grants(metadata: ClientMetadata) -> tuple[GrantType, ...]:
    """Return the grants that a stranger may use of those that it wants: none that works without a person."""
    asked = metadata.grant_types or (GrantType.AUTHORIZATION_CODE.value,)
    if GrantType.AUTHORIZATION_CODE.value not in asked:
        raise _faulty("Name authorization_code among the grant_types; clients like this one get no tokens without it.")
    return tuple(grant for grant in _GRANTS if grant.value in asked)


def _refuse_redirects(unverified_uris: tuple[str, ...], kind: ApplicationType) -> None:
    if not 1 <= len(unverified_uris) <= _MOST_ADDRESSES:
        raise Refused("invalid_redirect_uri", f"Name 1 to {_MOST_ADDRESSES} redirect_uris.")
    for uri in unverified_uris:
        fault = redirects.registration_fault(uri, is_native=kind is ApplicationType.NATIVE)
        if fault is not None:
            raise Refused("invalid_redirect_uri", fault)


def _refuse_others(metadata: ClientMetadata) -> None:
    if metadata.response_types and "code" not in metadata.response_types:
        raise _faulty("The only response type here is code.")
    if metadata.subject_type not in {"", "public"}:
        raise _faulty("The only subject_type here is public.")
    if metadata.jwks and (faults := key_set_faults(metadata.jwks)):
        raise _faulty(" ".join(faults))
    if metadata.jwks and metadata.jwks_uri:
        raise _faulty("Send either jwks or jwks_uri, not both.")
    if len(metadata.post_logout_redirect_uris) > _MOST_ADDRESSES:
        raise _faulty(f"Name at most {_MOST_ADDRESSES} post_logout_redirect_uris.")
    for uri in metadata.post_logout_redirect_uris:
        if fault := redirects.registration_fault(uri, is_native=metadata.application_type == "native"):
            raise _faulty(f"post_logout_redirect_uris: {fault}")


def _refuse_addresses(metadata: ClientMetadata, hospitality: Hospitality) -> None:
    """Refuse what would be shown or fetched later, and lies where no stranger may send anybody (RFC 7591 §5)."""
    for name in ("client_uri", "logo_uri", "policy_uri", "tos_uri", "jwks_uri", "backchannel_logout_uri"):
        url = getattr(metadata, name)
        fault = address_fault(url, allows_loopback=hospitality.allows_loopback) if url else None
        if fault is not None:
            raise _faulty(f"{name}: {fault}")


def _name(metadata: ClientMetadata) -> str:
    name = metadata.client_name.strip()
    if len(name) > _LONGEST_NAME:
        raise _faulty(f"The client_name has at most {_LONGEST_NAME} characters.")
    # Marks that turn the direction of writing, or that nobody sees, make one name look like another.
    if any(unicodedata.category(one).startswith("C") and one not in _JOINERS for one in name):
        raise _faulty("Leave invisible characters out of the client_name.")
    return name or urlsplit(metadata.client_uri or metadata.redirect_uris[0]).hostname or _NAMELESS


def _origins(uris: Iterable[str]) -> tuple[str, ...]:
    found = (serialized_origin(f"{parts.scheme}://{parts.netloc}") for parts in map(urlsplit, uris))
    return _unique(origin for origin in found if origin is not None)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _one_of(kind: Callable[[str], _T], unverified_value: str, name: str) -> _T:
    try:
        return kind(unverified_value)
    except ValueError:
        _refuse(f"The {name} is none of those that the metadata of this server lists.")


def _refuse(sentence: str) -> NoReturn:
    raise _faulty(sentence) from None


def _faulty(sentence: str) -> Refused:
    return Refused("invalid_client_metadata", sentence)
