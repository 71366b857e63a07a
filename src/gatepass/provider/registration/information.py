"""What a client is told about itself."""

from typing import Final

import msgspec

from gatepass.applications.model import Application, ApplicationType, ClientAuthentication, GrantType
from gatepass.protocols.oauth2 import scopes
from gatepass.protocols.openid.scopes import OFFLINE, STANDARD
from gatepass.provider.registration.model import PATHS, ClientInformation, Welcomed

_NEVER: Final = 0


def information(welcomed: Welcomed, registration_token: str, issuer: str) -> ClientInformation:
    """Return what a client is told about itself (RFC 7591 §3.2.1, RFC 7592 §3).

    Args:
        welcomed: the application, and its secret where it has just been made.
        registration_token: the registration access token, as the client holds it.
        issuer: the public URL.
    """
    application, secret = welcomed.application, welcomed.client_secret
    policy = application.oauth
    return ClientInformation(
        client_id=application.client_id,
        client_id_issued_at=int(application.created_at.timestamp()),
        client_secret=msgspec.UNSET if secret is None else secret.reveal(),
        client_secret_expires_at=msgspec.UNSET if secret is None else _NEVER,
        registration_access_token=registration_token,
        registration_client_uri=f"{issuer}{PATHS[0]}/{application.client_id}",
        redirect_uris=application.callback_urls,
        token_endpoint_auth_method=(policy.authentication or ClientAuthentication.NONE).value,
        grant_types=tuple(grant.value for grant in application.grants),
        response_types=("code",),
        application_type=_application_type(application),
        subject_type="public",
        client_name=application.name,
        scope=_scope_of(application),
        id_token_signed_response_alg=application.signing_algorithm.value,
        client_uri=policy.home_url,
        logo_uri=application.branding.logo_url,
        policy_uri=policy.policy_url,
        tos_uri=policy.terms_url,
        jwks=policy.jwks,
        jwks_uri=policy.jwks_uri,
        post_logout_redirect_uris=application.logout_urls,
        backchannel_logout_uri=policy.logout_notice_url,
        require_pushed_authorization_requests=policy.requires_pushed_requests,
        require_signed_request_object=policy.requires_signed_requests,
        dpop_bound_access_tokens=policy.requires_dpop,
    )


def _application_type(application: Application) -> str:
    return "native" if application.type is ApplicationType.NATIVE else "web"


def _scope_of(application: Application) -> str:
    offline = (OFFLINE,) if GrantType.REFRESH_TOKEN in application.grants else ()
    return scopes.join((*STANDARD, *offline, *application.oauth.scopes))
