"""The names that the OAuth standards have for errors, and when each is answered; the source says which it uses."""

import ast
from collections.abc import Iterable, Iterator

from gatepass.gate.answers.oauth import oauth_error
from gatepass.kit.problems import Problem
from tools.documents.markdown import code, table
from tools.rules.source import Source

# Name, where it is from, and when.
MEANINGS: dict[str, tuple[str, str]] = {
    "access_denied": (
        "RFC 6749 §4.1.2.1",
        "The person said no, or the policy does; also what a page of a foreign origin is answered.",
    ),
    "account_selection_required": (
        "OpenID Connect Core §3.1.2.6",
        "The person would have to choose an account, and `prompt` is `none`.",
    ),
    "authorization_pending": (
        "RFC 8628 §3.5",
        "Nobody has decided about the device yet; ask again after the interval.",
    ),
    "consent_required": (
        "OpenID Connect Core §3.1.2.6",
        "The person has not allowed what is asked for, and `prompt` is `none`.",
    ),
    "expired_token": ("RFC 8628 §3.5", "Nobody typed the device's code in time; begin anew."),
    "insufficient_scope": ("RFC 6750 §3.1", "The access token is good but has not the scope that the call needs."),
    "invalid_client": (
        "RFC 6749 §5.2",
        "The application is unknown or switched off, or did not prove itself in the way that it is registered for.",
    ),
    "invalid_client_metadata": ("RFC 7591 §3.2.2", "What a client says about itself can't be registered."),
    "invalid_dpop_proof": (
        "RFC 9449 §5",
        "The proof of a key is missing, malformed, used, too old, or of another key or call.",
    ),
    "invalid_grant": (
        "RFC 6749 §5.2",
        "The code, refresh token, device code or token is unknown, expired, used, revoked, or another application's.",
    ),
    "invalid_redirect_uri": (
        "RFC 7591 §3.2.2",
        "A redirect URI may not be registered; the push endpoint also says so of one that is not registered.",
    ),
    "invalid_request": (
        "RFC 6749 §5.2",
        "A parameter is missing, has the wrong form, stands twice or goes against another; the description names it.",
    ),
    "invalid_request_object": ("RFC 9101 §6.2", "A signed request can't be read, verified or believed."),
    "invalid_request_uri": ("RFC 9101 §6.2", "A pushed request is unknown, expired, used, or another application's."),
    "invalid_scope": (
        "RFC 6749 §5.2",
        "The application may not ask for that scope, or asks for more than was granted.",
    ),
    "invalid_target": ("RFC 8707 §2", "The application may not ask for tokens for that resource."),
    "invalid_token": ("RFC 6750 §3.1", "The token of the call is missing, expired, revoked or none of ours."),
    "interaction_required": (
        "OpenID Connect Core §3.1.2.6",
        "A second factor is missing, and `prompt` is `none`.",
    ),
    "login_required": ("OpenID Connect Core §3.1.2.6", "Nobody is signed in as is asked, and `prompt` is `none`."),
    "request_uri_not_supported": (
        "OpenID Connect Core §3.1.2.6",
        "A `request_uri` is no request that was pushed here; none is fetched from elsewhere.",
    ),
    "server_error": ("RFC 6749 §4.1.2.1", "Something that nobody foresaw; the log has it under the trace id."),
    "slow_down": ("RFC 8628 §3.5", "The device asks too often; wait five seconds longer from now on."),
    "temporarily_unavailable": (
        "RFC 6749 §4.1.2.1",
        "A limit is reached or the database is away; `Retry-After` says when to come back.",
    ),
    "unauthorized_client": ("RFC 6749 §5.2", "The application may not use that grant."),
    "unmet_authentication_requirements": (
        "Unmet Authentication Requirements 1.0 §2",
        "No sign-in here has the assurance (`acr`) that is essential to the application.",
    ),
    "unsupported_grant_type": ("RFC 6749 §5.2", "There is no such grant; the metadata lists those that there are."),
    "unsupported_response_type": ("RFC 6749 §4.1.2.1", "Something else than `code` was asked for."),
    "use_dpop_nonce": (
        "RFC 9449 §8",
        "The proof needs the nonce that the header `DPoP-Nonce` brings; make it anew and repeat the call.",
    ),
}
_INTRODUCTION = """\
Endpoints under `/oauth2/` and `/oidc/`, and their other spellings, answer an error by the name that a standard has for
it. An authorization request that goes wrong says it at the application's redirect URI; one whose application or
redirect URI is not certain ends on a page. `invalid_client`, `invalid_token` and a proof of a key that is missing
beside an access token come with 401 and the challenge `WWW-Authenticate`, `insufficient_scope` with 403, all others
with 400; those of any request keep their own status."""
# What a status says where no name fits better.
_OF_STATUSES = (400, 401, 403, 429, 500, 503)


def section() -> str:
    """Return the section of the errors' page."""
    rows = ((code(name), standard, meaning) for name, (standard, meaning) in sorted(MEANINGS.items()))
    return "\n\n".join(("## OAuth errors", _INTRODUCTION, table(("Error", "Standard", "When"), rows)))


def names_of(sources: Iterable[Source]) -> frozenset[str]:
    """Return the standards' names that Python files answer with.

    A name counts where it is handed to something that refuses, stands as a member of an enumeration or is named as the
    error of a problem, but not where a row of the endpoint table announces it.
    """
    said = {name for source in sources for name in _texts(source.tree) if is_standard(name)}
    return frozenset(said | {oauth_error(Problem("", status, "")).error for status in _OF_STATUSES})


def is_standard(name: str) -> bool:
    """Tell whether the server takes a name for one of the standards'."""
    return oauth_error(Problem(name, 418, "")).error == name and name != oauth_error(Problem("", 418, "")).error


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") != "Endpoint":
            values = [*node.args, *(word.value for word in node.keywords if word.arg == "oauth_error")]
        elif isinstance(node, ast.ClassDef):
            values = [line.value for line in node.body if isinstance(line, ast.Assign)]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
