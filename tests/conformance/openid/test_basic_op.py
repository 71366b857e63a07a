"""The plans Basic OP and Form Post OP: the journey itself, its tokens, its code and its refresh token."""

import hashlib
import secrets

import pytest

from conformance.openid import checks
from conformance.openid.conftest import NewClient
from conformance.openid.forging import decoded, encoded
from conformance.openid.provider import ISSUER, Person, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty
from gatepass.protocols.jose import SigningAlgorithm


def test_oidcc_server(client: RelyingParty, person: Person) -> None:
    tokens = client.sign_in(person)
    assert tokens.refresh_token
    assert client.userinfo(tokens) == {"sub": tokens.claims["sub"]}
    assert tokens.claims["auth_time"] <= tokens.claims["iat"]
    checks.key_set(client.provider.keys())


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_oidcc_server_with_each_algorithm(new_client: NewClient, person: Person, algorithm: str) -> None:
    client = new_client(algorithm=algorithm)
    tokens = client.sign_in(person)
    assert tokens.claims["at_hash"] == checks.half_hash(tokens.access_token, algorithm)
    assert client.userinfo(tokens)["sub"] == tokens.claims["sub"]


def test_oidcc_response_type_missing(client: RelyingParty, person: Person) -> None:
    answer = client.ask(person, response_type=None)
    assert answer.error in {"unsupported_response_type", "invalid_request"}
    assert not answer.was_asked


def test_oidcc_idtoken_signature(client: RelyingParty, resident: Person) -> None:
    tokens = client.sign_in(resident)  # the checks find its `kid` among the published keys
    header = decoded(tokens.id_token.partition(".")[0])
    assert header["alg"] == "RS256"
    assert header["kid"]


def test_oidcc_idtoken_unsigned(provider: Provider) -> None:
    assert "none" not in provider.metadata["id_token_signing_alg_values_supported"]
    assert "none" not in set(SigningAlgorithm), "no client can be registered for it either"


def test_oidcc_userinfo_get(client: RelyingParty, resident: Person) -> None:
    client.userinfo(client.sign_in(resident), "get")


def test_oidcc_userinfo_post_header(client: RelyingParty, resident: Person) -> None:
    client.userinfo(client.sign_in(resident), "post_header")


def test_oidcc_userinfo_post_body(client: RelyingParty, resident: Person) -> None:
    client.userinfo(client.sign_in(resident), "post_body")


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(client: RelyingParty, resident: Person) -> None:
    tokens = client.sign_in(resident, nonce=None)
    assert "nonce" not in tokens.claims


def test_oidcc_alternate_happy_flow(client: RelyingParty, person: Person) -> None:
    sent = client.request(scope="email profile openid", redirect_uri=f"{CALLBACK}?own=1", state=secrets.token_hex(64))
    sent = dict(reversed(sent.items()))
    tokens = client.redeem(client.conclude(person, sent, client.visit(person, sent)))
    assert client.userinfo(tokens)["email"] == person.email


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(client: RelyingParty, resident: Person) -> None:
    client.sign_in(resident, extra="foobar")


def test_oidcc_codereuse(client: RelyingParty, resident: Person) -> None:
    _is_good_once(client, resident, seconds_between=0)


def test_oidcc_codereuse_30seconds(client: RelyingParty, resident: Person) -> None:
    _is_good_once(client, resident, seconds_between=30)


def _is_good_once(client: RelyingParty, person: Person, *, seconds_between: int) -> None:
    answer = client.ask(person)
    tokens = client.redeem(answer)
    client.provider.wait(seconds_between)
    again = checks.error_answer(client.token_call(**client.of_code(answer)))
    assert again["error"] == "invalid_grant"
    assert client.userinfo_call(tokens).status_code == 401, "the first access token is revoked"
    assert checks.error_answer(client.refresh_call(tokens))["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "redirect_uri", ["https://rp.test/unregistered", f"{CALLBACK}/", f"{CALLBACK}?added=1", "https://rp.test.evil/"]
)
def test_oidcc_ensure_registered_redirect_uri(client: RelyingParty, person: Person, redirect_uri: str) -> None:
    page = client.is_shown_an_error(person, client.request(redirect_uri=redirect_uri))
    assert redirect_uri not in page.text


def test_oidcc_ensure_post_request_succeeds(client: RelyingParty, person: Person) -> None:
    tokens = client.redeem(client.ask_by_form(person))
    assert client.userinfo(tokens)["sub"] == tokens.claims["sub"]


def test_oidcc_ensure_post_request_succeeds_and_finds_who_is_signed_in(client: RelyingParty, resident: Person) -> None:
    assert not client.ask_by_form(resident).was_asked


@pytest.mark.parametrize("mode", ["", "form_post"])
def test_oidcc_server_client_secret_post(new_client: NewClient, resident: Person, mode: str) -> None:
    client = new_client(is_posted=True, response_mode=mode)
    tokens = client.sign_in(resident)
    assert client.userinfo(tokens)["sub"] == tokens.claims["sub"]


@pytest.mark.parametrize("is_posted", [False, True])
def test_a_client_with_a_wrong_secret_is_refused(new_client: NewClient, resident: Person, *, is_posted: bool) -> None:
    client = new_client(is_posted=is_posted)
    answer = client.ask(resident)
    client.secret += "x"
    refused = client.token_call(**client.of_code(answer))
    assert checks.error_answer(refused)["error"] == "invalid_client"
    assert refused.status_code == 401
    assert is_posted or refused.headers["www-authenticate"].lower().startswith("basic")


def test_oidcc_refresh_token(client: RelyingParty, other_client: RelyingParty, person: Person) -> None:
    first = client.sign_in(person)
    client.provider.wait(2)
    stolen = checks.error_answer(other_client.refresh_call(first))
    assert stolen["error"] == "invalid_grant"
    found = client.tokens_of(client.refresh_call(first))
    second = client.verify(found, first.sent, nonce=None)
    assert second.access_token != first.access_token
    assert second.refresh_token != first.refresh_token
    for kept in ("iss", "sub", "aud", "auth_time", "azp", "sid"):
        assert second.claims[kept] == first.claims[kept], kept
    assert second.claims["iat"] > first.claims["iat"]
    assert client.userinfo(second)["sub"] == first.claims["sub"]


def test_a_code_of_another_client_is_refused(
    client: RelyingParty, other_client: RelyingParty, resident: Person
) -> None:
    answer = client.ask(resident)
    refused = checks.error_answer(other_client.token_call(**client.of_code(answer)))
    assert refused["error"] == "invalid_grant"


def test_oidcc_ensure_request_with_valid_pkce_succeeds(client: RelyingParty, resident: Person) -> None:
    verifier = secrets.token_urlsafe(32)
    challenge = encoded(hashlib.sha256(verifier.encode()).digest())
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    client.redeem(client.ask(resident, **asked), code_verifier=verifier)
    for wrong in (None, secrets.token_urlsafe(32)):
        refused = client.token_call(**client.of_code(client.ask(resident, **asked), code_verifier=wrong))
        assert checks.error_answer(refused)["error"] == "invalid_grant"


def test_the_issuer_that_answers_is_the_one_that_was_found(provider: Provider) -> None:
    assert provider.metadata["authorization_response_iss_parameter_supported"] is True
    assert provider.metadata["issuer"] == ISSUER
