"""Devices that somebody else starts, and codes that somebody guesses (RFC 8628 §5, C61), before two real browsers."""

from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest

from attacks.hosted import DEVICE_GRANT, Someone, application, someone
from conformance.openid.browser import Page
from conformance.openid.provider import Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration

_LETTERS = set("BCDFGHJKLMNPQRSTVWXZ")
_TELEVISION = Registration("<b>Bank</b> Television", ApplicationType.NATIVE, oauth=OAuthPolicy(scopes=("watch",)))


@pytest.fixture(scope="module")
def television(provider: Provider) -> RelyingParty:
    return application(provider, _TELEVISION)


@pytest.fixture
def victim(provider: Provider) -> Someone:
    made = someone(provider)
    made.enter()
    return made


def begin(television: RelyingParty, scope: str = "openid email") -> dict[str, Any]:
    url = television.provider.endpoint("device_authorization")
    answer = television.provider.http.post(url, data={"client_id": television.client_id, "scope": scope})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def poll(television: RelyingParty, device_code: str) -> httpx2.Response:
    fields = {"grant_type": DEVICE_GRANT, "client_id": television.client_id, "device_code": device_code}
    return television.provider.http.post(television.provider.endpoint("token"), data=fields)


def waits(television: RelyingParty, begun: dict[str, Any]) -> bool:
    television.provider.wait(6)
    return str(poll(television, begun["device_code"]).json()["error"]) in {"authorization_pending", "slow_down"}


def enter(person: Someone, code: str) -> Page:
    return cast("Page", person.browser.submit(person.browser.page("/device"), "user_code", user_code=code))


def test_the_link_of_a_phisher_fills_a_field_and_nothing_more(
    provider: Provider, television: RelyingParty, victim: Someone
) -> None:
    begun = begin(television)
    for who in (victim, someone(provider)):
        page = who.browser.page(begun["verification_uri_complete"])
        assert not page.has("decision")
        assert waits(television, begun)
    # Even the code typed lets nobody in; the page says what asks and from where, and names what nobody can make up.
    confirm = enter(victim, begun["user_code"])
    assert waits(television, begun)
    for word in ("&lt;b&gt;Bank", "127.0.0.1", victim.email, begun["user_code"]):
        assert word in confirm.text, word
    assert "<b>Bank" not in confirm.text
    denied = cast("Page", victim.browser.submit(confirm, "decision", decision="deny"))
    assert denied.status == 200
    assert poll(television, begun["device_code"]).json()["error"] == "access_denied"


def test_the_phisher_who_typed_the_code_first_can_not_have_it_decided_by_the_victim(
    provider: Provider, television: RelyingParty, victim: Someone
) -> None:
    begun, phisher = begin(television), someone(provider)
    phisher.enter()
    confirm = enter(phisher, begun["user_code"])
    form = confirm.form("decision")
    own = victim.browser.page("/device").form("user_code")
    for fields in (form.fields, {**form.fields, **own.fields}, {**own.fields, "user_code": begun["user_code"]}):
        for decision in ("allow", "deny", "", "ALLOW"):
            victim.browser.send("POST", "/device/decide", {**fields, "decision": decision})
    assert not enter(victim, begun["user_code"]).has("decision")
    assert waits(television, begun)


def test_a_code_that_was_decided_is_decided(provider: Provider, television: RelyingParty, victim: Someone) -> None:
    begun = begin(television)
    confirm = enter(victim, begun["user_code"])
    victim.browser.submit(confirm, "decision", decision="deny")
    again = victim.browser.send("POST", "/device/decide", {**confirm.form("decision").fields, "decision": "allow"})
    assert again.status_code == 400
    assert not enter(victim, begun["user_code"]).has("decision")
    provider.wait(6)
    assert poll(television, begun["device_code"]).json()["error"] == "access_denied"


def test_the_decision_of_a_session_that_ended_is_none(
    provider: Provider, television: RelyingParty, victim: Someone
) -> None:
    for is_decided in (False, True):
        begun, person = begin(television), victim.with_another_browser()
        person.enter()
        confirm = enter(person, begun["user_code"])
        if is_decided:
            person.browser.submit(confirm, "decision", decision="allow")
        account = person.browser.page("/account")
        person.browser.send("POST", "/account/sign-out", account.form("given_name").fields)
        if not is_decided:
            person.browser.send("POST", "/device/decide", {**confirm.form("decision").fields, "decision": "allow"})
        provider.wait(6)
        assert "access_token" not in poll(television, begun["device_code"]).json()


def test_a_device_code_is_for_its_device_and_for_ten_minutes(
    provider: Provider, television: RelyingParty, victim: Someone
) -> None:
    thief = application(provider, _TELEVISION)
    begun = begin(television)
    victim.browser.submit(enter(victim, begun["user_code"]), "decision", decision="allow")
    for wrong in (begun["user_code"], begun["device_code"][:-1], begun["device_code"].swapcase(), "x" * 100):
        assert poll(television, wrong).json()["error"] == "invalid_grant"
    assert poll(thief, begun["device_code"]).json()["error"] == "invalid_grant"
    tokens = poll(television, begun["device_code"]).json()
    assert tokens["token_type"] == "Bearer"
    assert poll(television, begun["device_code"]).json()["error"] == "invalid_grant"
    late = begin(television)
    provider.wait(601)
    assert poll(television, late["device_code"]).json()["error"] == "expired_token"
    assert not enter(victim, late["user_code"]).has("decision")


def test_the_codes_can_not_be_foreseen(television: RelyingParty) -> None:
    begun = [begin(television) for _ in range(40)]
    codes = [one["user_code"].replace("-", "") for one in begun]
    assert len(set(codes)) == 40
    assert all(len(code) == 8 and set(code) <= _LETTERS for code in codes)
    assert len({code[:2] for code in codes}) > 20
    assert codes not in (sorted(codes), sorted(codes, reverse=True))
    assert len({one["device_code"] for one in begun}) == 40


def test_whoever_guesses_user_codes_is_stopped_long_before_one_fits(
    provider: Provider, television: RelyingParty
) -> None:
    begun, guesser = begin(television), someone(provider)
    guesser.enter()
    form = guesser.browser.page("/device").form("user_code")
    found = []
    for number in range(30):
        code = f"BCDF-GH{'BCDFGHJKLM'[number % 10]}{'NPQ'[number // 10]}"
        found.append(guesser.browser.send("POST", "/device", {**form.fields, "user_code": code}).status_code)
    assert found == [400] * 5 + [429] * 25
    refused = guesser.browser.send("POST", "/device", {**form.fields, "user_code": begun["user_code"]})
    assert refused.status_code == 429
    assert "decision" not in refused.text
    # Other browsers of the same person, and the same browser with new cookies, are no new tries.
    again = guesser.with_another_browser()
    again.enter()
    own = again.browser.page("/device").form("user_code")
    assert again.browser.send("POST", "/device", {**own.fields, "user_code": "BCDF-GHJK"}).status_code == 429
    assert waits(television, begun)
    provider.server.clock.move(timedelta(minutes=11))


def test_a_device_gets_no_more_scope_than_it_was_allowed(
    provider: Provider, television: RelyingParty, victim: Someone
) -> None:
    begun = begin(television, "openid watch")
    victim.browser.submit(enter(victim, begun["user_code"]), "decision", decision="allow")
    fields = {"grant_type": DEVICE_GRANT, "client_id": television.client_id, "device_code": begun["device_code"]}
    wider = provider.http.post(provider.endpoint("token"), data={**fields, "scope": "openid watch email profile"})
    assert set(wider.json().get("scope", "").split()) <= {"openid", "watch"}
