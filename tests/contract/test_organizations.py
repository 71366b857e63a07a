"""The documented calls of organizations and of the configuration (entries 46 to 52), over real sockets."""

import re
from typing import Any

import httpx2
import pytest

from contract.shapes import ID, fits
from support.furnished import management_token
from support.gatepass_server import RunningServer

SINGULAR, PLURAL, ACCOUNT = "/api/v1/organization", "/api/v1/organizations", "/api/account/organization"
_TOKEN = re.compile(r"org_token_[0-9a-v]{20}\.[0-9a-f]{32}\.\S+")
_DOCUMENTED: dict[str, Any] = {
    "id": ID, "name": "Acme", "WhiteListDomains": ["acme.example"], "allow_profiles_outside_organization": bool,
    "domain": str, "WorkspaceName": str, "is_active": True,
}  # fmt: skip
_ACME = {"Name": "Acme", "WhiteListDomains": ["acme.example"], "AllowProfilesOutsideOrganization": True}


@pytest.fixture
def manager(server: RunningServer) -> httpx2.Client:
    """Give whoever calls with the token of the documented token call, and names its application in every query."""
    http = server.client.other_browser().http
    http.headers["authorization"] = f"Bearer {management_token(server)}"
    http.params = httpx2.QueryParams(client_id=server.client.client_id)
    return http


def members_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the documented members of an organization; the tenant family's stand beside."""
    return {name: answer[name] for name in _DOCUMENTED}


def test_46_a_new_organization_shows_its_connection_token_this_once(manager: httpx2.Client) -> None:
    answer = manager.post(SINGULAR, json=_ACME)
    assert answer.status_code == 200, answer.text
    fits(members_of(answer.json()), _DOCUMENTED)
    assert answer.json()["allow_profiles_outside_organization"] is True
    assert _TOKEN.fullmatch(answer.json()["sso_connection_token"])
    assert answer.json()["WhiteListDomain"] == ["acme.example"], "the sample's own spelling"


@pytest.mark.parametrize("path", [SINGULAR, PLURAL, ACCOUNT])
def test_47_an_organization_is_read_without_its_token(manager: httpx2.Client, path: str) -> None:
    made = manager.post(SINGULAR, json=_ACME).json()
    answer = manager.get(f"{path}/{made['id']}")
    assert answer.status_code == 200
    fits(members_of(answer.json()), _DOCUMENTED)
    assert made["sso_connection_token"] not in answer.text


def test_48_all_organizations_are_a_bare_array(manager: httpx2.Client) -> None:
    made = manager.post(SINGULAR, json=_ACME).json()
    answer = manager.get(PLURAL)
    assert answer.status_code == 200
    assert [one["id"] for one in answer.json()] == [made["id"]]
    fits(members_of(answer.json()[0]), _DOCUMENTED)


@pytest.mark.parametrize("path", [ACCOUNT, SINGULAR])
def test_49_an_update_takes_the_sample_and_the_prose(manager: httpx2.Client, path: str) -> None:
    made = manager.post(SINGULAR, json=_ACME).json()
    sample = {
        "Name": "Acme Group", "WhiteListDomains": ["acme.example", "acme.test"], "address": "1 Main Street",
        "website": "https://acme.example", "time_zone": "Europe/Lisbon", "currency": "EUR",
    }  # fmt: skip
    prose = {"Name": "Acme Group", "WhiteListDomain": ["acme.example"], "AllowProfilesOutsideOrganization": False}
    for body in (sample, prose):
        answer = manager.put(f"{path}/{made['id']}", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["name"] == "Acme Group"
    fits(members_of(answer.json()), _DOCUMENTED | {"name": "Acme Group"})
    assert answer.json()["allow_profiles_outside_organization"] is False
    assert answer.json()["website"] == "https://acme.example"


def test_50_a_deleted_organization_is_gone(manager: httpx2.Client) -> None:
    made = manager.post(SINGULAR, json=_ACME).json()
    answer = manager.delete(f"{SINGULAR}/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, {"is_deleted": True})
    assert manager.get(f"{SINGULAR}/{made['id']}").status_code == 404
    assert manager.get(PLURAL).json() == []


def test_51_the_configuration_by_client_id_asks_for_no_credential(server: RunningServer) -> None:
    answer = server.client.get("/api/v1/config")
    assert answer.status_code == 200
    known = answer.json()
    assert known.keys() >= {
        "id", "name", "client_id", "branding", "connection", "default_redirect_url", "auth_config", "localization",
    }  # fmt: skip
    assert ID.fullmatch(known["id"])
    assert known["client_id"] == server.client.client_id
    assert known["auth_config"].keys() == {"webauthn", "passkey_auth", "social"}
    kinds = {"provider": str, "connection_id": ID, "is_sso_connection": bool, "is_oauth_connection": bool}
    fits(known["connection"], [kinds])


def test_52_the_configuration_by_domain_knows_only_domains_that_are_served(server: RunningServer) -> None:
    answer = server.client.other_browser().http.get("/api/v1/config", params={"domain": "nowhere.example"})
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "unknown_domain"
