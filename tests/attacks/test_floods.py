"""Much of everything, with the limits of production: clients, requests, guesses, and rows that nobody asked for."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from attacks.hosted import PUBLIC_ISSUER, application, someone
from conformance.openid.provider import ISSUER, Provider
from gatepass.kit.db import query
from support.gatepass_server import ServerFactory

# One database will do: the limits are counted in memory.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
_WAITING = query(int, "SELECT count(*) FROM authorization_requests")
_CLIENTS = query(int, "SELECT count(*) FROM applications")
_EVENTS = query(int, "SELECT count(*) FROM audit_events")
# A tenth of production's counts, so that a flood is a small one.
_LIMITS = {"GATEPASS_LIMITS_SCALE": "0.1", "GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "open", **PUBLIC_ISSUER}


@pytest.fixture
def house(start_server: ServerFactory) -> Iterator[Provider]:
    made = Provider(start_server(_LIMITS))
    yield made
    made.close()


def count(house: Provider, statement: Any) -> int:
    return int(house.server.read(lambda tx: tx.one(statement)))


def statuses(house: Provider, method: str, path: str, times: int, **options: Any) -> Counter[int]:
    found = Counter(house.http.request(method, f"{ISSUER}{path}", **options).status_code for _ in range(times))
    assert max(found) < 500, found
    return found


@pytest.mark.parametrize("path", ["/account", "/account/add", "/device?user_code=WDJB-MJHT"])
def test_pages_that_let_a_request_wait_are_bounded(house: Provider, path: str) -> None:
    assert statuses(house, "GET", path, 80) == {303: 60, 429: 20}
    assert count(house, _WAITING) == 60


def test_authorization_requests_are_bounded_over_every_spelling_of_their_address(house: Provider) -> None:
    shop = application(house)
    found: Counter[int] = Counter()
    for number in range(80):
        path = ("/oauth2/authorize", "/oidc/authorize")[number % 2]
        found[house.http.get(f"{ISSUER}{path}", params=shop.request()).status_code] += 1
    assert found == {303: 60, 429: 20}
    assert count(house, _WAITING) == 60


def test_one_network_registers_so_many_clients_and_no_more(house: Provider) -> None:
    before = count(house, _CLIENTS)
    body = {"redirect_uris": ["https://app.test/cb"], "client_name": "Flood"}
    found = statuses(house, "POST", "/oauth2/register", 10, json=body)
    assert found == {201: 6, 429: 4}
    assert count(house, _CLIENTS) - before == 6
    refused = house.http.post(f"{ISSUER}/oauth2/register", json=body)
    assert 1 <= int(refused.headers["retry-after"]) <= 3600


def test_guesses_at_secrets_tokens_and_registration_tokens_are_bounded(house: Provider) -> None:
    shop = application(house)
    before = count(house, _EVENTS)
    guess = {"grant_type": "client_credentials", "client_id": shop.client_id, "client_secret": "gps_wrong"}
    assert statuses(house, "POST", "/oauth2/token", 20, data=guess)[429] >= 13
    assert count(house, _EVENTS) - before <= 7, "a flood is refused before it writes"


def test_guesses_at_access_tokens_are_bounded(house: Provider) -> None:
    found = statuses(house, "GET", "/oauth2/userinfo", 20, headers={"authorization": "Bearer x.y.z"})
    assert found[429] >= 13


def test_a_network_can_not_mail_by_the_hosted_pages_what_the_api_refuses(house: Provider) -> None:
    shop, person = application(house), someone(house)
    page = person.browser.page(f"/oauth2/authorize?{urlencode(shop.request())}")
    fields = page.form("email").fields
    found: Counter[int] = Counter()
    for number in range(10):
        sent = {**fields, "email": f"bombed{number}@example.com"}
        found[person.browser.send("POST", "/sign-in", sent).status_code] += 1
    assert found[429] >= 4, found
