import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols import jose
from gatepass.protocols.jose import Signer, SigningAlgorithm, TokenFault, TokenRefused, Verifier

NOW = 1_800_000_000
ISSUER = "https://auth.example"
CLAIMS: dict[str, Any] = {"iss": ISSUER, "sub": "u1", "iat": NOW, "nbf": NOW, "exp": NOW + 300}
ALGORITHMS = list(SigningAlgorithm)
SIGNERS = {one: Signer(f"key-{one.value}", one, jose.generate_private_key(one)) for one in ALGORITHMS}
VERIFIERS = {
    signer.key_id: Verifier.from_jwk(jose.public_jwk(signer.key, key_id=signer.key_id, algorithm=one))
    for one, signer in SIGNERS.items()
}
ES256 = SIGNERS[SigningAlgorithm.ES256]


def token(claims: dict[str, Any] | None = None, signer: Signer = ES256, **changed: Any) -> str:
    return signer.sign({**(CLAIMS if claims is None else claims), **changed}, token_type="at+jwt")


def read(unverified_token: str, **changed: Any) -> dict[str, Any]:
    expected: dict[str, Any] = {"token_type": "at+jwt", "issuer": ISSUER, "now": NOW, **changed}
    return jose.read_own(unverified_token, VERIFIERS, **expected)


def fault(unverified_token: str, **changed: Any) -> TokenFault:
    with pytest.raises(TokenRefused) as refused:
        read(unverified_token, **changed)
    return refused.value.reason


def signed(header: bytes, payload: bytes, signer: Signer = ES256) -> str:
    message = f"{jose.base64url(header)}.{jose.base64url(payload)}"
    return f"{message}.{jose.base64url(signer._signature(message.encode()))}"


def with_header(**members: Any) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": ES256.key_id, **members}
    return signed(json.dumps({k: v for k, v in header.items() if v is not None}).encode(), json.dumps(CLAIMS).encode())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_we_signed_reads_back_with_the_published_key(algorithm: SigningAlgorithm) -> None:
    assert read(token(signer=SIGNERS[algorithm])) == CLAIMS


@given(st.dictionaries(st.text(max_size=9), st.text() | st.integers(-(2**53), 2**53) | st.booleans(), max_size=5))
def test_any_claims_read_back(claims: dict[str, Any]) -> None:
    assert read(token({**claims, **CLAIMS})) == {**claims, **CLAIMS}


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{0,40}"))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    fault(text)
    assert jose.peek(text) is None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_key_decides_the_algorithm(algorithm: SigningAlgorithm) -> None:
    header, payload, signature = token(signer=SIGNERS[algorithm]).split(".")
    members = json.loads(base64.urlsafe_b64decode(header + "=="))
    for other in ("none", "None", "", "HS256", "ES384", *(one.value for one in ALGORITHMS if one is not algorithm)):
        forged = jose.base64url(json.dumps({**members, "alg": other}).encode())
        assert fault(f"{forged}.{payload}.{signature}") in {TokenFault.ALGORITHM, TokenFault.HEADER}


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_mac_under_the_public_key_is_no_signature(encoding: Encoding, form: PublicFormat) -> None:
    secret = ES256.key.public_key().public_bytes(encoding, form)
    for alg in ("HS256", "ES256"):
        header = jose.base64url(json.dumps({"alg": alg, "typ": "at+jwt", "kid": ES256.key_id}).encode())
        message = f"{header}.{jose.base64url(json.dumps(CLAIMS).encode())}"
        mac = jose.base64url(hmac.digest(secret, message.encode(), hashlib.sha256))
        assert fault(f"{message}.{mac}") in {TokenFault.ALGORITHM, TokenFault.SIGNATURE}


@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False},
        {"jku": "https://evil.example/keys"},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["AA"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"kid": None},
        {"alg": None},
        {"typ": None},
        {"kid": 1},
        {"kid": [ES256.key_id]},
        {"typ": {}},
        {"alg": True},
    ],
)
def test_a_header_has_the_three_members_that_we_write_and_no_other(members: dict[str, Any]) -> None:
    assert fault(with_header(**members)) is TokenFault.HEADER
    assert jose.peek(with_header(**members)) is None


@pytest.mark.parametrize("kid", ["", "other", "../../dev/null", "x' OR '1'='1", "key-RS256\x00", "KEY-ES256"])
def test_a_key_that_is_not_ours_is_not_looked_for_elsewhere(kid: str) -> None:
    assert fault(with_header(kid=kid)) is TokenFault.KEY


def test_the_key_of_another_algorithm_does_not_verify() -> None:
    assert fault(with_header(kid="key-RS256", alg="RS256")) is TokenFault.SIGNATURE
    assert fault(with_header(kid="key-EdDSA", alg="EdDSA")) is TokenFault.SIGNATURE


@pytest.mark.parametrize("typ", ["JWT", "at+jw", "logout+jwt", "", "application/at+jwt", "at+jwt "])
def test_another_type_is_refused(typ: str) -> None:
    assert fault(with_header(typ=typ)) is TokenFault.TYPE


def test_the_case_of_the_type_does_not_count() -> None:
    assert read(with_header(typ="AT+JWT")) == CLAIMS


def test_every_change_of_the_form_is_refused() -> None:
    good = token()
    header, payload, signature = good.split(".")
    for bad in (
        f"{header}.{payload}",
        f"{header}.{payload}.",
        f"{header}..{signature}",
        f".{payload}.{signature}",
        f"{good}.",
        f"{good}.{signature}",
        f"{good}=",
        f" {good}",
        f"{good}\n",
        f"{header}=.{payload}.{signature}",
        f"{header}.{payload}.{signature[:-1]}",
        f"{header}.{payload[:-1]}\u0430.{signature}",
        "A" * 16_385,
        "",
        "..",
    ):
        assert fault(bad) is TokenFault.MALFORMED, bad


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    # 64 bytes leave four unused bits in the last of 86 characters.
    good = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = good[:-1] + alphabet[alphabet.index(good[-1]) + 1]
    assert base64.urlsafe_b64decode(twin.split(".")[2] + "==") == base64.urlsafe_b64decode(good.split(".")[2] + "==")
    assert fault(twin) is TokenFault.MALFORMED


@pytest.mark.parametrize("signature", [b"\x00" * 64, b"\x00" * 63, b"\xff" * 64, b"0" * 70, b"\x00"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_made_up_signature_is_refused(algorithm: SigningAlgorithm, signature: bytes) -> None:
    message = token(signer=SIGNERS[algorithm]).rpartition(".")[0]
    assert fault(f"{message}.{jose.base64url(signature)}") is TokenFault.SIGNATURE


@pytest.mark.parametrize(
    "payload",
    [
        b'{"iss":"https://auth.example","exp":4102444800,"exp":1}',
        b'{"iss":"https://auth.example","exp":4102444800,"a":{"b":1,"b":1}}',
        b"[]",
        b"null",
        b"{",
        b"\xff",
        '{"iss":"https://auth.example","exp":4102444800}'.encode("utf-16"),
        b'{"iss":"https://auth.example","exp":4102444800,"x":NaN}',
        b'{"iss":"https://auth.example","exp":4102444800,"x":"\\ud800"}',
        b'{"iss":"https://auth.example","exp":' + b"9" * 5000 + b"}",
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
    ],
)
def test_json_that_two_parsers_could_read_differently_is_refused(payload: bytes) -> None:
    header = json.dumps({"alg": "ES256", "typ": "at+jwt", "kid": ES256.key_id}).encode()
    assert fault(signed(header, payload)) is TokenFault.MALFORMED


def test_a_repeated_name_in_the_header_is_refused() -> None:
    header = b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key-ES256"}'
    assert fault(signed(header, json.dumps(CLAIMS).encode())) is TokenFault.MALFORMED


@pytest.mark.parametrize("issuer", ["https://auth.example/", "https://AUTH.example", "mojoauth", None, 1, [ISSUER]])
def test_the_issuer_is_ours_to_the_letter(issuer: object) -> None:
    assert fault(token(iss=issuer)) is TokenFault.ISSUER


def test_a_token_ends_with_the_second_of_its_exp() -> None:
    assert read(token(), now=NOW + 299)
    assert fault(token(), now=NOW + 300) is TokenFault.EXPIRED


def test_an_expired_token_reads_where_that_is_asked_for_but_one_without_end_does_not() -> None:
    assert read(token(), now=NOW + 10_000, accepts_expired=True) == CLAIMS
    endless = {name: value for name, value in CLAIMS.items() if name != "exp"}
    assert fault(token(endless), accepts_expired=True) is TokenFault.CLAIMS


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_clock_may_be_a_minute_ahead(name: str) -> None:
    assert read(token({**CLAIMS, name: NOW + 60}))
    assert fault(token({**CLAIMS, name: NOW + 61})) is TokenFault.TOO_EARLY


@pytest.mark.parametrize("value", ["4102444800", True, None, [], {}, -1, 10**12, 1e300])
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_a_moment_is_a_number_of_the_calendar(name: str, value: Any) -> None:
    assert fault(token({**CLAIMS, name: value})) is TokenFault.CLAIMS


def test_a_peek_shows_what_the_header_claims() -> None:
    head = jose.peek(token())
    assert head is not None
    assert (head.kid, head.alg, head.typ) == ("key-ES256", "ES256", "at+jwt")


@pytest.mark.parametrize(
    "changed",
    [{"alg": "HS256"}, {"kty": "oct"}, {"crv": "P-384"}, {"x": "AA"}, {"x": "="}, {"alg": "EdDSA"}, {"alg": "none"}],
)
def test_a_key_that_we_would_not_publish_makes_no_verifier(changed: dict[str, str]) -> None:
    public = jose.public_jwk(ES256.key, key_id="k", algorithm=SigningAlgorithm.ES256)
    with pytest.raises(ValueError, match=r".+"):
        Verifier.from_jwk({**public, **changed})
    del public["kid"]
    with pytest.raises(ValueError, match="no key that we publish"):
        Verifier.from_jwk(public)
