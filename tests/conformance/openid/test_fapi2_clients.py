"""FAPI 2.0 Security Profile: how a client proves to be itself, and what of its own nobody else can use."""

import secrets
from typing import Any

import pytest
from joserfc import jwk, jwt

from conformance.openid import checks
from conformance.openid.conftest import NewFapiClient
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.forging import unsigned, with_a_broken_signature
from conformance.openid.provider import ISSUER, Person


def test_fapi2_security_profile_final_ensure_client_assertion_in_token_endpoint(
    bank: FapiClient, customer: Person
) -> None:
    answer = bank.ask(customer)
    url = bank.provider.endpoint("token")
    bank.call(url, {"grant_type": "authorization_code", "code": "learns-the-nonce"})
    fields = {**bank.of_code(answer), "client_id": bank.client_id}
    refused = bank.provider.http.post(url, data=fields, headers={"dpop": bank.proof("POST", url)})
    assert refused.status_code == 401
    assert checks.error_answer(refused)["error"] == "invalid_client"


def _with(bank: FapiClient, assertion: str) -> dict[str, Any]:
    """Push a request with an assertion and return the error."""
    fields = {**bank.request(), **bank.with_assertion(assertion)}
    return checks.error_answer(
        bank.provider.http.post(bank.provider.endpoint("pushed_authorization_request"), data=fields)
    )


_INVALID: dict[str, dict[str, Any]] = {
    "of an array": {"aud": [ISSUER]},
    "of an array with another": {"aud": [ISSUER, "https://other.test"]},
    "for the token endpoint": {"aud": f"{ISSUER}/oauth2/token"},
    "for the endpoint itself": {"aud": f"{ISSUER}/oauth2/par"},
    "for nobody": {"aud": None},
    "for somebody else": {"aud": "https://other.test"},
    "for the issuer with a slash": {"aud": f"{ISSUER}/"},
    "without iss": {"iss": None},
    "without sub": {"sub": None},
    "of another sub": {"sub": "another"},
    "without exp": {"exp": None},
    "without jti": {"jti": None},
}


@pytest.mark.parametrize("claims", _INVALID.values(), ids=_INVALID)
def test_fapi2_security_profile_final_ensure_invalid_client_assertions_fail(
    bank: FapiClient, claims: dict[str, Any]
) -> None:
    assert _with(bank, bank.assertion(**claims))["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("claim", "seconds"), [("exp", -300), ("exp", -61), ("nbf", 75), ("nbf", 3600), ("iat", 75), ("iat", 3600)]
)
def test_fapi2_security_profile_final_ensure_invalid_client_assertions_fail_by_time(
    bank: FapiClient, claim: str, seconds: int
) -> None:
    claims: dict[str, Any] = {claim: bank.provider.now() + seconds}
    assertion = bank.assertion(**claims)
    assert _with(bank, assertion)["error"] == "invalid_client"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_fapi2_security_profile_final_ensure_client_assertion_with_nbf_or_iat_8_seconds_in_the_future_is_accepted(
    bank: FapiClient, claim: str
) -> None:
    claims: dict[str, Any] = {claim: bank.provider.now() + 8}
    fields = {**bank.request(), **bank.with_assertion(bank.assertion(**claims))}
    answer = bank.provider.http.post(bank.provider.endpoint("pushed_authorization_request"), data=fields)
    assert answer.status_code == 201, answer.text


def test_fapi2_security_profile_final_ensure_invalid_client_assertions_fail_by_signature(
    bank: FapiClient, other_bank: FapiClient
) -> None:
    claims = {"iss": bank.client_id, "sub": bank.client_id, "aud": ISSUER, "jti": "x", "exp": bank.provider.now() + 60}
    for assertion in (
        with_a_broken_signature(bank.assertion()),
        bank.assertion(key=other_bank.key),
        bank.assertion(key=new_key("proves")),
        unsigned(claims),
        unsigned(claims, kid="proves"),
    ):
        assert _with(bank, assertion)["error"] == "invalid_client"


def test_an_assertion_is_good_once(bank: FapiClient) -> None:
    assertion = bank.assertion()
    fields = {**bank.request(), **bank.with_assertion(assertion)}
    url = bank.provider.endpoint("pushed_authorization_request")
    assert bank.provider.http.post(url, data=fields).status_code == 201
    assert _with(bank, assertion)["error"] == "invalid_client"


def test_fapi2_security_profile_final_ensure_signed_client_assertion_with_rs256_fails(
    new_fapi_client: NewFapiClient,
) -> None:
    key = jwk.RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    client = new_fapi_client(further_keys=(key.as_dict(private=False),))
    now = client.provider.now()
    for algorithm, status in (("PS256", 201), ("RS256", 401)):
        claims = {"iss": client.client_id, "sub": client.client_id, "aud": ISSUER, "exp": now + 60}
        assertion = jwt.encode(
            {"alg": algorithm, "kid": "rsa"}, {**claims, "jti": secrets.token_hex(16)}, key, algorithms=[algorithm]
        )
        fields = {**client.request(), **client.with_assertion(assertion)}
        answer = client.provider.http.post(client.provider.endpoint("pushed_authorization_request"), data=fields)
        assert answer.status_code == status, answer.text


def test_fapi2_security_profile_final_ensure_client_id_in_token_endpoint(
    bank: FapiClient, other_bank: FapiClient, customer: Person
) -> None:
    answer = bank.ask(customer)
    refused = bank.token_call(**bank.of_code(answer), **{**bank.credentials()[1], "client_id": other_bank.client_id})
    assert checks.error_answer(refused)["error"] in {"invalid_client", "invalid_request"}


def test_fapi2_security_profile_final_ensure_authorization_code_is_bound_to_client(
    bank: FapiClient, other_bank: FapiClient, customer: Person
) -> None:
    answer = bank.ask(customer)
    refused = other_bank.token_call(**bank.of_code(answer))
    assert checks.error_answer(refused)["error"] == "invalid_grant"


def test_fapi2_security_profile_final_attempt_reuse_authorization_code_after_one_second(
    bank: FapiClient, customer: Person
) -> None:
    answer = bank.ask(customer)
    tokens = bank.redeem(answer)
    bank.provider.wait(1)
    assert checks.error_answer(bank.token_call(**bank.of_code(answer)))["error"] == "invalid_grant"
    assert bank.userinfo_call(tokens).status_code == 401


def test_fapi2_security_profile_final_ensure_token_endpoint_fails_with_expired_auth_code(
    bank: FapiClient, customer: Person
) -> None:
    answer = bank.ask(customer)
    bank.provider.wait(61)
    assert checks.error_answer(bank.token_call(**bank.of_code(answer)))["error"] == "invalid_grant"


def test_fapi2_security_profile_final_ensure_pkce_code_verifier_required(bank: FapiClient, customer: Person) -> None:
    fields = bank.of_code(bank.ask(customer))
    del fields["code_verifier"]
    assert checks.error_answer(bank.token_call(**fields))["error"] == "invalid_grant"


def test_fapi2_security_profile_final_incorrect_pkce_code_verifier_rejected(bank: FapiClient, customer: Person) -> None:
    fields = bank.of_code(bank.ask(customer), code_verifier=secrets.token_urlsafe(32))
    assert checks.error_answer(bank.token_call(**fields))["error"] == "invalid_grant"


def test_fapi2_security_profile_final_refresh_token(bank: FapiClient, other_bank: FapiClient, customer: Person) -> None:
    first = bank.sign_in(customer)
    assert checks.error_answer(other_bank.refresh_call(first))["error"] == "invalid_grant"
    url = bank.provider.endpoint("token")
    bare = {"grant_type": "refresh_token", "refresh_token": first.refresh_token, "client_id": bank.client_id}
    unproven = bank.provider.http.post(url, data=bare, headers={"dpop": bank.proof("POST", url)})
    assert checks.error_answer(unproven)["error"] == "invalid_client"
    second = bank.verify(bank.tokens_of(bank.refresh_call(first)), first.sent, nonce=None)
    assert second.claims["sub"] == first.claims["sub"]
    assert bank.userinfo(second)["sub"] == first.claims["sub"]


def test_a_refresh_token_of_a_confidential_client_may_be_bound_to_a_new_key(
    new_fapi_client: NewFapiClient, customer: Person
) -> None:
    client = new_fapi_client()
    first = client.sign_in(customer)
    client.proof_key = new_key("another")
    second = client.verify(client.tokens_of(client.refresh_call(first)), first.sent, nonce=None)
    assert client.userinfo(second)["sub"] == first.claims["sub"]
