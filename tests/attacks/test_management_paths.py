"""Spellings of the management API's paths and methods that lead nowhere, with a key that may do everything (C78)."""

import pytest

from attacks.adversary import Answer, exchange, request
from attacks.test_path_tricks import TRICKS, spelled
from gate.management.callers import OWNER
from gatepass.access.flows import create_key
from gatepass.access.model import NewKey
from support.gatepass_server import RunningServer
from support.spine import ORIGIN

# One database will do: a path is judged before any is asked.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

USERS = "/api/v1/users"
FURTHER = (
    "/api/v1;x/users", "/api;a=b/v1/users", "/api/v1/users;/", "/api/v1//users", "/api//v1/users", "/api/v1/./users",
    "/api/v1/x/../users", "/api/v1/x/%2e%2e/users", "/api/v1%2fusers", "/api%2fv1%2fusers", "/api/v1/auth/../users",
    "/api/v1/auth/..%2fusers", "/api/v1/auth/..;/users", "/api/V1/users", "/API/v1/users", "/api/v1/Users",
    "/api/v1/users%09", "/api/v1/users%00.json", "/api/v1/us%65rs%2f", "/api/v2/users", "/api/users",
    "/static/../api/v1/users", "/magic-link/../api/v1/users", "/api/v1/users/%2e", "/api/v1/users/%2e%2e/users",
    "/api/v1/\u0443sers",
)  # fmt: skip
OVERRIDES = (
    ("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"), ("X-Method-Override", "DELETE"),
    ("X-Original-URL", "/api/v1/operators"), ("X-Rewrite-URL", "/api/v1/operators"),
    ("X-Original-URI", "/api/v1/operators"), ("X-Forwarded-Uri", "/api/v1/operators"),
    ("X-Forwarded-Prefix", "/api/v1/operators"),
)  # fmt: skip


def a_key(server: RunningServer, *scopes: str) -> str:
    """Make an API key."""
    at = server.clock.now()
    made = server.transact(lambda tx: create_key(tx, OWNER, NewKey("Key", scopes), at, ORIGIN))
    return str(made.secret.reveal())


def ask(server: RunningServer, method: str, target: str, key: str, *more: tuple[str, str]) -> Answer:
    headers = [("Authorization", f"Bearer {key}")] if key else []
    return exchange(server.client, request(server.client, method, target, headers=[*headers, *more]))


def test_no_spelling_of_a_path_is_another_route(server: RunningServer) -> None:
    key = a_key(server, "sys_owner")
    assert ask(server, "GET", USERS, key).status == 200
    targets = [spelled(trick, USERS) for trick in TRICKS] + [one.encode().decode("latin-1") for one in FURTHER]
    for target in targets:
        if target == USERS or target.lower().startswith("/api/v1/users/status"):
            continue
        answer = ask(server, "GET", target, key)
        assert answer.status in {400, 404}, (target, answer.status, answer.body[:200])
        assert ask(server, "GET", target, "").status in {400, 401, 404}, target


def test_no_header_names_another_path_or_method(server: RunningServer) -> None:
    key = a_key(server, "users:read", "users:write")
    before = ask(server, "GET", USERS, key).body
    for name, value in OVERRIDES:
        answer = ask(server, "GET", USERS, key, (name, value))
        assert (answer.status, answer.body) == (200, before), name


def test_a_method_that_is_not_served_reaches_no_handler(server: RunningServer) -> None:
    key = a_key(server, "sys_owner")
    for method in ("TRACE", "CONNECT", "PROPFIND", "get", "Get", "DELETE", "PATCH", "PUT", "FOO", "QUERY", "LINK"):
        answer = ask(server, method, USERS, key)
        assert answer.status in {400, 404, 405, 501}, (method, answer.status)
        assert b'"_id"' not in answer.body
    head = ask(server, "HEAD", USERS, key)
    assert (head.status in {200, 404, 405}, head.body) == (True, b"")
    assert ask(server, "HEAD", USERS, "").status in {401, 404, 405}
