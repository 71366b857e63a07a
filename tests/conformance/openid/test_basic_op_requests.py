"""The plans Basic OP and Form Post OP: what a request may wish for, and who is asked again for it."""

import pytest
from joserfc import jwk, jwt

from conformance.openid.browser import Page
from conformance.openid.conftest import NewClient, NewPerson
from conformance.openid.forging import unsigned
from conformance.openid.provider import ISSUER, Person
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import OAuthPolicy

_LONG_STATE = "abcdefghijklmnopqrstuvwxyz-._~ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * 2
_SILENT_ERRORS = {"login_required", "interaction_required", "account_selection_required", "consent_required"}


def test_oidcc_display_page(client: RelyingParty, person: Person) -> None:
    client.sign_in(person, display="page")


def test_oidcc_display_popup(client: RelyingParty, person: Person) -> None:
    client.sign_in(person, display="popup")


def test_oidcc_prompt_login(client: RelyingParty, person: Person) -> None:
    first = client.sign_in(person)
    client.provider.wait(2)
    again = client.ask(person, prompt="login")
    assert again.was_asked
    second = client.redeem(again)
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_prompt_none_not_logged_in(client: RelyingParty, person: Person) -> None:
    answer = client.ask(person, prompt="none", state=_LONG_STATE)
    assert answer.error in _SILENT_ERRORS
    assert not answer.was_asked
    assert answer.parameters["state"] == _LONG_STATE


def test_oidcc_prompt_none_logged_in(client: RelyingParty, person: Person) -> None:
    first = client.sign_in(person)
    client.provider.wait(2)
    silent = client.ask(person, prompt="none")
    assert not silent.was_asked
    second = client.redeem(silent)
    for same in ("sub", "auth_time", "sid"):
        assert second.claims[same] == first.claims[same], same


def test_oidcc_max_age_1(client: RelyingParty, person: Person) -> None:
    first = client.sign_in(person)
    client.provider.wait(2)
    answer = client.ask(person, max_age="1")
    assert answer.was_asked
    second = client.redeem(answer)
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_max_age_10000(client: RelyingParty, person: Person) -> None:
    first = client.sign_in(person, max_age="15000")
    client.provider.wait(2)
    answer = client.ask(person, max_age="10000")
    assert not answer.was_asked
    assert client.redeem(answer).claims["auth_time"] == first.claims["auth_time"]


def test_oidcc_id_token_hint(client: RelyingParty, person: Person) -> None:
    first = client.sign_in(person)
    answer = client.ask(person, prompt="none", id_token_hint=first.id_token)
    assert not answer.was_asked
    assert client.redeem(answer).claims["sub"] == first.claims["sub"]


def test_oidcc_id_token_hint_of_somebody_else_is_never_answered_with_another(
    client: RelyingParty, new_person: NewPerson
) -> None:
    one, other = new_person(), new_person()
    hint = client.sign_in(one).id_token
    client.ask(other)
    assert client.ask(other, prompt="none", id_token_hint=hint).error == "login_required"


def test_oidcc_login_hint(client: RelyingParty, person: Person) -> None:
    sent = client.request(login_hint=person.email)
    page = client.visit(person, sent)
    assert isinstance(page, Page)
    assert page.form("email").fields["email"] == person.email
    client.redeem(client.conclude(person, sent, page))


@pytest.mark.parametrize(("asked", "shown"), [("se", "en"), ("fr-CA fr en", "fr")])
def test_oidcc_ui_locales(client: RelyingParty, person: Person, asked: str, shown: str) -> None:
    sent = client.request(ui_locales=asked)
    page = client.visit(person, sent)
    assert isinstance(page, Page)
    assert f'<html lang="{shown}"' in page.text
    client.redeem(client.conclude(person, sent, page))


def test_oidcc_ensure_request_with_acr_values_succeeds(client: RelyingParty, person: Person) -> None:
    known = client.provider.metadata["acr_values_supported"]
    tokens = client.sign_in(person, acr_values=" ".join(known))
    assert tokens.claims["acr"] in known
    client.sign_in(person, acr_values="urn:nobody:knows:this 2")


def _unsigned(client: RelyingParty, sent: dict[str, str]) -> str:
    claims = {**sent, "iss": client.client_id, "aud": ISSUER, "exp": client.provider.now() + 300}
    return unsigned(claims)


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    client: RelyingParty, person: Person
) -> None:
    assert client.provider.metadata["request_uri_parameter_supported"] is False
    answer = client.ask(person, request_uri="https://rp.test/request.jwt")
    assert answer.error == "request_uri_not_supported"


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    client: RelyingParty, person: Person
) -> None:
    assert "none" not in client.provider.metadata["request_object_signing_alg_values_supported"]
    inner = client.request(state="inside", nonce="inside")
    answer = client.ask(person, request=_unsigned(client, inner))
    assert answer.error in {"request_not_supported", "invalid_request_object"}, "it is never silently ignored"
    assert not answer.was_asked


def test_oidcc_ensure_request_object_with_redirect_uri(client: RelyingParty, person: Person) -> None:
    inner = client.request()
    outer = {**client.request(redirect_uri="https://rp.test/unregistered"), "request": _unsigned(client, inner)}
    client.is_shown_an_error(person, outer)


@pytest.mark.parametrize("mode", ["", "form_post"])
def test_oidcc_ensure_request_object_with_redirect_uri_when_it_is_signed(
    new_client: NewClient, resident: Person, mode: str
) -> None:
    key = jwk.ECKey.generate_key("P-256", {"kid": "signs-requests", "use": "sig", "alg": "ES256"})
    policy = OAuthPolicy(has_profile_in_id_token=False, jwks={"keys": [key.as_dict(private=False)]})
    client = new_client(policy=policy, response_mode=mode)
    inner = client.request()
    now = client.provider.now()
    claims = {**inner, "iss": client.client_id, "aud": ISSUER, "exp": now + 300, "nbf": now}
    signed = jwt.encode({"alg": "ES256", "kid": "signs-requests"}, claims, key)
    outer = {**client.request(redirect_uri="https://rp.test/unregistered", state="outside"), "request": signed}
    answer = client.conclude(resident, inner, client.visit(resident, outer))
    assert not answer.was_asked
    client.redeem(answer)
