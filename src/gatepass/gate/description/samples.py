"""What stands for each parameter in the examples of the description, and which parameters an example shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Words in capitals stand for what the reader alone knows: an earlier answer, a mail, the application's registration.
_PLACEHOLDER: Final = re.compile(r"[A-Z]+(_[A-Z]+)*")
_CALLBACK: Final = "https://app.example.com/callback"
_NEW_PASSWORD: Final = "seven kind words of your own"  # noqa: S105 - an example
_SAMPLES: Final[dict[str, Any]] = {
    "access_token": "ACCESS_TOKEN",
    "authenticator_id": "AUTHENTICATOR_ID",
    "client_id": "CLIENT_ID",
    "code": "AUTHORIZATION_CODE",
    "code_challenge": "CODE_CHALLENGE",
    "code_challenge_method": "S256",
    "code_verifier": "CODE_VERIFIER",
    "device_code": "DEVICE_CODE",
    "domain": "auth.example.com",
    "email": "ana@example.com",
    "grant_type": "authorization_code",
    "id_token_hint": "ID_TOKEN",
    "identifier": "ana@example.com",
    "invitation_id": "INVITATION_ID",
    "magictext": "MAGICTEXT",
    "otp": "CODE",
    "password": "PASSWORD",
    "post_logout_redirect_uri": "https://app.example.com/",
    "redirect_uri": _CALLBACK,
    "refresh_token": "REFRESH_TOKEN",
    "request": "REQUEST",
    "request_uri": "REQUEST_URI",
    "response_type": "code",
    "scope": "openid email",
    "state": "STATE",
    "subject_token": "ACCESS_TOKEN",
    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "token": "ACCESS_TOKEN",
    "wait": 25,
}


@dataclass(frozen=True, slots=True)
class Example:
    """One sensible call.

    Args:
        values: the parameters that it sends, by name.
        title: what it does, where an endpoint has several examples.
    """

    values: Mapping[str, Any]
    title: str = ""


def _shown(*names: str, title: str = "", **values: Any) -> Example:
    return Example({**{name: _SAMPLES[name] for name in names}, **values}, title)


_REQUEST: Final = _shown(
    *("response_type", "redirect_uri", "scope"),
    state="something-unguessable",
    code_challenge="CODE_CHALLENGE",
    code_challenge_method="S256",
)
_CLIENT: Final = _shown("scope", client_name="Example", redirect_uris=[_CALLBACK])
_APPLICATION: Final = Example({"name": "Shop", "type": "web", "callback_urls": [_CALLBACK]})
_PEOPLE: Final = Example({"user_ids": ["USER_ID"]})
_ROLES: Final = Example({"role_ids": ["ROLE_ID"]})
_INVITATION: Final = Example(
    {
        "invitee": {"email": "ana@example.com", "first_name": "Ana"},
        "inviter": {"email": "kofi@example.com", "name": "Kofi Mensah"},
        "role_ids": ["ROLE_ID"],
        "expire_in_minutes": 10_080,
    }
)
_RESENT: Final = Example({"invitation_id": "INVITATION_ID"})
_RESTING: Final = Example({"status": "inactive"})
_TEMPLATE: Final = Example(
    {"format": "html", "subject": "Sign in to {{ app_name }}", "source": "<p>Your code is {{.OTP}}</p>"}
)
_OF_DEVICES: Final = "urn:ietf:params:oauth:grant-type:device_code"
_OF_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_ROLE: Final = Example(
    {"name": "Auditor", "slug": "auditor", "description": "Reads reports.", "permission_id": ["PERMISSION_ID"]}
)
_STREAM: Final = Example(
    {
        "name": "Security log",
        "kind": "https",
        "format": "ocsf",
        "families": ["authentication", "account"],
        "url": "https://logs.example.com/in",
        "headers": {"Authorization": "Bearer SECRET"},
    }
)
_WEBHOOK: Final = Example(
    {
        "url": "https://shop.example.com/hooks/gatepass",
        "events": ["account", "user.login.succeeded"],
        "description": "Shop",
    }
)
_CHANGED_ROLE: Final = Example(
    {"name": "Reviewer", "description": "Reads reports.", "permission_id": ["PERMISSION_ID"]}
)
_CHANGED_PERMISSION: Final = Example({"name": "Read all reports", "description": "Open any report of the house."})
_PERMISSION: Final = Example({"name": "Read reports", "slug": "read:reports", "description": "Open any report."})
# By the endpoint's name: what is shown beside the parameters that are required, or instead of their usual samples.
_EXAMPLES: Final[dict[str, tuple[Example, ...]]] = {
    "email_otp_resend": (_shown(state="EMAIL_STATE"),),
    "email_otp_verify": (_shown(state="EMAIL_STATE", otp="EMAIL_CODE"),),
    "mfa_enroll_totp_confirm": (_shown(otp="APP_CODE"),),
    "mfa_initiate": (Example({"authenticator_type": "otp"}),),
    "mfa_validate": (_shown(otp="MFA_CODE"),),
    "passkey_rename": (Example({"name": "Work laptop"}),),
    "password_change": (_shown(password=_NEW_PASSWORD),),
    "password_reset_complete": (_shown(state="RESET_STATE", otp="RESET_CODE", password=_NEW_PASSWORD),),
    "password_signup_complete": (_shown(state="SIGNUP_STATE", otp="SIGNUP_CODE", password=_NEW_PASSWORD),),
    "phone_otp_resend": (_shown(state="PHONE_STATE"),),
    "phone_otp_verify": (_shown(state="PHONE_STATE", otp="PHONE_CODE"),),
    "add_colleagues": (_PEOPLE,),
    "add_organization_domain": (Example({"domain": "acme.example"}),),
    "add_organization_members": (_PEOPLE,),
    "add_tenant_users": (_PEOPLE,),
    "add_operator": (Example({"user_id": "USER_ID", "scopes": ["users:read", "users:write"]}),),
    "add_role_permissions": (Example({"id": "ROLE_ID", "permission_ids": ["PERMISSION_ID"]}),),
    "add_user_address": (Example({"email": "ana@acme.example", "email_verified": True}),),
    "add_user_phone": (Example({"phone": "+49 30 123456"}),),
    "auth_status": (_shown("identifier"),),
    "authorize": (
        Example(_REQUEST.values, "A request in the address"),
        _shown("request_uri", title="A request that was pushed"),
    ),
    "authorize_form": (_REQUEST,),
    "block_user": (Example({"reason": "Chargeback of invoice 42"}),),
    "change_application": (Example({"branding": {"accent": "#4f46e5"}}),),
    "change_event_stream": (_STREAM,),
    "create_event_stream": (_STREAM,),
    "create_webhook": (_WEBHOOK,),
    "change_webhook": (Example({"events": ["*"]}),),
    "replay_webhook": (Example({"since": "2026-01-31T12:00:00Z"}),),
    "reset_event_stream": (Example({"after": 0}),),
    "verify_events": (Example({"since": 0, "limit": 10_000}),),
    "change_client": (Example({"client_id": "REGISTERED_ID", **_CLIENT.values}),),
    "change_colleague": (_RESTING,),
    "change_permission": (_CHANGED_PERMISSION,),
    "change_role": (_CHANGED_ROLE,),
    "change_role_of_organization": (_CHANGED_ROLE,),
    "change_organization": (Example({"metadata": {"tier": "gold"}}),),
    "change_organization_member": (_RESTING,),
    "change_user_address": (Example({"is_primary": True}),),
    "change_user_phone": (Example({"phone_verified": True}),),
    "code_exchange": (_shown("code_verifier"),),
    "code_exchange_documented": (_shown("code_verifier"),),
    "configuration": (_shown("client_id"),),
    "create_api_key": (Example({"name": "Nightly export", "scopes": ["users:read"], "networks": ["192.0.2.0/24"]}),),
    "create_permission": (_PERMISSION,),
    "create_role": (_ROLE,),
    "create_role_of_organization": (Example({"name": "Translator", "description": "Translates."}),),
    "create_application": (_APPLICATION,),
    "create_custom_domain": (Example({"domain": "auth.acme.example", "application_id": "APPLICATION_ID"}),),
    "create_invitation": (_INVITATION,),
    "create_invitation_as_member": (Example({"invitee": {"email": "ana@example.com"}, "role_ids": ["ROLE_ID"]}),),
    "create_organization": (Example({"Name": "Acme", "WhiteListDomains": ["acme.example"]}),),
    "create_tenant": (Example({"name": "initech", "display_name": "Initech", "domains": ["initech.example"]}),),
    "create_user": (Example({"email": "ana@example.com", "first_name": "Ana", "last_name": "Silva"}),),
    "create_users": (
        Example({"users": [{"email": "bo@example.com", "first_name": "Bo"}, {"email": "cleo@example.com"}]}),
    ),
    "device_authorization": (_shown("scope"),),
    "impersonation_begin": (
        Example({"reason": "Ticket 4711: the cart stays empty", "client_id": "CLIENT_ID", "minutes": 15}),
    ),
    "logout": (_shown("id_token_hint", "post_logout_redirect_uri"),),
    "logout_form": (_shown("id_token_hint", "post_logout_redirect_uri"),),
    "magic_link_status": (_shown("wait"),),
    # The link's own handle, which is another than the application's.
    "magic_link_verify": (_shown(state="LINK_STATE"),),
    "patch_permission": (Example({"is_default": True}),),
    "patch_role": (Example({"description": "Reads every report."}),),
    "patch_role_of_organization": (Example({"description": "Reads every report."}),),
    "patch_user": (Example({"last_name": "Souza", "public_metadata": {"plan": None}}),),
    "patch_user_metadata": (Example({"public_metadata": {"plan": "pro"}}),),
    "pushed_authorization_request": (_REQUEST,),
    "register_client": (_CLIENT,),
    "remove_colleagues": (_PEOPLE,),
    "remove_organization_members": (_PEOPLE,),
    "remove_tenant_users": (_PEOPLE,),
    "replace_application": (_APPLICATION,),
    "replace_user": (Example({"email": "ana.souza@example.com", "first_name": "Ana", "last_name": "Souza"}),),
    "replace_user_metadata": (Example({"public_metadata": {"plan": "pro"}, "private_metadata": {}}),),
    "resend_invitation": (_RESENT,),
    "resend_invitation_as_member": (_RESENT,),
    "revocation": (_shown(token="REFRESH_TOKEN"),),  # noqa: S106 - a placeholder
    "set_colleague_roles": (_ROLES,),
    "set_organization_member_roles": (_ROLES,),
    "set_tenant_user_roles": (_ROLES,),
    "phone_otp_send": (Example({"phone": "+49 151 23456789"}),),
    "preview_mail_template": (_TEMPLATE,),
    "save_mail_template": (_TEMPLATE,),
    "set_user_roles": (Example({"role_id": ["ROLE_ID"]}),),
    "test_mail_template": (Example({"address": "ana@example.com"}),),
    "token": (
        _shown("code", "redirect_uri", "code_verifier", title="The code of a sign-in"),
        _shown("refresh_token", title="A refresh token", grant_type="refresh_token"),
        _shown(title="The application itself", grant_type="client_credentials"),
        _shown("device_code", title="A device that was let in", grant_type=_OF_DEVICES),
        _shown("subject_token", "subject_token_type", title="One token for another", grant_type=_OF_EXCHANGE),
    ),
    "update_organization": (Example({"Name": "Acme Group", "website": "https://acme.example"}),),
    "update_own_tenant": (Example({"display_name": "Acme Inc."}),),
    "update_tenant": (Example({"display_name": "Acme Inc."}),),
    "userinfo_by_form": (_shown("access_token"),),
    "verify_user": (Example({"verification_status": "true"}),),
}


def described_names() -> frozenset[str]:
    """Return the names of the endpoints that the table speaks of."""
    return frozenset(_EXAMPLES)


def is_placeholder(value: object) -> bool:
    """Tell whether a sample only stands for what the reader has to put there."""
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


def examples_of(name: str, schema: Mapping[str, Any]) -> list[Example]:
    """Return the examples of an endpoint; each has at least the parameters that are required.

    Args:
        name: the endpoint's.
        schema: the JSON Schema of its parameters, those of the query or those of the body.
    """
    needed = {parameter: _SAMPLES.get(parameter, "…") for parameter in schema.get("required", ())}
    return [Example({**needed, **one.values}, one.title) for one in _EXAMPLES.get(name, (Example({}),))]
