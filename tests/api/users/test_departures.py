"""Whoever is sent away is out with the next request, through a real server (ASVS 5.0 §7.4.2; C42)."""

from typing import Any

import httpx2
import pytest

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from support.gatepass_server import RunningServer

USERS = "/api/v1/users"
EMAIL = "ana@example.com"


def manager(server: RunningServer) -> dict[str, str]:
    """Return the header of somebody who may manage users."""
    wanted = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("users:read", "users:write")))
    at = server.clock.now()
    robot = server.transact(lambda tx: register(tx, wanted, at))
    asked = {
        "grant_type": "client_credentials",
        "client_id": robot.application.client_id,
        "client_secret": robot.client_secret.reveal(),
        "scope": "users:read users:write",
    }
    answer = server.client.http.post("/api/v1/oauth2/token", json=asked)
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def userinfo(server: RunningServer, tokens: dict[str, Any]) -> httpx2.Response:
    """Show an access token where people are told of."""
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    return server.client.other_browser().http.get("/oauth2/userinfo", headers=bearer)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/deactivate", None),
        ("POST", "/block", {"reason": "fraud"}),
        ("DELETE", "", {}),
        ("DELETE", "/sessions", None),
    ],
    ids=["deactivated", "blocked", "deleted", "signed_out"],
)
def test_everything_that_somebody_holds_dies_within_the_next_request(
    server: RunningServer, method: str, path: str, body: Any
) -> None:
    tokens = server.client.sign_in(EMAIL)
    user_id = tokens["profile"]["id"]
    door = server.client.other_browser()
    waiting = door.send(EMAIL)["state"]
    bearer = manager(server)
    assert server.client.refresh(tokens["refresh_token"]).status_code == 200
    answer = server.client.http.request(method, f"{USERS}/{user_id}{path}", json=body, headers=bearer)
    assert answer.status_code == 200, answer.text

    assert userinfo(server, tokens).status_code == 401
    assert server.client.refresh(tokens["refresh_token"]).status_code in {400, 401}
    if path == "/sessions":
        # Signed out, and free to sign in again.
        assert server.client.sign_in(EMAIL)["authenticated"] is True
        return
    code = door.wait_for_mail(EMAIL, 2).code
    assert door.verify_code(waiting, code).status_code == 400
    answer = server.client.http.get(f"{USERS}/{user_id}/sessions", headers=bearer)
    assert answer.status_code == 404 if method == "DELETE" else answer.json() == []


def test_whoever_is_taken_back_signs_in_again_and_their_old_tokens_stay_dead(server: RunningServer) -> None:
    tokens, bearer = server.client.sign_in(EMAIL), manager(server)
    one = f"{USERS}/{tokens['profile']['id']}"
    for away, back in (("/deactivate", "/activate"), ("", "/restore")):
        method = "POST" if away else "DELETE"
        assert server.client.http.request(method, one + away, headers=bearer).status_code == 200
        assert server.client.http.post(one + back, headers=bearer).status_code == 200
        assert server.client.refresh(tokens["refresh_token"]).status_code in {400, 401}
        tokens = server.client.sign_in(EMAIL)
        assert tokens["authenticated"] is True
