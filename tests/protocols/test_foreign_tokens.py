"""Every reader of what others signed, against the same forgeries (RFC 8725 §2)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatepass.protocols import jose
from gatepass.protocols.jose import Signer, SigningAlgorithm, TokenFault, TokenRefused, foreign
from gatepass.protocols.oauth2.assertions import read_assertion
from gatepass.protocols.oauth2.dpop import read_proof
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.openid.request_objects import read_request_object

NOW = 1_800_000_000
ISSUER = "https://auth.example"
URL = f"{ISSUER}/oauth2/token"
SIGNER = Signer("k1", SigningAlgorithm.ES256, jose.generate_private_key(SigningAlgorithm.ES256))
PUBLIC = jose.public_jwk(SIGNER.key, key_id="k1", algorithm=SigningAlgorithm.ES256)
KEYS: dict[str, Any] = {"keys": [PUBLIC]}
BARE = {name: PUBLIC[name] for name in ("kty", "crv", "x", "y")}
TYPES = {"assertion": "JWT", "request object": "oauth-authz-req+jwt", "proof": "dpop+jwt"}
CODES = {"assertion": "invalid_client", "request object": "invalid_request_object", "proof": "invalid_dpop_proof"}
CLAIMS: dict[str, Any] = {
    "iss": "c1",
    "sub": "c1",
    "client_id": "c1",
    "aud": ISSUER,
    "jti": "j1",
    "iat": NOW,
    "exp": NOW + 60,
    "htm": "POST",
    "htu": URL,
    "scope": "openid",
}

Claims = dict[str, Any]


def read(purpose: str, unverified_token: str, keys: Claims | None = None) -> object:
    keys = KEYS if keys is None else keys
    if purpose == "assertion":
        return read_assertion(unverified_token, keys, client_id="c1", audiences={ISSUER}, now=NOW)
    if purpose == "request object":
        return read_request_object(unverified_token, keys, issuer=ISSUER, client_id="c1", now=NOW)
    return read_proof([unverified_token], method="POST", url=URL, now=NOW, nonce_ok=lambda _: True)


def header_of(purpose: str, **members: Any) -> Claims:
    origin = {"jwk": BARE} if purpose == "proof" else {"kid": "k1"}
    header = {"alg": "ES256", "typ": TYPES[purpose], **origin, **members}
    return {name: value for name, value in header.items() if value is not None}


def signed(header: Claims | bytes, claims: Claims | bytes = CLAIMS, signer: Signer = SIGNER) -> str:
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims))
    message = ".".join(map(jose.base64url, parts))
    return f"{message}.{jose.base64url(signer._signature(message.encode()))}"


def mac(header: Claims, secret: bytes) -> str:
    message = ".".join(jose.base64url(json.dumps(part).encode()) for part in (header, CLAIMS))
    return f"{message}.{jose.base64url(hmac.digest(secret, message.encode(), hashlib.sha256))}"


def pem() -> bytes:
    return SIGNER.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def oct_key(secret: bytes) -> dict[str, str]:
    return {"kty": "oct", "k": jose.base64url(secret), "kid": "k1"}


FORGERIES: dict[str, Callable[[str], str]] = {
    "none": lambda p: f"{signed(header_of(p, alg='none')).rpartition('.')[0]}.",
    "none with a signature": lambda p: signed(header_of(p, alg="none")),
    "None": lambda p: signed(header_of(p, alg="NoNe")),
    "no algorithm": lambda p: signed(header_of(p, alg=None)),
    "a list of algorithms": lambda p: signed(header_of(p, alg=["ES256"])),
    "unknown algorithm": lambda p: signed(header_of(p, alg="XS256")),
    "lower case": lambda p: signed(header_of(p, alg="es256")),
    "MAC under the public key": lambda p: mac(header_of(p, alg="HS256"), pem()),
    "MAC under nothing": lambda p: mac(header_of(p, alg="HS256"), b""),
    "MAC with its key inside": lambda p: mac(header_of(p, alg="HS256", jwk=oct_key(b"s" * 32)), b"s" * 32),
    "another algorithm of the curve": lambda p: signed(header_of(p, alg="ES384")),
    "RSA with the key of a curve": lambda p: signed(header_of(p, alg="PS256")),
    "empty signature": lambda p: f"{signed(header_of(p)).rpartition('.')[0]}.",
    "zeroes": lambda p: f"{signed(header_of(p)).rpartition('.')[0]}.{'A' * 86}",
    "truncated": lambda p: signed(header_of(p))[:-4],
    "two parts": lambda p: signed(header_of(p)).rpartition(".")[0],
    "five parts": lambda p: f"{signed(header_of(p))}.AA.AA",
    "padding": lambda p: f"{signed(header_of(p))}=",
    "line break": lambda p: f"{signed(header_of(p))}\n",
    "huge": lambda p: signed(header_of(p), {**CLAIMS, "x": "a" * 20_000}),
    "JSON serialization": lambda p: json.dumps({"payload": "e30", "protected": "e30", "signature": p}),
    "crit": lambda p: signed(header_of(p, crit=["exp"], exp=NOW + 60)),
    "empty crit": lambda p: signed(header_of(p, crit=[])),
    "b64": lambda p: signed(header_of(p, b64=False, crit=["b64"])),
    "jku": lambda p: signed(header_of(p, jku="https://evil.example/keys")),
    "x5u": lambda p: signed(header_of(p, x5u="https://evil.example/cert")),
    "compressed": lambda p: signed(header_of(p, zip="DEF")),
    "encrypted": lambda p: signed(header_of(p, enc="A256GCM")),
    "kid that is no text": lambda p: signed(header_of(p, kid=["k1"])),
    "access token": lambda p: signed(header_of(p, typ="at+jwt")),
    "logout token": lambda p: signed(header_of(p, typ="logout+jwt")),
    "typ that is no text": lambda p: signed(header_of(p, typ=1)),
    "typ that is null": lambda p: signed(json.dumps({**header_of(p), "typ": None}).encode()),
    "repeated claim": lambda p: signed(header_of(p), json.dumps(CLAIMS).encode()[:-1] + b',"iss":"c1"}'),
    "repeated header": lambda p: signed(json.dumps(header_of(p)).encode()[:-1] + b',"alg":"ES256"}'),
    "no object": lambda p: signed(header_of(p), b'"text"'),
    "half a surrogate": lambda p: signed(header_of(p), {**CLAIMS, "x": "\ud800"}),
    "nested": lambda p: signed(header_of(p), b'{"a":' * 1500 + b"1" + b"}" * 1500),
}


@pytest.mark.parametrize("purpose", TYPES)
def test_an_honest_token_is_read(purpose: str) -> None:
    assert read(purpose, signed(header_of(purpose)))
    assert read(purpose, signed(header_of(purpose, typ=f"application/{TYPES[purpose].upper()}", x5t="ignored")))


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("purpose", TYPES)
def test_a_forgery_is_refused_by_every_reader(purpose: str, forgery: str) -> None:
    with pytest.raises(Refused) as refused:
        read(purpose, FORGERIES[forgery](purpose))
    assert refused.value.error == CODES[purpose]


@pytest.mark.parametrize("purpose", ["assertion", "request object"])
def test_a_key_inside_the_token_is_not_used(purpose: str) -> None:
    other = Signer("k1", SigningAlgorithm.ES256, jose.generate_private_key(SigningAlgorithm.ES256))
    own = jose.public_jwk(other.key, key_id="k1", algorithm=SigningAlgorithm.ES256)
    for header in (header_of(purpose), header_of(purpose, jwk=own), header_of(purpose, kid=None)):
        with pytest.raises(Refused):
            read(purpose, signed(header, signer=other))


@pytest.mark.parametrize("purpose", ["assertion", "request object"])
def test_a_key_inside_the_token_is_refused_even_where_it_is_the_right_one(purpose: str) -> None:
    with pytest.raises(Refused, match="header"):
        read(purpose, signed(header_of(purpose, jwk=BARE)))


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
@pytest.mark.parametrize("purpose", ["assertion", "request object"])
def test_a_mac_is_refused_even_where_the_client_registered_its_key(purpose: str, algorithm: str) -> None:
    with pytest.raises(Refused):
        read(purpose, mac(header_of(purpose, alg=algorithm), b"s" * 32), {"keys": [oct_key(b"s" * 32)]})


@pytest.mark.parametrize("algorithm", list(SigningAlgorithm))
def test_each_algorithm_is_read_where_the_purpose_accepts_it(algorithm: SigningAlgorithm) -> None:
    signer = Signer("k1", algorithm, jose.generate_private_key(algorithm))
    keys = {"keys": [jose.public_jwk(signer.key, key_id="k1", algorithm=algorithm)]}
    token = signer.sign(CLAIMS, token_type="JWT")
    assert foreign.read_foreign(token, keys, algorithms=[algorithm], token_types=["jwt"]).claims == CLAIMS
    for others in ([one for one in SigningAlgorithm if one is not algorithm], [], ["none"], ["HS256"]):
        with pytest.raises(TokenRefused) as refused:
            foreign.read_foreign(token, keys, algorithms=others, token_types=["jwt"])
        assert refused.value.reason is TokenFault.ALGORITHM


def fault(keys: Any, **members: Any) -> TokenFault:
    token = signed(header_of("assertion", **members))
    with pytest.raises(TokenRefused) as refused:
        foreign.read_foreign(token, keys, algorithms=["ES256"], token_types=["jwt"])
    return refused.value.reason


@pytest.mark.parametrize(
    "changed",
    [
        {"kid": "k2"},
        {"use": "enc"},
        {"alg": "ES384"},
        {"alg": ["ES256"]},
        {"use": ["sig"]},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"d": "AA"},
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"crv": ["P-256"]},
    ],
)
def test_a_key_is_used_for_what_it_is_made_for_alone(changed: Claims) -> None:
    assert fault({"keys": [{**PUBLIC, **changed}]}) is TokenFault.KEY


@pytest.mark.parametrize("changed", [{"x": PUBLIC["y"]}, {"x": "AA"}, {"x": 1}, {"x": None}, {"x": "=" * 43}])
def test_a_broken_key_verifies_nothing(changed: Claims) -> None:
    with pytest.raises(TokenRefused):
        foreign.read_foreign(
            signed(header_of("assertion")), {"keys": [{**PUBLIC, **changed}]}, algorithms=["ES256"], token_types=["jwt"]
        )


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": ["k1", None, 1]}])
def test_a_key_set_without_keys_knows_no_key(keys: Claims) -> None:
    assert fault(keys) is TokenFault.KEY


def test_without_a_key_id_a_few_keys_are_tried() -> None:
    def other() -> dict[str, str]:
        key = jose.generate_private_key(SigningAlgorithm.ES256)
        return jose.public_jwk(key, key_id="o", algorithm=SigningAlgorithm.ES256)

    token = signed(header_of("assertion", kid=None))
    few = {"keys": [other(), other(), PUBLIC]}
    assert foreign.read_foreign(token, few, algorithms=["ES256"], token_types=["jwt"])
    assert fault({"keys": [*(other() for _ in range(4)), PUBLIC]}, kid=None) is TokenFault.SIGNATURE


def test_a_broken_key_does_not_stand_in_the_way_of_a_sound_one() -> None:
    broken = {**PUBLIC, "x": "AA"}
    token = signed(header_of("assertion"))
    assert foreign.read_foreign(token, {"keys": [broken, PUBLIC]}, algorithms=["ES256"], token_types=["jwt"])


def test_the_thumbprint_is_that_of_the_standard() -> None:
    # The example of RFC 7638 §3.1.
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
        "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu"
        "6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
        "wapJzKnqDKgw"
    )
    key = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert foreign.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    with pytest.raises(TokenRefused):
        foreign.thumbprint(oct_key(b"s" * 32))
    with pytest.raises(TokenRefused):
        foreign.thumbprint({**BARE, "d": "AA"})


def test_a_key_set_is_judged_before_it_is_registered() -> None:
    assert foreign.key_set_faults(KEYS) == []
    private = {**PUBLIC, "d": base64.urlsafe_b64encode(b"d" * 32).decode()}
    weak = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n  # noqa: S505 - refused for that
    small = {"kty": "RSA", "e": "AQAB", "n": jose.base64url(weak.to_bytes(128, "big"))}
    for keys, words in (
        (None, "is an object"),
        ({"keys": "x"}, "is an object"),
        ({"keys": []}, "is an object"),
        ({"keys": [PUBLIC] * 33}, "more than 32"),
        ({"keys": [private]}, "private key"),
        ({"keys": [small]}, "no key for"),
        ({"keys": [oct_key(b"s")]}, "private key"),
        ({"keys": [PUBLIC, PUBLIC]}, "same `kid`"),
        ({"keys": [{**PUBLIC, "x": "AA"}]}, "no key for"),
    ):
        assert words in " ".join(foreign.key_set_faults(keys))
