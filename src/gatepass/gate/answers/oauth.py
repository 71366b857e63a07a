"""The error of the OAuth standards (RFC 6749 §5.2), and the challenges that go with it."""

from typing import Final

import msgspec

from gatepass.kit.problems import Problem

# Codes of problems that are errors of a standard already: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2,
# RFC 8628 §3.5, RFC 8707 §2, RFC 9101 §6.2, RFC 9396 §5, RFC 9449 §5 and §8, OpenID Connect Core §3.1.2.6.
_STANDARD: Final = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "access_denied",
        "unsupported_response_type",
        "server_error",
        "temporarily_unavailable",
        "invalid_token",
        "insufficient_scope",
        "insufficient_user_authentication",
        "invalid_redirect_uri",
        "invalid_client_metadata",
        "invalid_software_statement",
        "unapproved_software_statement",
        "authorization_pending",
        "slow_down",
        "expired_token",
        "unsupported_token_type",
        "invalid_target",
        "invalid_request_uri",
        "invalid_request_object",
        "request_not_supported",
        "request_uri_not_supported",
        "registration_not_supported",
        "invalid_authorization_details",
        "invalid_dpop_proof",
        "use_dpop_nonce",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "unmet_authentication_requirements",
    }
)
_BY_STATUS: Final = {
    401: "invalid_client",
    403: "access_denied",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}
_TYPOGRAPHY: Final = str.maketrans(
    {'"': "'", "\\": "/", "\u2019": "'", "\u201c": "'", "\u201d": "'", "\u2013": "-", "…": "..."}
)
_REALM: Final = b'Basic realm="gatepass"'


class OAuthError(msgspec.Struct, frozen=True):
    """The error body of RFC 6749 §5.2."""

    error: str
    error_description: str


def oauth_error(problem: Problem) -> OAuthError:
    """Return the error that a problem is to an OAuth client: what it names, else what its status says."""
    named = problem.oauth_error or (problem.code if problem.code in _STANDARD else "")
    return OAuthError(named or _BY_STATUS.get(problem.status, "invalid_request"), described(problem.title))


def described(sentence: str) -> str:
    """Return a sentence in the characters that an error_description may have (RFC 6749 §5.2)."""
    return "".join(
        character if " " <= character <= "~" else " " if character.isspace() else "?"
        for character in sentence.translate(_TYPOGRAPHY)
    )


def challenge(scheme: str, **attributes: str) -> tuple[bytes, bytes]:
    """Return the header by which an endpoint says how to prove oneself (RFC 9110 §11.6.1).

    Args:
        scheme: `Basic`, `Bearer` (RFC 6750 §3) or `DPoP` (RFC 9449 §7.1).
        attributes: what stands behind it, such as `error` and `scope`; empty ones are left out.
    """
    shown = ", ".join(f'{name}="{described(value)}"' for name, value in attributes.items() if value)
    return b"www-authenticate", f"{scheme} {shown}".strip().encode()


def challenges(problem: Problem) -> list[tuple[bytes, bytes]]:
    """Return the challenge that a 401 must carry where its problem brings none (RFC 9110 §15.5.2)."""
    if problem.status != 401 or any(name == b"www-authenticate" for name, _ in problem.headers):  # noqa: PLR2004
        return []
    return [(b"www-authenticate", _REALM)]
