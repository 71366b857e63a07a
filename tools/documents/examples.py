"""Commands that call each endpoint: the reference shows them, and a test runs them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from gatepass.gate.description.samples import Example, examples_of, is_placeholder
from gatepass.gate.model import Caller, Endpoint, Face, Security

_ENROLLING = (
    "It is for a sign-in that was answered with `mfa_required`, of somebody who has no second factor yet: send the "
    "`mfa_token` of that answer as a bearer."
)
# Endpoints that no command can call alone, and why.
WITHOUT_COMMAND: dict[str, str] = {
    "mfa_enroll_totp": _ENROLLING,
    "mfa_enroll_totp_confirm": _ENROLLING,
    "passkey_login_finish": "It is for what a passkey signs: `navigator.credentials.get` of the browser gives it, from "
    "the options of the call before, and `examples/browser-passkeys` shows how.",
    "passkey_register_finish": "It is for what a new passkey signs: `navigator.credentials.create` of the browser "
    "gives it, from the options of the call before, and `examples/browser-passkeys` shows how.",
    "tls_ask": "It is for the web server in front, which asks before it gets a certificate, and needs a custom domain "
    "whose records stand.",
    "sign_in_events": "It is for the page that waits for a sign-in: its browser is told by the cookie that it was "
    "given with that page, and nobody else is told anything.",
}
# Which token opens an endpoint, where it is no person's access token.
_BEARERS: dict[str, str] = {
    "register_client": "INITIAL_TOKEN",
    "read_client": "REGISTRATION_TOKEN",
    "change_client": "REGISTRATION_TOKEN",
    "remove_client": "REGISTRATION_TOKEN",
}
# What the token of a second step opens.
_SECOND_STEPS = frozenset({"mfa_authenticators", "mfa_initiate", "mfa_validate"})
# What an application's server alone may call.
_OF_SERVERS = frozenset({"mfa_token"})
# What stands in a path, where it is not called after its part.
_PARTS: dict[str, str] = {"client_id": "$REGISTERED_ID", "name": "sign_in", "permission": "team_view", "version": "1"}
# What opens a call of the management API.
_TOKENS: dict[Caller, str] = {Caller.MANAGER: "MANAGEMENT_TOKEN", Caller.MEMBER: "MEMBER_TOKEN"}
_BREAK = " \\\n  "
# What a form and a query hold as it is (RFC 3986 §3.4).
_PLAIN = ":/"


def commands(endpoint: Endpoint, parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the commands that call an endpoint, each with what it does where there are several.

    Args:
        endpoint: the row of the table.
        parameters: the schema of its query or, where it has none, of its body.
    """
    if endpoint.name in WITHOUT_COMMAND:
        return []
    examples = examples_of(endpoint.name, parameters)
    return [(example.title, _command(endpoint, example)) for example in examples]


def _command(endpoint: Endpoint, example: Example) -> str:
    query = {"client_id": "$CLIENT_ID"} if endpoint.caller is Caller.APPLICATION else {}
    if endpoint.query is not None:
        query |= {name: _spelled(value) for name, value in example.values.items()}
    return _BREAK.join((_first_line(endpoint, query), *_credentials(endpoint, example), *_body(endpoint, example)))


def _first_line(endpoint: Endpoint, query: Mapping[str, str]) -> str:
    words = ["curl"]
    if endpoint.answer == "text/event-stream":
        words.append("-N")
    if endpoint.face is Face.PAGE:
        words.append("-i")  # the answer is where the browser has to go on
    if endpoint.method != "GET":
        words += ["-X", endpoint.method]
    path = re.sub(r"\{(\w+)\}", lambda part: _PARTS.get(part[1], f"${part[1].upper()}"), endpoint.paths[0])
    address = "$URL" + path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
    return " ".join((*words, f'"{address}"'))


def _credentials(endpoint: Endpoint, example: Example) -> Iterator[str]:
    if endpoint.security is Security.CLIENT:
        yield '-u "$CLIENT_ID:$CLIENT_SECRET"'
    elif endpoint.name in _OF_SERVERS:
        yield '-H "x-client-secret: $CLIENT_SECRET"'
    elif endpoint.name in _SECOND_STEPS:
        yield '-H "Authorization: Bearer $MFA_TOKEN"'
    elif endpoint.caller in _TOKENS:
        yield f'-H "Authorization: Bearer ${_TOKENS[endpoint.caller]}"'
    elif endpoint.security is Security.BEARER and "access_token" not in example.values:
        yield f'-H "Authorization: Bearer ${_BEARERS.get(endpoint.name, "ACCESS_TOKEN")}"'


def _body(endpoint: Endpoint, example: Example) -> Iterator[str]:
    if endpoint.body is None:
        return
    if not endpoint.takes_parameters:
        yield f"-H 'Content-Type: application/json' -d {_json(example.values)}"
        return
    for name, value in example.values.items():
        if is_placeholder(value):
            yield f'-d "{name}=${value}"'
        elif quote(value, safe=_PLAIN) == value:
            yield f"-d {name}={value}"
        else:
            yield f"--data-urlencode '{name}={value}'"


def _spelled(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"${text}" if is_placeholder(value) else quote(text, safe=_PLAIN)


def _json(values: Mapping[str, Any]) -> str:
    text = json.dumps(_marked(values))
    if "$" not in text:
        return f"'{text}'"
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


def _marked(value: Any) -> Any:
    """Return what is sent with a `$` before everything that the shell fills in."""
    if isinstance(value, Mapping):
        return {name: _marked(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_marked(one) for one in value]
    return f"${value}" if is_placeholder(value) else value
