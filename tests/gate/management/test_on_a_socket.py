"""The management API on a real socket: the documented token, a key's whole life, and what never reaches a log."""

import json

import httpx2

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from support.gatepass_server import ProcessFactory, RunningServer

TOKEN_PATHS = ("/api/v1/oauth2/token", "/oauth2/token", "/oauth/token", "/oidc/token")


def a_robot(server: RunningServer, *scopes: str) -> dict[str, str]:
    """Register an application that manages and return the documented body of its token request."""
    wanted, at = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=scopes)), server.clock.now()
    made = server.transact(lambda tx: register(tx, wanted, at))
    return {
        "client_id": made.application.client_id,
        "client_secret": made.client_secret.reveal(),
        "scope": " ".join(scopes),
        "grant_type": "client_credentials",
    }


def bearer(value: str) -> dict[str, str]:
    return {"authorization": f"Bearer {value}"}


def test_the_documented_token_opens_the_documented_calls(server: RunningServer) -> None:
    http, asked = server.client.http, a_robot(server, "sys_owner")
    for path in TOKEN_PATHS:
        for answer in (http.post(path, json=asked), http.post(path, data=asked)):
            assert answer.status_code == 200, answer.text
            told = answer.json()
            assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, "sys_owner")
            headers, query = bearer(told["access_token"]), {"client_id": asked["client_id"]}
            roles = http.get("/api/v1/roles", headers=headers, params=query)
            assert [role["slug"] for role in roles.json()] == ["owner", "admin", "developer"], "made at the start"
    assert http.get("/api/v1/roles", params=query).status_code == 401
    wider = {**asked, "scope": "sys_owner sys_admin"}
    assert http.post(TOKEN_PATHS[0], json=wider).json()["error"] == "invalid_scope"


def test_a_key_lives_from_its_making_to_its_end(server: RunningServer) -> None:
    http, asked = server.client.http, a_robot(server, "sys_owner")
    owner = bearer(http.post(TOKEN_PATHS[0], json=asked).json()["access_token"])
    body = {"name": "Nightly", "scopes": ["roles:read"], "networks": ["127.0.0.1/32", "::1/128"]}
    made = http.post("/api/v1/api-keys", json=body, headers=owner).json()
    assert http.get("/api/v1/roles", headers=bearer(made["api_key"])).status_code == 200
    assert http.post("/api/v1/roles", json={"name": "A"}, headers=bearer(made["api_key"])).status_code == 403
    server.wait_for(server.house.key_uses.flush())
    shown = http.get(f"/api/v1/api-keys/{made['id']}", headers=owner).json()
    assert shown["last_used_from"] in {"127.0.0.1", "::1"}
    http.delete(f"/api/v1/api-keys/{made['id']}", headers=owner)
    refused = http.get("/api/v1/roles", headers=bearer(made["api_key"]))
    assert (refused.status_code, refused.json()["error_code"]) == (401, "invalid_credential")
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_two_headers_are_not_one_credential(server: RunningServer) -> None:
    asked = a_robot(server, "sys_owner")
    token = server.client.http.post(TOKEN_PATHS[0], json=asked).json()["access_token"]
    twice = [("authorization", f"Bearer {token}"), ("authorization", "Bearer gpk_x")]
    answer = server.client.http.get("/api/v1/roles", headers=twice)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "repeated_header")


def test_a_key_in_an_address_reaches_no_log_and_its_use_outlives_the_server(start_process: ProcessFactory) -> None:
    process = start_process({"GATEPASS_ACCESS_LOG": "true", "GATEPASS_LOG_LEVEL": "DEBUG"})
    made = json.loads(process.run("api-key", "create", "Nightly", "--scope", "roles:read", "--json"))
    secret = made["api_key"]
    with httpx2.Client(base_url=process.url, timeout=15, trust_env=False) as http:
        answers = [
            http.get("/api/v1/roles", params={"api_key": secret}),
            http.get(f"/api/v1/roles/{secret}"),
            http.get(f"/api/v1/nowhere/{secret}", params={"key": secret}),
            http.get("/api/v1/roles", headers=bearer(secret)),
        ]
    assert [answer.status_code for answer in answers] == [400, 400, 404, 200]
    assert all(secret not in answer.text for answer in answers)
    process.stop()
    (listed,) = json.loads(process.run("api-key", "list", "--json"))
    assert listed["last_used_at"] is not None, "written down when the server was asked to stop"
    assert secret not in process.log()
    assert secret[:16] not in process.log()
