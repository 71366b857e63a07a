"""FAPI 2.0 Message Signing: requests that their client signed, and pushed (RFC 9101, Message Signing §5.3)."""

import secrets
from typing import Any

import pytest
from joserfc import jwk, jwt

from conformance.openid import checks
from conformance.openid.conftest import NewFapiClient
from conformance.openid.fapi_client import FapiClient
from conformance.openid.forging import unsigned, with_a_broken_signature
from conformance.openid.provider import ISSUER, Person


@pytest.fixture(scope="module")
def signer(new_fapi_client: NewFapiClient) -> FapiClient:
    """The client of this plan; what it does not sign is not its own."""
    return new_fapi_client(signs_requests=True)


def _push(signer: FapiClient, request: str, **beside: str) -> Any:
    fields = {"request": request, **beside, **signer.credentials()[1]}
    return signer.provider.http.post(signer.provider.endpoint("pushed_authorization_request"), data=fields)


def _refused(signer: FapiClient, request: str, **beside: str) -> None:
    assert checks.error_answer(_push(signer, request, **beside))["error"] == "invalid_request_object"


def test_fapi2_message_signing_final_happy_flow(signer: FapiClient, customer: Person) -> None:
    tokens = signer.sign_in(customer)
    assert signer.userinfo(tokens)["sub"] == tokens.claims["sub"]


def test_fapi2_security_profile_final_ensure_request_object_with_multiple_aud_succeeds(
    signer: FapiClient, customer: Person
) -> None:
    sent = signer.request()
    answer = _push(signer, signer.request_object(sent, aud=[ISSUER, "https://other.test"]))
    assert answer.status_code == 201, answer.text
    shown = signer.start(customer, answer.json()["request_uri"])
    signer.redeem(signer.conclude(customer, sent, shown))


def test_fapi2_security_profile_final_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(
    signer: FapiClient,
) -> None:
    request = signer.request_object(signer.request(), nbf=signer.provider.now() + 8)
    assert _push(signer, request).status_code == 201


def test_fapi2_security_profile_final_ensure_request_object_without_exp_fails(signer: FapiClient) -> None:
    _refused(signer, signer.request_object(signer.request(), exp=None))


def test_fapi2_security_profile_final_ensure_request_object_without_nbf_fails(signer: FapiClient) -> None:
    _refused(signer, signer.request_object(signer.request(), nbf=None))


@pytest.mark.parametrize(
    "audience", [None, "https://other.test", f"{ISSUER}/", f"{ISSUER}/oauth2/par", ["https://a.test"]]
)
def test_fapi2_security_profile_final_ensure_request_object_with_bad_aud_fails(
    signer: FapiClient, audience: object
) -> None:
    _refused(signer, signer.request_object(signer.request(), aud=audience))


def test_fapi2_security_profile_final_ensure_expired_request_object_fails(signer: FapiClient) -> None:
    _is_refused_at(signer, nbf=-600, exp=-300)


def test_fapi2_security_profile_final_ensure_request_object_with_exp_over_60_fails(signer: FapiClient) -> None:
    _is_refused_at(signer, nbf=0, exp=4200)


def test_fapi2_security_profile_final_ensure_request_object_with_nbf_over_60_fails(signer: FapiClient) -> None:
    _is_refused_at(signer, nbf=-4200, exp=300)


def test_a_request_object_that_is_not_yet_good_fails(signer: FapiClient) -> None:
    _is_refused_at(signer, nbf=300, exp=600)


def _is_refused_at(signer: FapiClient, *, nbf: int, exp: int) -> None:
    now = signer.provider.now()
    _refused(signer, signer.request_object(signer.request(), nbf=now + nbf, exp=now + exp))


def test_fapi2_security_profile_final_ensure_signed_request_object_with_rs256_fails(
    new_fapi_client: NewFapiClient,
) -> None:
    key = jwk.RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    signer = new_fapi_client(signs_requests=True, further_keys=(key.as_dict(private=False),))
    now = signer.provider.now()
    for algorithm, status in (("PS256", 201), ("RS256", 400)):
        claims = {**signer.request(), "iss": signer.client_id, "aud": ISSUER, "nbf": now, "exp": now + 300}
        request = jwt.encode({"alg": algorithm, "kid": "rsa"}, claims, key, algorithms=[algorithm])
        assert _push(signer, request).status_code == status


def test_fapi2_security_profile_final_ensure_request_object_signature_algorithm_is_not_none(signer: FapiClient) -> None:
    now = signer.provider.now()
    claims = {**signer.request(), "iss": signer.client_id, "aud": ISSUER, "nbf": now, "exp": now + 300}
    _refused(signer, unsigned(claims))


def test_fapi2_security_profile_final_ensure_request_object_with_invalid_signature_fails(signer: FapiClient) -> None:
    _refused(signer, with_a_broken_signature(signer.request_object(signer.request())))


def test_fapi2_security_profile_final_ensure_matching_key_in_authorization_request(
    signer: FapiClient, bank: FapiClient
) -> None:
    _refused(signer, signer.request_object(signer.request(), key=bank.key))
    _refused(signer, signer.request_object(signer.request(), iss=bank.client_id))
    _refused(signer, signer.request_object(signer.request(), client_id=bank.client_id))


def test_fapi2_security_profile_final_ensure_unsigned_request_at_par_endpoint_fails(signer: FapiClient) -> None:
    fields = {**signer.request(), **signer.credentials()[1]}
    url = signer.provider.endpoint("pushed_authorization_request")
    answer = checks.error_answer(signer.provider.http.post(url, data=fields))
    assert answer["error"] in {"invalid_request_object", "invalid_request"}


def test_fapi2_security_profile_final_ensure_different_nonce_inside_and_outside_request_object(
    signer: FapiClient, customer: Person
) -> None:
    _counts_inside_alone(signer, customer, nonce="outside")


def test_fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object(
    signer: FapiClient, customer: Person
) -> None:
    _counts_inside_alone(signer, customer, state="outside")


def _counts_inside_alone(signer: FapiClient, person: Person, **outside: str) -> None:
    sent = signer.request()
    answer = _push(signer, signer.request_object(sent), **outside)
    assert answer.status_code == 201, answer.text
    shown = signer.start(person, answer.json()["request_uri"], **outside)
    signer.redeem(signer.conclude(person, sent, shown))  # the checks compare state and nonce


def test_fapi2_security_profile_final_ensure_request_object_with_long_nonce(
    signer: FapiClient, customer: Person
) -> None:
    nonce = secrets.token_hex(192)
    assert signer.sign_in(customer, nonce=nonce).claims["nonce"] == nonce


def test_fapi2_security_profile_final_ensure_request_object_with_long_state(
    signer: FapiClient, customer: Person
) -> None:
    state = secrets.token_hex(192)
    assert signer.ask(customer, state=state).parameters["state"] == state


def test_fapi2_security_profile_final_state_only_outside_request_object_not_used(
    signer: FapiClient, customer: Person
) -> None:
    sent = signer.request(state=None)
    answer = _push(signer, signer.request_object(sent), state="outside")
    shown = signer.start(customer, answer.json()["request_uri"], state="outside")
    assert "state" not in signer.conclude(customer, sent, shown).parameters


def test_fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails(signer: FapiClient) -> None:
    answer = _push(signer, signer.request_object(signer.request(redirect_uri=None)))
    assert checks.error_answer(answer)["error"] in {"invalid_request", "invalid_redirect_uri", "invalid_request_object"}


def test_a_request_object_that_holds_another_is_refused(signer: FapiClient) -> None:
    _refused(signer, signer.request_object(signer.request(), request_uri="urn:x"))
    _refused(signer, signer.request_object(signer.request(), request="a.b.c"))
