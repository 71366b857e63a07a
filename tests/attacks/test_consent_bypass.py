"""An application of somebody else that wants more than the person said yes to (C59)."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any, cast

import pytest

from attacks.hosted import API, DEVICE_GRANT, SITE, Someone, application, left_for, someone
from conformance.openid.browser import Page
from conformance.openid.forging import decoded
from conformance.openid.provider import Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import ApplicationType, GrantType, Registration
from gatepass.kit.db import query

_CONSENTS = query(int, "SELECT count(*) FROM consents")
_EXCHANGE = (
    *(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.TOKEN_EXCHANGE),
    GrantType.CLIENT_CREDENTIALS,
)
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture
def stranger(provider: Provider) -> RelyingParty:
    return application(provider, is_third_party=True, scopes=("read", "write"), audiences=(API,), grants=_EXCHANGE)


@pytest.fixture
def victim(provider: Provider) -> Someone:
    made = someone(provider)
    made.enter()
    return made


def asked(stranger: RelyingParty, person: Someone, **wishes: str) -> Page:
    """Send the person and return the page on which they are asked."""
    shown = stranger.visit(person, stranger.request(**wishes))
    assert isinstance(shown, Page), f"nobody was asked: {shown}"
    assert shown.has("decision"), shown.text
    return shown


def allow(stranger: RelyingParty, person: Someone, **wishes: str) -> dict[str, Any]:
    """Let the person say yes and return the tokens."""
    page = asked(stranger, person, **wishes)
    arrival = left_for(person.browser.submit(page, "decision", decision="allow"))
    fields = {"grant_type": "authorization_code", "code": dict(arrival.query)["code"]}
    answer = stranger.token_call(**fields, redirect_uri=stranger.redirect_uri)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_nothing_is_given_silently_before_anybody_said_yes(stranger: RelyingParty, victim: Someone) -> None:
    for wishes in (
        {},
        {"scope": "openid email"},
        {"scope": "read"},
        {"scope": None},
        {"claims": json.dumps({"userinfo": {"email": None}})},
        {"max_age": "100000"},
        {"login_hint": victim.email},
    ):
        assert stranger.ask(victim, prompt="none", **wishes).error == "consent_required"
        stranger_request = stranger.request(**wishes)
        shown = stranger.visit(victim, stranger_request)
        assert isinstance(shown, Page), wishes
        assert shown.has("decision"), wishes


def test_a_yes_to_little_is_no_yes_to_more(stranger: RelyingParty, victim: Someone) -> None:
    allow(stranger, victim, scope="openid")
    assert "code" in stranger.ask(victim, prompt="none", scope="openid").parameters
    for more in ("openid email", "openid read", "openid profile email read write"):
        assert stranger.ask(victim, prompt="none", scope=more).error == "consent_required"
    assert "consent" in asked(stranger, victim, scope="openid email").url


def test_a_no_is_a_no_every_time(stranger: RelyingParty, victim: Someone) -> None:
    page = asked(stranger, victim)
    refused = left_for(victim.browser.submit(page, "decision", decision="deny"))
    assert dict(refused.query)["error"] == "access_denied"
    fields = page.form("decision").fields
    for decision in ("allow", "deny", ""):
        again = victim.browser.send("POST", "/consent", {**fields, "decision": decision})
        assert again.status_code == 410
    assert victim.browser.send("GET", f"/sign-in/continue?request={fields['request']}").status_code == 410
    assert stranger.ask(victim, prompt="none").error == "consent_required"


@pytest.mark.parametrize("decision", ["", "Allow", "ALLOW", "allow ", "yes", "true", "1", "allow\x00"])
def test_only_yes_is_yes(stranger: RelyingParty, victim: Someone, decision: str) -> None:
    fields = asked(stranger, victim).form("decision").fields
    answer = victim.browser.send("POST", "/consent", {**fields, "decision": decision})
    assert "code=" not in answer.text
    assert stranger.ask(victim, prompt="none").error == "consent_required"


def test_the_page_of_consent_can_not_be_gone_around(stranger: RelyingParty, victim: Someone) -> None:
    fields = asked(stranger, victim).form("decision").fields
    handle, token = fields["request"], fields["csrf_token"]
    for path in ("/sign-in/continue", "/sign-in", "/choose-account", "/sign-in/check-inbox", "/consent"):
        answer = victim.browser.send("GET", f"{path}?request={handle}&decision=allow")
        assert "code=" not in answer.text + answer.headers.get("location", "")
    chooser = victim.browser.page(f"/choose-account?request={handle}")
    own = chooser.form("account").buttons.get("account", ("",))[0]
    shown = victim.browser.send("POST", "/choose-account", {"request": handle, "csrf_token": token, "account": own})
    assert "code=" not in shown.text
    assert stranger.ask(victim, prompt="none").error == "consent_required"


def test_the_yes_of_one_account_is_not_that_of_another_of_the_same_browser(
    provider: Provider, stranger: RelyingParty, victim: Someone
) -> None:
    allow(stranger, victim, scope="openid email")
    second = Someone(provider, f"second-{victim.email}", victim.browser)
    second.sign_in(victim.browser.page("/account/add"))
    for scope in ("openid email", "openid"):
        told = stranger.ask(victim, prompt="none", scope=scope, login_hint=second.email)
        assert told.error == "consent_required"
    # Said for one account, and then gone over to the other one with the same request.
    page = asked(stranger, victim, scope="openid", prompt="consent", login_hint=victim.email)
    handle = page.form("decision").fields["request"]
    chooser = victim.browser.page(f"/choose-account?request={handle}")
    accounts = {value for form in chooser.forms for value in form.buttons.get("account", ())}
    assert len(accounts) == 2
    token = page.form("decision").fields["csrf_token"]
    ends = []
    for account in sorted(accounts):
        sent = {"request": handle, "csrf_token": token, "account": account}
        answer = victim.browser.send("POST", "/choose-account", sent)
        ends.append("code=" in answer.text)
    assert ends == [False, False], "consent was asked for, and nobody gave it"


def test_the_consent_form_of_one_person_is_worth_nothing_to_another(
    provider: Provider, stranger: RelyingParty, victim: Someone
) -> None:
    attacker = someone(provider)
    attacker.enter()
    fields = asked(stranger, attacker).form("decision").fields
    answer = victim.browser.send("POST", "/consent", {**fields, "decision": "allow"})
    assert answer.status_code == 403
    own = asked(stranger, victim).form("decision").fields
    mixed = {**own, "request": fields["request"], "decision": "allow"}
    assert victim.browser.send("POST", "/consent", mixed).status_code == 410
    assert stranger.ask(victim, prompt="none").error == "consent_required"


def test_a_yes_that_is_sent_twice_is_one(provider: Provider, stranger: RelyingParty, victim: Someone) -> None:
    before = provider.server.read(lambda tx: tx.one(_CONSENTS))
    fields = asked(stranger, victim).form("decision").fields
    answers = [victim.browser.send("POST", "/consent", {**fields, "decision": "allow"}) for _ in range(3)]
    assert Counter("code=" in answer.text for answer in answers)[True] >= 1
    assert provider.server.read(lambda tx: tx.one(_CONSENTS)) == before + 1
    codes = {part.split("&")[0] for answer in answers for part in answer.text.split("code=")[1:2]}
    traded = [
        stranger.token_call(grant_type="authorization_code", code=code, redirect_uri=stranger.redirect_uri)
        for code in codes
    ]
    assert all(answer.status_code in {200, 400} for answer in traded)


def test_claims_are_no_way_around_scopes(stranger: RelyingParty, victim: Someone) -> None:
    wanted = dict.fromkeys(("email", "email_verified", "name", "given_name", "locale", "picture", "roles"))
    claims = json.dumps({"userinfo": wanted, "id_token": {**wanted, "sub": None, "amr": {"essential": True}}})
    tokens = allow(stranger, victim, scope="openid", claims=claims)
    told = stranger.provider.http.get(
        stranger.provider.endpoint("userinfo"), headers={"authorization": f"Bearer {tokens['access_token']}"}
    )
    assert set(told.json()) == {"sub"}
    held = decoded(tokens["id_token"].split(".")[1])
    assert not set(wanted) & set(held)
    assert victim.email not in json.dumps(decoded(tokens["access_token"].split(".")[1]))


def test_a_refresh_and_an_exchange_give_no_more_than_was_allowed(stranger: RelyingParty, victim: Someone) -> None:
    tokens = allow(stranger, victim, scope="openid read offline_access")
    for scope in ("openid read write offline_access", "email", "write", "read email"):
        refresh = tokens["refresh_token"]
        wider = stranger.token_call(grant_type="refresh_token", refresh_token=refresh, scope=scope)
        assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")
        traded = stranger.token_call(
            grant_type=GrantType.TOKEN_EXCHANGE,
            subject_token=tokens["access_token"],
            subject_token_type=_ACCESS,
            scope=scope,
        )
        assert (traded.status_code, traded.json()["error"]) == (400, "invalid_scope")
    for resource in ("https://other.test/", "https://api.test", "*"):
        wider = stranger.token_call(
            grant_type="refresh_token", refresh_token=tokens["refresh_token"], resource=resource
        )
        assert (wider.status_code, wider.json()["error"]) == (400, "invalid_target")
    narrowed = stranger.token_call(
        grant_type=GrantType.TOKEN_EXCHANGE, subject_token=tokens["access_token"], subject_token_type=_ACCESS
    ).json()
    assert set(narrowed["scope"].split()) <= {"read"}
    assert "refresh_token" not in narrowed
    # Narrowed once, it stays narrow for the one token, and never grows beyond the first yes.
    thin = stranger.token_call(grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="openid").json()
    assert thin["scope"] == "openid"


def test_what_was_taken_back_is_asked_again_and_its_tokens_are_dead(stranger: RelyingParty, victim: Someone) -> None:
    tokens = allow(stranger, victim, scope="openid email offline_access")
    form = victim.browser.page("/account/applications").form("grant")
    grant = form.buttons.get("grant", ("",))[0] or form.fields["grant"]
    answer = victim.browser.send("POST", "/account/applications", {**form.fields, "grant": grant})
    assert answer.status_code == 303
    assert stranger.ask(victim, prompt="none", scope="openid").error == "consent_required"
    assert stranger.token_call(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    told = stranger.provider.http.get(
        stranger.provider.endpoint("userinfo"), headers={"authorization": f"Bearer {tokens['access_token']}"}
    )
    assert told.status_code == 401


def test_a_code_of_before_the_yes_was_taken_back_buys_nothing(stranger: RelyingParty, victim: Someone) -> None:
    allow(stranger, victim, scope="openid")
    code = stranger.ask(victim, prompt="none", scope="openid").code
    form = victim.browser.page("/account/applications").form("grant")
    grant = form.buttons.get("grant", ("",))[0] or form.fields["grant"]
    victim.browser.send("POST", "/account/applications", {**form.fields, "grant": grant})
    answer = stranger.token_call(grant_type="authorization_code", code=code, redirect_uri=stranger.redirect_uri)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_device_that_was_let_in_and_thrown_out_before_it_asked_again_gets_nothing(
    provider: Provider, victim: Someone
) -> None:
    television = application(provider, Registration("Television", ApplicationType.NATIVE), is_third_party=True)
    url = provider.endpoint("device_authorization")
    begun = provider.http.post(url, data={"client_id": television.client_id, "scope": "openid"}).json()
    page = victim.browser.page("/device")
    confirm = victim.browser.submit(page, "user_code", user_code=begun["user_code"])
    victim.browser.submit(cast("Page", confirm), "decision", decision="allow")
    form = victim.browser.page("/account/applications").form("grant")
    grant = form.buttons.get("grant", ("",))[0] or form.fields["grant"]
    victim.browser.send("POST", "/account/applications", {**form.fields, "grant": grant})
    fields = {"grant_type": DEVICE_GRANT, "client_id": television.client_id, "device_code": begun["device_code"]}
    answer = provider.http.post(provider.endpoint("token"), data=fields)
    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied")


def test_the_page_says_who_asks_by_what_it_can_not_make_up(provider: Provider, victim: Someone) -> None:
    named = replace(SITE, name="Gatepass <script>alert(1)</script>")
    impostor = application(provider, named, is_third_party=True, home_url="https://bank.test/")
    page = asked(impostor, victim)
    assert "rp.test" in page.text
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    assert victim.email in page.text
