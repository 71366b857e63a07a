import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import errors, jwk, jws, jwt

from gatepass.protocols import jose
from gatepass.protocols.jose import PrivateKey, Signer, SigningAlgorithm

# RFC 9864 names the curve in the algorithm; until verifiers know that name, tokens carry the one they know.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning")

CLAIMS: dict[str, Any] = {"iss": "https://auth.example", "sub": "ä", "exp": 4_102_444_800, "amr": ["email"]}
ALGORITHMS = list(SigningAlgorithm)
KEYS: dict[SigningAlgorithm, PrivateKey] = {one: jose.generate_private_key(one) for one in ALGORITHMS}
PRIVATE_PARTS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def signer(algorithm: SigningAlgorithm) -> Signer:
    return Signer("key-1", algorithm, KEYS[algorithm])


def published(algorithm: SigningAlgorithm, key: PrivateKey | None = None) -> jwk.KeySet:
    public: dict[str, str | list[str]] = {
        **jose.public_jwk(key or KEYS[algorithm], key_id="key-1", algorithm=algorithm)
    }
    return jwk.KeySet.import_key_set({"keys": [public]})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_library_verifies_a_token_with_the_published_key(algorithm: SigningAlgorithm) -> None:
    token = signer(algorithm).sign(CLAIMS, token_type="at+jwt")
    verified = jwt.decode(token, published(algorithm), algorithms=[algorithm.value])
    assert verified.claims == CLAIMS
    assert verified.header == {"alg": algorithm.value, "typ": "at+jwt", "kid": "key-1"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_does_not_verify_with_another_key(algorithm: SigningAlgorithm) -> None:
    token = signer(algorithm).sign(CLAIMS, token_type="at+jwt")
    with pytest.raises(errors.BadSignatureError):
        jwt.decode(token, published(algorithm, jose.generate_private_key(algorithm)), algorithms=[algorithm.value])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_altered_anywhere_does_not_verify(algorithm: SigningAlgorithm, part: int) -> None:
    parts = signer(algorithm).sign(CLAIMS, token_type="at+jwt").split(".")
    altered = parts[part]
    parts[part] = altered[:8] + ("A" if altered[8] != "A" else "B") + altered[9:]
    with pytest.raises((errors.JoseError, ValueError)):
        jwt.decode(".".join(parts), published(algorithm), algorithms=[algorithm.value])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_claims_under_the_same_key_give_the_same_token(algorithm: SigningAlgorithm) -> None:
    assert signer(algorithm).sign(CLAIMS, token_type="at+jwt") == signer(algorithm).sign(CLAIMS, token_type="at+jwt")
    assert signer(algorithm).sign(CLAIMS, token_type="at+jwt") != signer(algorithm).sign(CLAIMS, token_type="jwt")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_claims_can_not_choose_the_algorithm_of_the_header(algorithm: SigningAlgorithm) -> None:
    claims = {**CLAIMS, "alg": "none", "kid": "other", "typ": "jwt", "crit": ["x"]}
    header = signer(algorithm).sign(claims, token_type="at+jwt").split(".")[0]
    decoded = json.loads(base64.urlsafe_b64decode(header + "=="))
    assert decoded == {"alg": algorithm.value, "typ": "at+jwt", "kid": "key-1"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_published_key_has_no_private_part_and_names_its_one_use(algorithm: SigningAlgorithm) -> None:
    public = jose.public_jwk(KEYS[algorithm], key_id="key-1", algorithm=algorithm)
    assert not PRIVATE_PARTS & public.keys()
    assert (public["kid"], public["use"], public["alg"]) == ("key-1", "sig", algorithm.value)
    assert not any("=" in value for value in public.values())


@pytest.mark.parametrize(
    ("algorithm", "shape"),
    [
        (SigningAlgorithm.ES256, {"kty": "EC", "crv": "P-256"}),
        (SigningAlgorithm.EDDSA, {"kty": "OKP", "crv": "Ed25519"}),
        (SigningAlgorithm.RS256, {"kty": "RSA", "e": "AQAB"}),
    ],
)
def test_the_published_key_is_of_the_kind_of_its_algorithm(algorithm: SigningAlgorithm, shape: dict[str, str]) -> None:
    public = jose.public_jwk(KEYS[algorithm], key_id="key-1", algorithm=algorithm)
    assert shape.items() <= public.items()


def test_coordinates_are_padded_to_the_full_length_of_the_curve() -> None:
    # About one key in 128 has a coordinate with a leading zero byte (RFC 7518 §6.2.1.2).
    lengths = set()
    for secret in range(1, 600):
        key = ec.derive_private_key(secret, ec.SECP256R1())
        public = jose.public_jwk(key, key_id="k", algorithm=SigningAlgorithm.ES256)
        lengths |= {len(public["x"]), len(public["y"])}
    assert lengths == {43}


def test_signatures_of_es256_have_the_full_length_whatever_their_numbers() -> None:
    lengths = {len(signer(SigningAlgorithm.ES256).sign({"n": n}, token_type="t").split(".")[2]) for n in range(600)}
    assert lengths == {86}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_for_one_algorithm_is_refused_where_another_is_expected(algorithm: SigningAlgorithm) -> None:
    token = signer(algorithm).sign(CLAIMS, token_type="at+jwt")
    for other in ALGORITHMS:
        if other is not algorithm:
            with pytest.raises(errors.JoseError):
                jws.deserialize_compact(token, published(algorithm), algorithms=[other.value])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_private_key_reads_back_from_its_bytes(algorithm: SigningAlgorithm) -> None:
    again = jose.private_key_from_bytes(jose.private_key_to_bytes(KEYS[algorithm]))
    token = Signer("key-1", algorithm, again).sign(CLAIMS, token_type="at+jwt")
    assert jwt.decode(token, published(algorithm), algorithms=[algorithm.value]).claims == CLAIMS


def test_a_key_of_another_kind_is_not_one_to_sign_with() -> None:
    der = x25519.X25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="not signed with"):
        jose.private_key_from_bytes(der)


def test_rsa_keys_have_the_strength_of_the_others_and_sign_beside_the_loop() -> None:
    key = KEYS[SigningAlgorithm.RS256]
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 3072
    assert [one for one in ALGORITHMS if signer(one).is_slow()] == [SigningAlgorithm.RS256]


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"\xff", "_w"), (b"\xfb\xef\xbe", "----"), (b"a", "YQ")])
def test_base64url_has_no_padding_and_nothing_to_escape(data: bytes, text: str) -> None:
    assert jose.base64url(data) == text
