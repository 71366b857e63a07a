"""A running server that has one of everything, made by the calls that a program would make, over real sockets."""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from gatepass.applications.flows import register
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from gatepass.kit.mail.addresses import parse_address
from gatepass.users.flows import create
from gatepass.users.model import NewAddress, NewIdentity, NewPerson, NewPhone
from support.gatepass_server import RunningServer
from support.spine import ORIGIN

ROBOT = Registration("Robot", ApplicationType.M2M, oauth=OAuthPolicy(scopes=("sys_owner",)))
_PATIENCE = 15.0


@dataclass
class Furnished:
    """What is there, and whoever may see it.

    Args:
        server: the server.
        manager: calls with a management token that may do everything.
        token: that token.
        member_token: the access token of Mira, who owns the organization.
        things: the ids, by the names of the path parts that take them.
    """

    server: RunningServer
    manager: httpx2.Client
    token: str
    member_token: str
    things: dict[str, str] = field(default_factory=dict)

    def part(self, path: str, name: str) -> str:
        """Return what stands for a part of a path."""
        if path.startswith("/api/v1/domains/"):
            return self.things["custom_domain_id"]
        if name == "role_id" and "/{organization_id}/" not in path:
            return self.things["shared_role_id"]
        if path.startswith("/api/v1/operators/"):
            return self.things["operator_id"]
        return self.things[name]


def management_token(server: RunningServer) -> str:
    """Make the documented call for a management token, as JSON, of an application that was made for it."""
    at = server.clock.now()
    robot = server.transact(lambda tx: register(tx, ROBOT, at))
    proof = {"client_id": robot.application.client_id, "client_secret": robot.client_secret.reveal()}
    asked = {"grant_type": "client_credentials", "scope": "sys_owner", **proof}
    answer = server.client.http.post("/api/v1/oauth2/token", json=asked)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["token_type"], answer.json()["scope"]) == ("Bearer", "sys_owner")
    return str(answer.json()["access_token"])


def furnished(server: RunningServer, number: int = 1) -> Furnished:
    """Furnish a server; another number makes another set beside the first."""
    token = management_token(server)
    http = server.client.other_browser().http  # which is closed with the server
    http.headers["authorization"] = f"Bearer {token}"
    host = f"globex{number}.example"
    things = _people(server, host)
    globex = {"Name": host, "WhiteListDomains": [host], "AllowProfilesOutsideOrganization": True}
    organization = made(http, "/api/v1/organizations", **globex)
    place = f"/api/v1/organizations/{organization['id']}"
    things |= {"organization_id": organization["id"], "tenant_id": organization["id"]}
    things |= _webhook(http, organization["id"])
    members = [things["user_id"], things["colleague_id"]]
    made(http, f"{place}/members", user_ids=members)
    owner = next(role for role in http.get("/api/v1/roles").json() if role["slug"] == "owner")
    for user_id in members:
        written = http.put(f"{place}/members/{user_id}/roles", json={"role_ids": [owner["id"]]})
        assert written.status_code == 200, written.text
    things |= {"domain_id": made(http, f"{place}/domains", domain=f"www.{host}")["id"]}
    role = made(http, f"{place}/roles", name="Bookkeeper")
    things |= _access(http, host) | {"role_id": role["id"]} | _applications(http, host) | _writings(http)
    guest = {"invitee": {"email": f"guest@{host}"}, "role_ids": [role["id"]]}
    things["invitation_id"] = made(http, f"{place}/invitations", **guest)["id"]
    signed_in = server.client.sign_in(things["user_email"])
    things["session_id"] = http.get(f"/api/v1/users/{things['user_id']}/sessions").json()[0]["id"]
    case = {"reason": "A ticket about the cart", "client_id": server.client.client_id}
    things["impersonation_id"] = made(http, f"/api/v1/users/{things['user_id']}/impersonations", **case)["id"]
    things["event_id"] = _until(lambda: http.get(f"{place}/events").json())[0]["id"]
    deliveries = f"/api/v1/webhooks/{things['webhook_id']}/deliveries"
    things["delivery_id"] = _until(lambda: http.get(deliveries).json())[0]["id"]
    # Made by browsers alone, so that nobody here has one.
    things |= {"passkeyid": "bm8tc3VjaC1wYXNza2V5", "device_id": "0" * 24, "authenticator_id": "0" * 24}
    return Furnished(server, http, token, signed_in["access_token"], things)


def made(http: httpx2.Client, path: str, **body: Any) -> dict[str, Any]:
    """Make something and return the answer."""
    answer = http.post(path, json=body)
    assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
    return dict(answer.json())


def _people(server: RunningServer, host: str) -> dict[str, str]:
    at, phone = server.clock.now(), f"+4930{zlib.crc32(host.encode()) % 1_000_000:06}"
    mira = NewPerson(
        first_name="Mira",
        addresses=(_address(f"mira@{host}"), _address(f"mira@mail.{host}")),
        phones=(NewPhone(f"{phone}0"), NewPhone(f"{phone}1")),
        # Nothing but the sign-in by another provider links one.
        identities=(NewIdentity("google", "", f"10769150350006150{host}"),),
    )
    noah = NewPerson(first_name="Noah", addresses=(_address(f"noah@{host}"),))
    first, second = (server.transact(lambda tx, one=one: create(tx, one, at, ORIGIN)) for one in (mira, noah))
    return {
        "user_id": first.id,
        "colleague_id": second.id,
        "user_email": f"mira@{host}",
        "email": f"mira@mail.{host}",
        "phone": f"{phone}1",
        "identity_id": first.identities[0].id,
    }


def _address(text: str) -> NewAddress:
    return NewAddress(parse_address(text, allow_test_domains=True), is_verified=True)


def _webhook(http: httpx2.Client, organization_id: str) -> dict[str, str]:
    wanted = {"url": "http://localhost:9999/in", "events": ["*"], "organization_id": organization_id}
    return {"webhook_id": made(http, "/api/v1/webhooks", **wanted)["id"]}


def _access(http: httpx2.Client, host: str) -> dict[str, str]:
    operator = made(http, "/api/v1/users", email=f"olga@{host}", first_name="Olga")["_id"]
    for user_id, scope in ((operator, "users:read"), (_named(http, f"root@{host}"), "sys_owner")):
        made(http, "/api/v1/operators", user_id=user_id, scopes=[scope])
    return {
        "operator_id": operator,
        "key_id": made(http, "/api/v1/api-keys", name="Nightly", scopes=["users:read"])["id"],
        "permission_id": made(http, "/api/v1/permissions", name=f"Read {host}")["id"],
        "permission": "team_view",
        "shared_role_id": made(http, "/api/v1/roles", name=f"Clerk of {host}")["id"],
    }


def _named(http: httpx2.Client, email: str) -> str:
    return str(made(http, "/api/v1/users", email=email)["_id"])


def _applications(http: httpx2.Client, host: str) -> dict[str, str]:
    site = made(
        http, "/api/v1/applications", name="Site", type="web", callback_urls=["https://site.example.com/callback"]
    )
    made(http, f"/api/v1/applications/{site['id']}/secrets")
    secrets = http.get(f"/api/v1/applications/{site['id']}/secrets").json()
    domain = made(http, "/api/v1/domains", domain=f"login.{host}", application_id=site["id"])
    return {"application_id": site["id"], "secret_id": secrets[-1]["id"], "custom_domain_id": domain["id"]}


def _writings(http: httpx2.Client) -> dict[str, str]:
    stream = {"name": "Log", "kind": "https", "url": "http://localhost:9999/in"}
    template = {"format": "html", "subject": "Sign in to {{ app_name }}", "source": "<p>{{.OTP}} {{ link }}</p>"}
    saved = http.put("/api/v1/templates/sign_in", json=template)
    assert saved.status_code == 200, saved.text
    things = {"stream_id": made(http, "/api/v1/event-streams", **stream)["id"]}
    return {**things, "name": "sign_in", "version": "1"}


def _until(found: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    until = time.monotonic() + _PATIENCE
    while not (rows := found()):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.05)
    return rows
