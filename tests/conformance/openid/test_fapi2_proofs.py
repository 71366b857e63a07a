"""FAPI 2.0 Security Profile: tokens that are bound to a key, and every proof that must not pass (RFC 9449)."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwk, jwt

from conformance.openid import checks
from conformance.openid.conftest import NewFapiClient
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.forging import encoded, signed_with, unsigned, with_a_broken_signature
from conformance.openid.provider import Person, Provider
from conformance.openid.relying_party import Tokens

_HOUR = 3600


@pytest.fixture(scope="module")
def tokens(bank: FapiClient, customer: Person) -> Tokens:
    """Give tokens that are bound to the first client's key."""
    return bank.sign_in(customer)


def _userinfo(provider: Provider) -> str:
    return provider.endpoint("userinfo")


def test_fapi2_security_profile_final_ensure_holder_of_key_required(bank: FapiClient, customer: Person) -> None:
    answer = bank.ask(customer)
    fields = {**bank.of_code(answer), **bank.credentials()[1]}
    refused = bank.provider.http.post(bank.provider.endpoint("token"), data=fields)
    assert checks.error_answer(refused)["error"] in {"invalid_dpop_proof", "invalid_request", "invalid_grant"}


def test_fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_before_succeeds(
    bank: FapiClient, tokens: Tokens
) -> None:
    _is_good_at(bank, tokens, bank.provider.now() - 10)


def test_fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_after_succeeds(
    bank: FapiClient, tokens: Tokens
) -> None:
    _is_good_at(bank, tokens, bank.provider.now() + 10)


def _is_good_at(bank: FapiClient, tokens: Tokens, iat: int) -> None:
    proof = bank.proof("GET", _userinfo(bank.provider), tokens.access_token, iat=iat)
    assert bank.resource_call("GET", tokens, proof).status_code == 200


def test_fapi2_security_profile_final_check_dpop_proof_nbf_exp(bank: FapiClient, tokens: Tokens) -> None:
    now = bank.provider.now()
    proof = bank.proof("GET", _userinfo(bank.provider), tokens.access_token, nbf=now, exp=now + 60)
    assert bank.resource_call("GET", tokens, proof).status_code == 200


@pytest.mark.parametrize("more", ["?query=1", "#fragment", "?query=1#fragment"])
def test_fapi2_security_profile_final_dpop_negative_tests_query_and_fragment_do_not_count(
    bank: FapiClient, tokens: Tokens, more: str
) -> None:
    proof = bank.proof("GET", f"{_userinfo(bank.provider)}{more}", tokens.access_token)
    assert bank.resource_call("GET", tokens, proof).status_code == 200


_CLAIMS: dict[str, Callable[[Provider], dict[str, Any]]] = {
    "no jti": lambda _: {"jti": None},
    "no htm": lambda _: {"htm": None},
    "no htu": lambda _: {"htu": None},
    "no iat": lambda _: {"iat": None},
    "no ath": lambda _: {"ath": None},
    "another method": lambda _: {"htm": "POST"},
    "another endpoint": lambda provider: {"htu": provider.endpoint("token")},
    "another host": lambda _: {"htu": "https://other.test/oauth2/userinfo"},
    "another scheme": lambda provider: {"htu": _userinfo(provider).replace("https:", "http:")},
    "an hour old": lambda provider: {"iat": provider.now() - _HOUR},
    "an hour ahead": lambda provider: {"iat": provider.now() + _HOUR},
    "another token's hash": lambda _: {"ath": encoded(hashlib.sha256(b"another").digest())},
    "an unknown nonce": lambda _: {"nonce": "never-handed-out"},
}
_HEADERS: dict[str, dict[str, Any]] = {
    "no typ": {"typ": None},
    "no alg": {"alg": None},
    "no jwk": {"jwk": None},
    "another typ": {"typ": "JWT"},
    "another alg": {"alg": "ES384"},
    "alg none": {"alg": "none"},
    "alg HS256": {"alg": "HS256"},
}


@pytest.mark.parametrize("name", _CLAIMS)
def test_fapi2_security_profile_final_dpop_negative_tests_of_claims(
    bank: FapiClient, tokens: Tokens, name: str
) -> None:
    claims = _CLAIMS[name](bank.provider)
    _is_refused(bank, tokens, bank.proof("GET", _userinfo(bank.provider), tokens.access_token, **claims))


@pytest.mark.parametrize("name", _HEADERS)
def test_fapi2_security_profile_final_dpop_negative_tests_of_headers(
    bank: FapiClient, tokens: Tokens, name: str
) -> None:
    header = {key: value for key, value in {**bank.proof_header(), **_HEADERS[name]}.items() if value is not None}
    claims = bank.proof_claims("GET", _userinfo(bank.provider), tokens.access_token)
    _is_refused(bank, tokens, signed_with(header, claims, bank.proof_key))


def test_fapi2_security_profile_final_dpop_negative_tests_of_keys_and_signatures(
    bank: FapiClient, tokens: Tokens
) -> None:
    claims = bank.proof_claims("GET", _userinfo(bank.provider), tokens.access_token)
    header = bank.proof_header()
    rsa = jwk.RSAKey.generate_key(2048)
    rs256 = {**header, "alg": "RS256", "jwk": rsa.as_dict(private=False)}
    other = new_key()
    for proof in (
        with_a_broken_signature(signed_with(header, claims, bank.proof_key)),
        signed_with(header, claims, other),
        signed_with({**header, "jwk": other.as_dict(private=False)}, claims, other),
        signed_with({**header, "jwk": bank.proof_key.as_dict(private=True)}, claims, bank.proof_key),
        jwt.encode(rs256, claims, rsa, algorithms=["RS256"]),
        unsigned(claims, typ="dpop+jwt"),
    ):
        _is_refused(bank, tokens, proof)


def test_fapi2_security_profile_final_dpop_negative_tests_of_the_request(bank: FapiClient, tokens: Tokens) -> None:
    def proof() -> str:
        return bank.proof("GET", _userinfo(bank.provider), tokens.access_token)

    _is_refused(bank, tokens, proof(), proof())
    _is_refused(bank, tokens)
    for malformed in ("", "a.b.c", "nonsense", proof() + "x", proof().rpartition(".")[0]):
        _is_refused(bank, tokens, malformed)
    assert bank.resource_call("GET", tokens, proof(), scheme="Bearer").status_code == 401
    assert bank.resource_call("GET", tokens, scheme="Bearer").status_code == 401
    once = proof()
    assert bank.resource_call("GET", tokens, once).status_code == 200
    _is_refused(bank, tokens, once)


def _is_refused(bank: FapiClient, tokens: Tokens, *proofs: str) -> None:
    answer = bank.resource_call("GET", tokens, *proofs)
    assert answer.status_code in {400, 401}, answer.text
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert answer.json()["error"] in {"invalid_dpop_proof", "invalid_token", "invalid_request", "use_dpop_nonce"}


@pytest.mark.parametrize(
    "claims", [{"htm": "GET"}, {"htu": "https://other.test/"}, {"jti": None}, {"iat": 1}, {"nonce": "made-up"}]
)
def test_a_token_request_with_a_bad_proof_is_refused(
    bank: FapiClient, customer: Person, claims: dict[str, Any]
) -> None:
    answer = bank.ask(customer)
    url = bank.provider.endpoint("token")
    fields = {**bank.of_code(answer), **bank.credentials()[1]}
    refused = bank.provider.http.post(url, data=fields, headers={"dpop": bank.proof("POST", url, **claims)})
    assert checks.error_answer(refused)["error"] in {"invalid_dpop_proof", "use_dpop_nonce"}


def test_fapi2_security_profile_final_ensure_dpop_auth_code_binding_success(bank: FapiClient, customer: Person) -> None:
    bank.redeem(bank.ask(customer, dpop_jkt=bank.thumbprint))


def test_fapi2_security_profile_final_ensure_dpopproof_at_par_endpoint_binding_success(
    bank: FapiClient, customer: Person
) -> None:
    sent = bank.request()
    pushed = _pushed_with_proof(bank, sent)
    bank.redeem(bank.conclude(customer, sent, bank.start(customer, pushed)))


def test_fapi2_security_profile_final_ensure_mismatched_dpop_jkt_fails(bank: FapiClient) -> None:
    url = bank.provider.endpoint("pushed_authorization_request")
    fields = bank.request(dpop_jkt=new_key().thumbprint())
    refused = checks.error_answer(bank.call(url, fields))
    assert refused["error"] in {"invalid_dpop_proof", "invalid_request"}


def test_fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(
    new_fapi_client: NewFapiClient, customer: Person
) -> None:
    client = new_fapi_client()
    sent = client.request(dpop_jkt=client.thumbprint)
    _is_refused_with_another_key(client, customer, sent, client.pushed(sent))


def test_fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(
    new_fapi_client: NewFapiClient, customer: Person
) -> None:
    client = new_fapi_client()
    sent = client.request()
    _is_refused_with_another_key(client, customer, sent, _pushed_with_proof(client, sent))


def _is_refused_with_another_key(client: FapiClient, person: Person, sent: dict[str, str], pushed: str) -> None:
    answer = client.conclude(person, sent, client.start(person, pushed))
    client.proof_key = new_key("another")
    refused = checks.error_answer(client.token_call(**client.of_code(answer)))
    assert refused["error"] in {"invalid_dpop_proof", "invalid_grant"}


def _pushed_with_proof(client: FapiClient, sent: dict[str, str]) -> str:
    answer = client.call(client.provider.endpoint("pushed_authorization_request"), sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_uri"])


def test_every_nonce_is_handed_out_with_the_tokens(bank: FapiClient, customer: Person) -> None:
    answer = bank.token_call(**bank.of_code(bank.ask(customer)))
    assert len(answer.headers["dpop-nonce"]) >= len(secrets.token_urlsafe(16))
