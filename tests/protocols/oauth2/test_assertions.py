from typing import Any

import pytest

from gatepass.protocols import jose
from gatepass.protocols.jose import Signer, SigningAlgorithm
from gatepass.protocols.oauth2 import assertions
from gatepass.protocols.oauth2.assertions import Assertion
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.openid import request_objects

NOW = 1_800_000_000
ISSUER = "https://auth.example"
TOKEN_URL = f"{ISSUER}/oauth2/token"
SIGNER = Signer("k1", SigningAlgorithm.ES256, jose.generate_private_key(SigningAlgorithm.ES256))
KEYS = {"keys": [jose.public_jwk(SIGNER.key, key_id="k1", algorithm=SigningAlgorithm.ES256)]}
CLAIMS: dict[str, Any] = {"iss": "c1", "sub": "c1", "aud": ISSUER, "jti": "j1", "iat": NOW, "exp": NOW + 300}
REQUEST: dict[str, Any] = {"iss": "c1", "client_id": "c1", "aud": ISSUER, "exp": NOW + 300, "state": "s"}


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def read(claims: dict[str, Any], kind: str = "JWT", **expected: Any) -> Assertion:
    token = SIGNER.sign(claims, token_type=kind)
    options = {"client_id": "c1", "audiences": (ISSUER, TOKEN_URL), "now": NOW, **expected}
    return assertions.read_assertion(token, KEYS, **options)


def read_request(claims: dict[str, Any], **expected: Any) -> dict[str, Any]:
    token = SIGNER.sign(claims, token_type="oauth-authz-req+jwt")
    options = {"issuer": ISSUER, "client_id": "c1", "now": NOW, **expected}
    parameters = request_objects.read_request_object(token, KEYS, **options)
    return {**parameters.single, **parameters.repeated}


def test_an_assertion_says_what_has_to_be_remembered() -> None:
    assert read(CLAIMS) == Assertion("j1", NOW + 300)
    assert read({**CLAIMS, "aud": TOKEN_URL}, kind="client-authentication+jwt")
    assert read({**CLAIMS, "aud": ["https://other.example", ISSUER]})


def test_who_an_assertion_claims_to_be_is_known_before_its_keys_are() -> None:
    assert assertions.unverified_client_id(SIGNER.sign(CLAIMS, token_type="JWT")) == "c1"
    for claims in ({"sub": 1}, {}, {"sub": ""}, {"sub": "a\x00"}, {"sub": "a" * 256}):
        assert assertions.unverified_client_id(SIGNER.sign(claims, token_type="JWT")) is None
    assert assertions.unverified_client_id("a.b.c") is None


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "jti", "exp"])
@pytest.mark.parametrize("value", ["c2", "", None, 1, True, [], ["c2"], {}, [1, None], "with space", "a" * 256])
def test_every_claim_of_an_assertion_is_there_and_right(name: str, value: Any) -> None:
    for claims in ({**CLAIMS, name: value}, without(CLAIMS, name)):
        if (name, value) == ("jti", "c2") and name in claims:
            continue
        with pytest.raises(Refused) as refused:
            read(claims)
        assert refused.value.error == "invalid_client"


@pytest.mark.parametrize("audience", [[ISSUER], TOKEN_URL, f"{ISSUER}/", ISSUER.upper(), [ISSUER, "x"]])
def test_a_strict_profile_takes_the_issuer_as_one_text(audience: Any) -> None:
    assert read(CLAIMS, audiences=(ISSUER,), is_audience_single=True)
    with pytest.raises(Refused):
        read({**CLAIMS, "aud": audience}, audiences=(ISSUER,), is_audience_single=True)


@pytest.mark.parametrize(
    ("name", "good", "bad"), [("exp", NOW + 660, NOW + 661), ("exp", NOW + 1, NOW), ("nbf", NOW + 8, NOW + 61)]
)
def test_an_assertion_is_short_lived(name: str, good: int, bad: int) -> None:
    assert read({**CLAIMS, name: good})
    with pytest.raises(Refused):
        read({**CLAIMS, name: bad})


def test_a_client_may_be_held_to_fewer_algorithms() -> None:
    with pytest.raises(Refused, match="algorithm"):
        read(CLAIMS, algorithms=("PS256", "EdDSA"))


def test_a_signed_request_gives_its_parameters_without_the_claims_of_the_token() -> None:
    claims = {
        **REQUEST,
        "nbf": NOW,
        "jti": "j",
        "max_age": 0,
        "claims": {"userinfo": {"name": None}},
        "resource": ["r"],
    }
    assert read_request(claims) == {
        "client_id": "c1",
        "state": "s",
        "max_age": "0",
        "claims": '{"userinfo":{"name":null}}',
        "resource": ("r",),
    }
    assert read_request({**without(REQUEST, "iss"), "aud": ["x", ISSUER]})


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "c2"},
        {"iss": None},
        {"client_id": "c2"},
        {"client_id": None},
        {"aud": "https://other.example"},
        {"aud": [f"{ISSUER}/"]},
        {"aud": None},
        {"aud": {ISSUER: 1}},
        {"exp": NOW},
        {"exp": None},
        {"exp": NOW + 3661},
        {"nbf": NOW + 61},
        {"nbf": NOW - 3661},
        {"nbf": "x"},
        {"request": "x"},
        {"request_uri": "https://evil.example/r"},
        {"request_uri": None},
        {"state": ["a"]},
        {"state": 1.5},
        {"state": "a\nb"},
    ],
)
def test_a_signed_request_that_breaks_a_rule_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        read_request({**REQUEST, **changed})
    assert refused.value.error == "invalid_request_object"


@pytest.mark.parametrize("name", ["client_id", "aud", "exp"])
def test_a_signed_request_says_whose_it_is_for_whom_and_until_when(name: str) -> None:
    with pytest.raises(Refused):
        read_request(without(REQUEST, name))


def test_a_strict_profile_asks_when_a_request_was_made() -> None:
    assert read_request({**REQUEST, "nbf": NOW + 8}, requires_nbf=True)
    with pytest.raises(Refused, match="nbf"):
        read_request(REQUEST, requires_nbf=True)
