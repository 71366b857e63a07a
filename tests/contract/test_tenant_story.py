"""The calls of the tenant family as a program makes them in turn, from the first token to the last deletion."""

import re
from typing import Any

import httpx2
import pytest

from contract.shapes import ID, fits
from support.furnished import management_token
from support.gatepass_server import RunningServer

_API = "/api/v1"


class Tenants:
    """The calls of the published client, with its names of paths and members."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self._http = server.client.other_browser().http
        self._http.headers["authorization"] = f"Bearer {token}"
        self._named = {"client_id": server.client.client_id}

    def call(self, method: str, path: str, expected: int = 200, body: Any = None, **query: Any) -> Any:
        """Make a call that has to be answered with a status."""
        answer = self._http.request(method, f"{_API}{path}", json=body, params={**self._named, **query})
        assert answer.status_code == expected, f"{method} {path}: {answer.text}"
        return answer.json()

    def listed(self, path: str, name: str, **query: Any) -> list[Any]:
        """Read a list to its end by its cursor."""
        found: list[Any] = []
        while True:
            page = self.call("GET", path, **query)
            assert page.keys() == {"limit", "next_cursor", name}
            found += page[name]
            query["cursor"] = page["next_cursor"]
            if not query["cursor"]:
                return found


@pytest.fixture
def manager(server: RunningServer) -> Tenants:
    return Tenants(server, management_token(server))


def test_a_tenant_from_its_creation_to_its_end(server: RunningServer, manager: Tenants) -> None:
    tenant = manager.call(
        "POST", "/tenants", 201, {"name": "acme", "display_name": "Acme Inc.", "domains": ["acme.example"]}
    )
    assert tenant.keys() >= {"id", "name", "display_name", "domains", "external_id", "metadata"}
    place = f"/tenants/{tenant['id']}"
    manager.call("POST", "/tenants", 409, {"name": "acme", "display_name": "Other"})
    (row,) = manager.listed("/tenants", "tenants", limit=10)
    assert row.keys() >= {"id", "name", "display_name", "status"}
    assert manager.call("PUT", place, 200, {"display_name": "Acme"}) == {"is_updated": True}
    assert manager.call("GET", place)["display_name"] == "Acme"

    people = _people(manager)
    assert manager.call("POST", f"{place}/users", 200, {"user_ids": people}) == {"is_added": True, "added": 3}
    roles = {role["slug"]: role["id"] for role in manager.call("GET", "/roles")}
    _gives_roles(manager, place, people, roles)
    users = manager.listed(f"{place}/users", "users", limit=2)
    assert sorted(user["id"] for user in users) == sorted(people)
    _invites(manager, place, roles["developer"])
    _member_sees(server, manager, tenant["id"], people[0])

    gone = manager.call("DELETE", f"{place}/users", 200, {"users": [people[2]]})
    assert gone["success"] is True
    assert len(manager.listed(f"{place}/users", "users")) == 2
    assert manager.call("DELETE", place)["success"] is True
    manager.call("GET", place, 404)


def _people(manager: Tenants) -> list[str]:
    found = []
    for name in ("ana", "bo", "cleo"):
        body = {"email": f"{name}@acme.example", "first_name": name, "user_metadata": {"plan": "pro"}}
        made = manager.call("POST", "/users", 200, body)
        assert made.keys() >= {"id", "email", "first_name", "last_name", "is_active", "created_at"}
        found.append(made["id"])
    return found


def _gives_roles(manager: Tenants, place: str, people: list[str], roles: dict[str, str]) -> None:
    for user_id, slug in ((people[0], "owner"), (people[1], "developer")):
        answer = manager.call("POST", f"{place}/users/{user_id}/roles", 200, {"role_ids": [roles[slug]]})
        assert answer == {"is_updated": True}
    told = manager.call("GET", f"/users/{people[0]}/tenants")
    documented = {"tenant_id": ID, "tenant_name": str, "status": "active", "roles": [{"id": ID, "name": "Owner"}]}
    fits({name: told["tenants"][0][name] for name in documented}, documented)


def _invites(manager: Tenants, place: str, role_id: str) -> None:
    body = {
        "invitee": {"email": "dora@acme.example", "first_name": "Dora", "last_name": "Diaz"},
        "inviter": {"email": "ana@acme.example"}, "role_ids": [role_id], "expire_in_minutes": 1440,
        "send_invitation_email": True,
    }  # fmt: skip
    made = manager.call("POST", f"{place}/invitations", 201, body)
    assert made.keys() >= {"invitee", "role_ids", "created_at", "expire_in_minutes"}
    (waiting,) = manager.listed(f"{place}/invitations", "invitation", status="pending")
    assert waiting["roles"] == [{"role_id": role_id, "role_name": "Developer"}]
    again = {"invitation_id": waiting["id"], "invitee": body["invitee"]}
    assert manager.call("POST", f"{place}/invitations/resend", 200, again)["success"] is True
    assert manager.call("DELETE", f"{place}/invitations", invitation_id=waiting["id"])["success"] is True
    assert manager.listed(f"{place}/invitations", "invitation", status="pending") == []


def _member_sees(server: RunningServer, manager: Tenants, tenant_id: str, user_id: str) -> None:
    """Make the calls of a person who is signed in, and those that their roles do not allow."""
    owner = Tenants(server, server.client.sign_in("ana@acme.example")["access_token"])
    assert owner.call("GET", f"/auth/tenants/{tenant_id}")["id"] == tenant_id
    users = owner.listed(f"/auth/tenants/{tenant_id}/users", "users")
    (own,) = (user for user in users if user["id"] == user_id)
    assert own.keys() >= {"tenants", "identities", "source", "is_active", "last_login_at", "status"}
    assert own["tenants"][0]["roles"][0].keys() >= {"role_id", "role_name", "permissions"}
    assert owner.call("GET", f"/auth/users/{user_id}/tenants")["tenants"][0]["tenant_id"] == tenant_id
    owner.call("GET", f"/auth/tenants/{tenant_id}/audit")
    (revoked,) = owner.listed(f"/auth/tenants/{tenant_id}/invitations", "invitation")
    assert revoked["status"] == "revoked"

    plain = Tenants(server, server.client.sign_in("cleo@acme.example")["access_token"])
    plain.call("POST", f"/auth/tenants/{tenant_id}/users", 403, {"user_ids": [user_id]})
    assert plain.call("GET", f"/auth/tenants/{'0' * 24}", 404)["code"] == 1005
    manager.call("GET", f"/auth/tenants/{tenant_id}", 401)


def test_a_bare_client_id_opens_nothing(server: RunningServer) -> None:
    http: httpx2.Client = server.client.http
    for path in ("/tenants", "/users", "/roles", "/permissions", "/organizations"):
        answer = http.get(f"{_API}{path}", params={"client_id": server.client.client_id})
        assert answer.status_code == 401
        assert re.match(r"Bearer", answer.headers["www-authenticate"])
