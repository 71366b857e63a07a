"""FAPI 2.0 Security Profile: what is announced, the journey, and requests that are pushed first (RFC 9126)."""

import secrets

import pytest

from conformance.openid import checks
from conformance.openid.browser import Arrival, Page
from conformance.openid.conftest import NewFapiClient
from conformance.openid.fapi_client import FapiClient
from conformance.openid.provider import ISSUER, Person, Provider


def test_fapi2_security_profile_final_discovery_end_point_verification(provider: Provider) -> None:
    found = provider.metadata
    assert "code" in found["response_types_supported"]
    assert found["pushed_authorization_request_endpoint"].startswith("https://")
    assert type(found["require_pushed_authorization_requests"]) is bool
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "private_key_jwt" in found["token_endpoint_auth_methods_supported"]
    assert {"PS256", "ES256"} <= set(found["token_endpoint_auth_signing_alg_values_supported"])
    assert {"PS256", "ES256"} <= set(found["dpop_signing_alg_values_supported"])
    assert not {"none", "RS256"} & set(found["dpop_signing_alg_values_supported"])
    assert "none" not in found["request_object_signing_alg_values_supported"]


def test_fapi2_security_profile_final_happy_flow(bank: FapiClient, other_bank: FapiClient, person: Person) -> None:
    first = bank.sign_in(person)
    second = other_bank.sign_in(person)
    assert bank.userinfo(first)["sub"] == other_bank.userinfo(second)["sub"]
    foreign = other_bank.proof("GET", bank.provider.endpoint("userinfo"), first.access_token)
    assert bank.resource_call("GET", first, foreign).status_code == 401, "the token is bound to the first one's key"


def test_fapi2_security_profile_final_user_rejects_authentication(
    new_fapi_client: NewFapiClient, person: Person
) -> None:
    stranger = new_fapi_client(is_third_party=True)
    sent = stranger.request(state="kept to the letter")
    page = stranger.visit(person, sent)
    assert isinstance(page, Page)
    consent = person.sign_in(page)
    assert isinstance(consent, Page)
    left = person.browser.submit(consent, "decision", decision="deny")
    assert isinstance(left, Arrival)
    found = checks.answered(sent, left, ISSUER)
    assert found["error"] == "access_denied"
    again = stranger.visit(person, stranger.request(prompt="none"))
    assert isinstance(again, Arrival)
    assert dict(again.query)["error"] == "consent_required"


def test_fapi2_security_profile_final_ensure_authorization_request_without_state_success(
    bank: FapiClient, customer: Person
) -> None:
    answer = bank.ask(customer, state=None)
    assert "state" not in answer.parameters
    bank.redeem(answer)


def test_fapi2_security_profile_final_ensure_authorization_request_without_nonce_success(
    bank: FapiClient, customer: Person
) -> None:
    assert "nonce" not in bank.sign_in(customer, nonce=None).claims


def test_fapi2_security_profile_final_ensure_other_scope_order_succeeds(bank: FapiClient, customer: Person) -> None:
    tokens = bank.sign_in(customer, scope="email profile openid")
    assert set(tokens.scope.split()) == {"openid", "profile", "email"}


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "dPOP"])
def test_fapi2_security_profile_final_access_token_type_header_case_sensitivity(
    bank: FapiClient, customer: Person, scheme: str
) -> None:
    tokens = bank.sign_in(customer)
    proof = bank.proof("GET", bank.provider.endpoint("userinfo"), tokens.access_token)
    assert bank.resource_call("GET", tokens, proof, scheme=scheme).status_code == 200


@pytest.mark.parametrize("length", [64, 384])
def test_fapi2_security_profile_final_ensure_authorization_request_with_long_nonce(
    bank: FapiClient, customer: Person, length: int
) -> None:
    nonce = secrets.token_hex(length // 2)
    assert bank.sign_in(customer, nonce=nonce).claims["nonce"] == nonce


def test_fapi2_security_profile_final_ensure_authorization_request_with_long_state(
    bank: FapiClient, customer: Person
) -> None:
    state = secrets.token_hex(192)
    assert bank.ask(customer, state=state).parameters["state"] == state


def test_fapi2_security_profile_final_state_only_outside_request_object_not_used(
    bank: FapiClient, customer: Person
) -> None:
    sent = bank.request(state=None)
    shown = bank.start(customer, bank.pushed(sent), state="outside", nonce="outside", scope="openid email")
    answer = bank.conclude(customer, sent, shown)
    assert "state" not in answer.parameters
    tokens = bank.redeem(answer)
    assert tokens.claims["nonce"] == sent["nonce"]
    assert tokens.scope == "openid"


def test_fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object(
    bank: FapiClient, customer: Person
) -> None:
    sent = bank.request(state="inside")
    answer = bank.conclude(customer, sent, bank.start(customer, bank.pushed(sent), state="outside"))
    assert answer.parameters["state"] == "inside"


def _refused(bank: FapiClient, **overrides: str | None) -> str:
    """Push a request that must be refused there, and return the error."""
    return str(checks.error_answer(bank.push(bank.request(**overrides)))["error"])


def test_fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails(bank: FapiClient) -> None:
    assert _refused(bank, redirect_uri=None) in {"invalid_request", "invalid_redirect_uri"}


def test_fapi2_security_profile_final_ensure_registered_redirect_uri(bank: FapiClient) -> None:
    assert _refused(bank, redirect_uri="https://rp.test/other") in {"invalid_request", "invalid_redirect_uri"}


def test_fapi2_security_profile_final_ensure_response_type_code_idtoken_fails(bank: FapiClient) -> None:
    assert _refused(bank, response_type="code id_token") in {"unsupported_response_type", "invalid_request"}


def test_fapi2_security_profile_final_ensure_response_type_token_fails(bank: FapiClient) -> None:
    assert _refused(bank, response_type="token") in {"unsupported_response_type", "invalid_request"}


def test_fapi2_security_profile_final_par_ensure_pkce_required(bank: FapiClient) -> None:
    assert _refused(bank, code_challenge=None, code_challenge_method=None) == "invalid_request"


@pytest.mark.parametrize("method", ["plain", None])
def test_fapi2_security_profile_final_par_plain_pkce_rejected(bank: FapiClient, method: str | None) -> None:
    assert _refused(bank, code_challenge_method=method) == "invalid_request"


def test_fapi2_security_profile_final_par_authorization_request_containing_request_uri_form_param(
    bank: FapiClient,
) -> None:
    pushed = bank.pushed(bank.request())
    assert _refused(bank, request_uri=pushed) in {"invalid_request", "invalid_request_uri"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_fapi2_security_profile_final_par_attempt_invalid_http_method(bank: FapiClient, method: str) -> None:
    url = bank.provider.endpoint("pushed_authorization_request")
    fields = {**bank.request(), **bank.credentials()[1]}
    has_body = method not in {"GET", "HEAD"}
    answer = bank.provider.http.request(
        method, url, params=None if has_body else fields, data=fields if has_body else None
    )
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


def test_fapi2_security_profile_final_par_without_duplicate_parameters(bank: FapiClient, customer: Person) -> None:
    sent = bank.request()
    answer = bank.conclude(customer, sent, bank.start(customer, bank.pushed(sent)))
    assert not answer.was_asked
    bank.redeem(answer)


def test_fapi2_security_profile_final_par_attempt_to_use_request_uri_for_different_client(
    bank: FapiClient, other_bank: FapiClient, customer: Person
) -> None:
    _is_an_error_page(other_bank.start(customer, bank.pushed(bank.request())))


def test_fapi2_security_profile_final_par_attempt_to_use_expired_request_uri(
    bank: FapiClient, customer: Person
) -> None:
    pushed = bank.pushed(bank.request())
    bank.provider.wait(bank.push(bank.request()).json()["expires_in"] + 1)
    _is_an_error_page(bank.start(customer, pushed))


def test_fapi2_security_profile_final_par_attempt_reuse_request_uri(bank: FapiClient, customer: Person) -> None:
    sent = bank.request()
    pushed = bank.pushed(sent)
    bank.redeem(bank.conclude(customer, sent, bank.start(customer, pushed)))
    _is_an_error_page(bank.start(customer, pushed))


def test_fapi2_security_profile_final_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    bank: FapiClient, person: Person
) -> None:
    sent = bank.request()
    pushed = bank.pushed(sent)
    first = bank.start(person, pushed)
    assert isinstance(first, Page), "nobody is signed in, so a page asks who it is"
    bank.redeem(bank.conclude(person, sent, bank.start(person, pushed)))


def test_fapi2_security_profile_final_ensure_unsigned_authorization_request_without_using_par_fails(
    bank: FapiClient, customer: Person
) -> None:
    sent = bank.request()
    shown = super(FapiClient, bank).visit(customer, sent)
    assert isinstance(shown, Arrival)
    assert checks.answered(sent, shown, ISSUER)["error"] == "invalid_request"


def _is_an_error_page(shown: Page | Arrival) -> None:
    assert isinstance(shown, Page), shown
    assert shown.status == 400
    assert not shown.has("email")
