"""Who is expected, and which language they read: hints, of which one binds (OpenID Connect Core §3.1.2.1)."""

import msgspec

from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest, Prompt

_MOST_HINT_CHARACTERS = 320
_MOST_LOCALES_CHARACTERS = 500
_MOST_NAME_CHARACTERS = 200


def check_hint(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with the one person whom `id_token_hint` names.

    Raises:
        Refused: it is none of our id tokens, or another application's, or the claims name another person
            (`invalid_request`); nobody may be asked who it is about, and it can't be read (`login_required`).
    """
    if asked.parameters.get("id_token_hint") is None:
        return request
    if asked.hint is None and Prompt.NONE in request.prompt:
        # What a silent renewal is told when it must become a visible one; a key may have been withdrawn in between.
        raise Refused("login_required", "The id_token_hint can't be read, so that nobody is known to be the one meant.")
    claims = asked.hint or {}
    audience, subject = claims.get("aud"), claims.get("sub")
    audiences = audience if isinstance(audience, list) else [audience]
    if not isinstance(subject, str) or asked.application.client_id not in audiences:
        raise Refused("invalid_request", "The id_token_hint is no id token that this application was given here.")
    if request.subject and request.subject != subject:
        raise Refused("invalid_request", "The id_token_hint and the claims parameter name two people.")
    return msgspec.structs.replace(request, subject=subject)


def check_wishes(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with what only makes its pages more comfortable; a hint that is too long is none.

    The organization is named by its id, as `organization` or as `organization_id`; whether the person belongs to it is
    judged once it is known who they are.

    Raises:
        Refused: the name of a connection or an organization is too long, or two organizations are named
            (`invalid_request`).
    """
    parameters = asked.parameters
    hint, locales = parameters.get("login_hint") or "", parameters.get("ui_locales") or ""
    connection, organization = parameters.get("connection") or "", _organization(asked)
    if max(len(connection), len(organization)) > _MOST_NAME_CHARACTERS:
        raise Refused("invalid_request", "The connection or the organization has no name that could be one.")
    return msgspec.structs.replace(
        request,
        login_hint=hint.strip() if len(hint) <= _MOST_HINT_CHARACTERS else "",
        ui_locales=locales if len(locales) <= _MOST_LOCALES_CHARACTERS else "",
        connection=connection,
        organization=organization,
    )


def _organization(asked: Asked) -> str:
    named = {asked.parameters.get(name) for name in ("organization", "organization_id")} - {None}
    if len(named) > 1:
        raise Refused("invalid_request", "Name one organization, by organization or by organization_id.")
    return named.pop() or "" if named else ""
