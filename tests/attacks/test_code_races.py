"""Sixty-four at once: a code, a device code, a pushed request and a consent have one winner, on each database."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from attacks.adversary import Answer, request, volley
from attacks.hosted import (
    CHALLENGE,
    DEVICE_GRANT,
    PUBLIC_ISSUER,
    VERIFIER,
    Someone,
    application,
    knocking,
    someone,
)
from conformance.openid.provider import Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty
from gatepass.applications.model import ApplicationType, Registration
from gatepass.kit.db import command, query
from gatepass.provider.authorization import store
from support.client import Client
from support.gatepass_server import ProcessFactory, RunningServer, ServerFactory

AT_ONCE = 64
ROUNDS = 2
HOST = "id.gatepass.test"
_FORM = ("content-type", "application/x-www-form-urlencoded")
_CONSENTS = query(int, "SELECT count(*) FROM consents")
_FAMILIES = query(int, "SELECT count(*) FROM refresh_families")
_SPEND = command("UPDATE authorization_codes SET spent_at = :at WHERE code_hash = :code_hash")


@pytest.fixture
def house(start_server: ServerFactory) -> Iterator[Provider]:
    """A provider on each database in turn."""
    made = Provider(start_server(PUBLIC_ISSUER))
    yield made
    made.close()


@pytest.fixture
def shop(house: Provider) -> RelyingParty:
    return application(house)


def post(door: Client, path: str, fields: dict[str, str], *headers: tuple[str, str]) -> bytes:
    return request(door, "POST", path, urlencode(fields).encode(), [_FORM, *headers], host=HOST)


def basic(shop: RelyingParty) -> tuple[str, str]:
    return "authorization", "Basic " + base64.b64encode(f"{shop.client_id}:{shop.secret}".encode()).decode()


def exchange(door: Client, shop: RelyingParty, code: str) -> bytes:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return post(door, "/oauth2/token", fields, basic(shop))


def one_winner(answers: list[Answer]) -> dict[str, Any]:
    """Return what the only winner was given; everybody else must be refused with the standard's word."""
    for answer in answers:
        assert answer.status in {200, 400}, (answer.status, answer.body)
        if answer.status == 400:
            assert answer.json()["error"] == "invalid_grant", answer.body
    won = [answer.json() for answer in answers if answer.status == 200]
    assert len(won) == 1, f"{len(won)} exchanges of one code won"
    return dict(won[0])


def is_worthless(shop: RelyingParty, tokens: dict[str, Any]) -> None:
    """See that tokens open nothing: neither here nor at a resource that asks."""
    http, provider = shop.provider.http, shop.provider
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert http.get(provider.endpoint("userinfo"), headers=bearer).status_code == 401
    for name in ("access_token", "refresh_token"):
        told = shop.call(provider.endpoint("introspection"), {"token": tokens[name]})
        assert told.json() == {"active": False}, name
    refused = shop.token_call(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


def test_of_sixty_four_exchanges_of_a_code_one_wins_and_is_robbed_of_it(house: Provider, shop: RelyingParty) -> None:
    door, person = knocking(house), someone(house)
    for _ in range(ROUNDS):
        code = shop.ask(person, scope="openid email offline_access").code
        tokens = one_winner(volley(door, [exchange(door, shop, code)] * AT_ONCE))
        # Sixty-three others held the same code, so nobody knows whose it was (RFC 6749 §4.1.2).
        is_worthless(shop, tokens)
        assert shop.ask(person, prompt="none").code, "the person stays signed in"


def test_a_thief_who_exchanges_along_with_the_application_gets_nothing(house: Provider, shop: RelyingParty) -> None:
    door, person, thief = knocking(house), someone(house), application(house)
    for _ in range(ROUNDS):
        code = shop.ask(person).code
        pair = [exchange(door, thief, code), exchange(door, shop, code)]
        answers = volley(door, pair * (AT_ONCE // 2))
        assert {answer.status for answer in answers[::2]} == {400}, "another client's code"
        assert sum(answer.status == 200 for answer in answers[1::2]) <= 1


def test_of_sixty_four_polls_of_a_device_one_wins(house: Provider) -> None:
    door = knocking(house)
    television = application(house, Registration("Television", ApplicationType.NATIVE))
    person = someone(house)
    person.enter()
    for _ in range(ROUNDS):
        device_code = let_in(house, television, person)
        fields = {"grant_type": DEVICE_GRANT, "device_code": device_code, "client_id": television.client_id}
        answers = volley(door, [post(door, "/oauth2/token", fields)] * AT_ONCE)
        found = Counter(answer.status for answer in answers)
        assert found == {200: 1, 400: AT_ONCE - 1}


def let_in(house: Provider, television: RelyingParty, person: Someone) -> str:
    """Let a device in and return the code with which it polls."""
    url = house.endpoint("device_authorization")
    begun = house.http.post(url, data={"client_id": television.client_id, "scope": "openid"}).json()
    page = person.browser.page("/device")
    confirm = person.browser.submit(page, "user_code", user_code=begun["user_code"])
    done = person.browser.submit(cast("Any", confirm), "decision", decision="allow")
    assert getattr(done, "status", 0) == 200
    return str(begun["device_code"])


def test_of_sixty_four_browsers_tabs_one_starts_a_pushed_request(house: Provider, shop: RelyingParty) -> None:
    door, person = knocking(house), someone(house)
    shop.sign_in(person)
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in person.browser.cookies.items()))
    for _ in range(ROUNDS):
        pushed = shop.call(house.endpoint("pushed_authorization_request"), shop.request()).json()["request_uri"]
        query_text = urlencode({"client_id": shop.client_id, "request_uri": pushed})
        tab = request(door, "GET", f"/oauth2/authorize?{query_text}", None, [cookie], host=HOST)
        answers = volley(door, [tab] * AT_ONCE)
        places = [answer.header("location") or answer.body.decode() for answer in answers]
        assert sum("code=" in place for place in places) == 1, Counter(answer.status for answer in answers)


def test_a_consent_that_is_sent_sixty_four_times_is_one(house: Provider) -> None:
    door, person = knocking(house), someone(house)
    stranger = application(house, is_third_party=True)
    shown = stranger.visit(person, stranger.request(scope="openid email"))
    page = person.sign_in(cast("Any", shown))
    form = cast("Any", page).form("decision")
    cookie = ("cookie", "; ".join(f"{name}={value}" for name, value in person.browser.cookies.items()))
    sent = post(door, "/consent", {**form.fields, "decision": "allow"}, cookie, ("sec-fetch-site", "same-origin"))
    answers = volley(door, [sent] * AT_ONCE)
    assert {answer.status for answer in answers} <= {200, 410}
    assert house.server.read(lambda tx: tx.one(_CONSENTS)) == 1
    assert house.server.read(lambda tx: tx.one(_FAMILIES)) == 0, "a code is no token yet"


# One writer at a time: in SQLite even the naive one is whole.
@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_the_harness_catches_a_check_before_the_write(
    house: Provider, shop: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def naive(tx: Any, code_hash: bytes, at: Any) -> Any:
        code = await store.find_code(tx, code_hash)
        if code is None or code.spent_at is not None:
            return None
        await tx.run(_SPEND, code_hash=code_hash, at=at)
        return code

    monkeypatch.setattr(store, "consume_code", naive)
    door, person, most = knocking(house), someone(house), 0
    for _ in range(2 * ROUNDS):
        answers = volley(door, [exchange(door, shop, shop.ask(person).code)] * AT_ONCE)
        most = max(most, sum(answer.status == 200 for answer in answers))
    assert most > 1, "a code that is looked at and spent in two steps must be seen to be spent twice"


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_two_processes_give_a_code_to_one(start_process: ProcessFactory) -> None:
    process = start_process(PUBLIC_ISSUER, "--dev", "--workers", "2")
    door = Client(f"http://127.0.0.1:{process.port}", process.client_id)
    house = Provider(cast("RunningServer", _Elsewhere(process.port)))
    made = process.run("app", "create", "Site", "--type", "spa", "--callback", CALLBACK, "--json")
    shop = RelyingParty(house, json.loads(made)["client_id"], algorithm="ES256")
    person = someone(house)
    won = 0
    for _ in range(ROUNDS):
        answer = shop.ask(person, code_challenge=CHALLENGE, code_challenge_method="S256")
        fields = {"grant_type": "authorization_code", "code": answer.code, "code_verifier": VERIFIER}
        fields |= {"client_id": shop.client_id, "redirect_uri": shop.redirect_uri}
        answers = volley(door, [post(door, "/oauth2/token", fields)] * AT_ONCE)
        tokens = one_winner(answers)
        won += 1
        bearer = {"authorization": f"Bearer {tokens['access_token']}"}
        assert house.http.get(house.endpoint("userinfo"), headers=bearer).status_code == 401
    assert won == ROUNDS
    house.close()


@dataclass
class _Elsewhere:
    """A server in another process, as far as a provider of tests asks for one."""

    port: int

    @property
    def settings(self) -> Any:
        return self

    @property
    def server(self) -> Any:
        return self
