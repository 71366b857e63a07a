from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwk, jws

from gatepass.protocols import jose
from gatepass.protocols.jose import foreign
from gatepass.protocols.oauth2 import dpop
from gatepass.protocols.oauth2.dpop import Proof
from gatepass.protocols.oauth2.errors import Refused

NOW = 1_800_000_000
URL = "https://auth.example/oauth2/token"
KEY = jwk.ECKey.generate_key("P-256")
RSA = jwk.RSAKey.generate_key(2048)
EDWARDS = jwk.OKPKey.generate_key("Ed25519")
PUBLIC: dict[str, Any] = dict(KEY.as_dict(private=False))
CLAIMS: dict[str, Any] = {"jti": "j1", "htm": "POST", "htu": URL, "iat": NOW}


def proof(claims: dict[str, Any] | None = None, key: Any = KEY, **header: Any) -> str:
    members = {"typ": "dpop+jwt", "alg": "ES256", "jwk": dict(key.as_dict(private=False)), **header}
    members = {name: value for name, value in members.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=[members["alg"]], strict_check_header=False)
    payload = jose.signing._encode_json(CLAIMS if claims is None else claims)
    return jws.serialize_compact(members, payload, key, registry=registry)


def read(*unverified: str, url: str = URL, nonce_ok: Callable[[str | None], bool] | None = None, **kw: Any) -> Proof:
    return dpop.read_proof(unverified, method="POST", url=url, now=NOW, nonce_ok=nonce_ok or (lambda _: True), **kw)


def refusal(*unverified: str, **expected: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        read(*unverified, **expected)
    return refused.value


def test_a_proof_names_the_key_and_what_has_to_be_remembered() -> None:
    assert read(proof()) == Proof(KEY.thumbprint(), "j1", NOW)
    assert foreign.thumbprint(PUBLIC) == KEY.thumbprint()


@pytest.mark.parametrize(("key", "alg"), [(RSA, "PS256"), (EDWARDS, "Ed25519")])
def test_other_kinds_of_keys_prove_as_well(key: Any, alg: str) -> None:
    assert read(proof(key=key, alg=alg)).thumbprint == key.thumbprint()


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning")
def test_the_older_name_of_an_algorithm_is_known() -> None:
    assert read(proof(key=EDWARDS, alg="EdDSA")).thumbprint == EDWARDS.thumbprint()


def test_there_is_one_header() -> None:
    assert "one DPoP header" in refusal().description
    assert "one DPoP header" in refusal(proof(), proof()).description
    assert "one DPoP header" in refusal("a" * 8193).description


@pytest.mark.parametrize("unverified", ["", "x", "a.b.c", "..", proof() + " ", f"{proof()}, {proof()}", "ä"])
def test_what_is_no_proof_is_refused(unverified: str) -> None:
    assert refusal(unverified).error == "invalid_dpop_proof"


@pytest.mark.parametrize("header", [{"alg": "RS256", "key": RSA}, {"typ": "JWT"}, {"typ": None}, {"jwk": None}])
def test_a_header_of_another_form_is_refused(header: dict[str, Any]) -> None:
    assert refusal(proof(**header)).error == "invalid_dpop_proof"


@pytest.mark.parametrize(
    "key",
    [
        dict(KEY.as_dict(private=True)),
        {**PUBLIC, "x": PUBLIC["y"]},
        {**PUBLIC, "use": "enc"},
        {"kty": "oct", "k": "AA"},
        {},
        [],
        "k",
        dict(jwk.ECKey.generate_key("P-256").as_dict(private=False)),
        dict(jwk.ECKey.generate_key("P-384").as_dict(private=False)),
        dict(RSA.as_dict(private=False)),
    ],
)
def test_the_key_is_public_sound_and_the_one_that_signed(key: Any) -> None:
    header = jose.base64url(jose.signing._encode_json({"typ": "dpop+jwt", "alg": "ES256", "jwk": key}))
    message = f"{header}.{proof().split('.')[1]}"
    signer = jose.Signer("", jose.SigningAlgorithm.ES256, KEY.private_key)  # type: ignore[arg-type]
    assert refusal(f"{message}.{jose.base64url(signer._signature(message.encode()))}").error == "invalid_dpop_proof"


@pytest.mark.parametrize("name", list(CLAIMS))
@pytest.mark.parametrize("value", ["", None, 1.5, [], {}, True, "x" * 256, "missing"])
def test_every_claim_is_there_and_right(name: str, value: Any) -> None:
    if (name, value) == ("jti", "missing"):
        value = "with space"
    assert refusal(proof({**CLAIMS, name: value})).error == "invalid_dpop_proof"
    assert refusal(proof({k: v for k, v in CLAIMS.items() if k != name})).error == "invalid_dpop_proof"


@pytest.mark.parametrize("method", ["post", "GET", "POST "])
def test_a_proof_is_for_one_method(method: str) -> None:
    assert "htm" in refusal(proof({**CLAIMS, "htm": method})).description


@pytest.mark.parametrize("htu", [URL, f"{URL}?x=1", f"{URL}#x", "HTTPS://AUTH.example:443/oauth2/token"])
def test_query_fragment_case_and_default_port_of_the_address_do_not_count(htu: str) -> None:
    assert read(proof({**CLAIMS, "htu": htu}))
    assert read(proof({**CLAIMS, "htu": htu}), url=f"{URL}?request=1")


@pytest.mark.parametrize(
    "htu",
    [
        "https://auth.example/oauth2/par",
        f"{URL}/",
        "https://auth.example/oauth2/Token",
        "https://auth.example/x/../oauth2/token",
        "http://auth.example/oauth2/token",
        "https://auth.example:8443/oauth2/token",
        "https://auth.example.evil.example/oauth2/token",
        "https://u@auth.example/oauth2/token",
        "/oauth2/token",
        "https://[/oauth2/token",
        "https://auth.example:x/oauth2/token",
        f"\t{URL}",
        "",
    ],
)
def test_a_proof_is_for_one_address(htu: str) -> None:
    assert "htu" in refusal(proof({**CLAIMS, "htu": htu})).description
    assert "htu" in refusal(proof({**CLAIMS, "htu": htu}), url="not an address").description


@pytest.mark.parametrize("offset", [-300, -10, 0, 10, 60, -0.5])
def test_a_proof_made_just_now_is_good(offset: float) -> None:
    assert read(proof({**CLAIMS, "iat": NOW + offset}))


@pytest.mark.parametrize("offset", [-301, -3600, 61, 3600])
def test_an_old_or_early_proof_is_refused(offset: int) -> None:
    assert "just now" in refusal(proof({**CLAIMS, "iat": NOW + offset})).description


def test_the_age_of_a_proof_can_be_narrower() -> None:
    assert read(proof({**CLAIMS, "iat": NOW - 30}), max_age_seconds=30)
    assert refusal(proof({**CLAIMS, "iat": NOW - 31}), max_age_seconds=30)


def test_exp_and_nbf_of_a_proof_mean_nothing() -> None:
    assert read(proof({**CLAIMS, "exp": 1, "nbf": NOW + 9999}))


def test_a_proof_beside_an_access_token_names_its_hash() -> None:
    right = {**CLAIMS, "ath": dpop.access_token_hash("token")}
    assert read(proof(right), access_token="token")
    assert read(proof(right))
    for wrong in (CLAIMS, {**CLAIMS, "ath": None}, {**CLAIMS, "ath": 1}, {**CLAIMS, "ath": "ä"}):
        assert "ath" in refusal(proof(wrong), access_token="token").description
    assert "ath" in refusal(proof(right), access_token="other").description


def test_the_nonce_is_judged_last_and_asked_for_by_its_own_code() -> None:
    seen: list[str | None] = []

    def is_good(nonce: str | None) -> bool:
        seen.append(nonce)
        return nonce == "n1"

    assert read(proof({**CLAIMS, "nonce": "n1"}), nonce_ok=is_good)
    for nonce in (None, "n0", 1, ["n1"]):
        assert refusal(proof({**CLAIMS, "nonce": nonce}), nonce_ok=is_good).error == "use_dpop_nonce"
    assert refusal(proof(), nonce_ok=is_good).error == "use_dpop_nonce"
    assert seen == ["n1", None, "n0", None, None, None]
    assert refusal(proof({**CLAIMS, "htm": "GET", "nonce": "n1"}), nonce_ok=is_good).error == "invalid_dpop_proof"
    assert len(seen) == 6
