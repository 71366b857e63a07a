"""Every place that takes a JWT, against every known way to make one up (RFC 8725, C56)."""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from joserfc import jwk

from attacks.hosted import API, Someone, application, someone
from conformance.openid.browser import Arrival, Page
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.forging import decoded, encoded, signed_with, unsigned
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import RelyingParty, Tokens
from gatepass.applications.model import ClientAuthentication, GrantType

_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
_EXCHANGE = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.TOKEN_EXCHANGE)
Forge = Callable[[Mapping[str, Any], Mapping[str, Any], "jwk.ECKey", dict[str, Any]], str]
"""From the header, the claims, the attacker's key and the public key of the victim to a token."""


def hmac_with(key: bytes, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Return a token under a symmetric key, which a confused reader takes a public one for; libraries refuse."""
    text = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
    return f"{text}.{encoded(hmac.digest(key, text.encode(), 'sha256'))}"


def _pem(public: dict[str, Any]) -> bytes:
    return jwk.ECKey.import_key(public).as_pem(private=False)


_ORDER = bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
FORGERIES: dict[str, Forge] = {
    **{
        f"alg {name or 'empty'}": (lambda h, c, _k, _p, name=name: unsigned(c, **{**h, "alg": name}))  # type: ignore[misc]
        for name in ("none", "None", "NONE", "nOnE", "", "null")
    },
    "none with a signature": lambda h, c, k, _p: signed_with({**h, "alg": "none"}, c, k),
    "HS256 with the PEM": lambda h, c, _k, p: hmac_with(_pem(p), h, c),
    "HS256 with the JWK": lambda h, c, _k, p: hmac_with(json.dumps(p).encode(), h, c),
    "HS256 with x": lambda h, c, _k, p: hmac_with(str(p["x"]).encode(), h, c),
    "HS256 with the kid": lambda h, c, _k, p: hmac_with(str(p.get("kid", "kid")).encode(), h, c),
    "empty signature": lambda h, c, _k, _p: f"{encoded(h)}.{encoded(c)}.",
    "two parts": lambda h, c, _k, _p: f"{encoded(h)}.{encoded(c)}",
    "zero signature": lambda h, c, _k, _p: f"{encoded(h)}.{encoded(c)}.{encoded(bytes(64))}",
    "r = s = n": lambda h, c, _k, _p: f"{encoded(h)}.{encoded(c)}.{encoded(_ORDER * 2)}",
    "own key under its kid": lambda h, c, k, _p: signed_with(h, c, k),
    "own key in jwk": lambda h, c, k, _p: signed_with({**h, "jwk": k.as_dict(private=False)}, c, k),
    "own key in jwk, no kid": lambda h, c, k, _p: signed_with(
        {**{n: v for n, v in h.items() if n != "kid"}, "jwk": k.as_dict(private=False)}, c, k
    ),
    "jku": lambda h, c, k, _p: signed_with({**h, "jku": "https://evil.test/keys"}, c, k),
    "x5u": lambda h, c, k, _p: signed_with({**h, "x5u": "https://evil.test/cert"}, c, k),
    "x5c": lambda h, c, k, _p: signed_with({**h, "x5c": ["MIIB"]}, c, k),
    "unknown crit": lambda h, c, k, _p: signed_with({**h, "crit": ["exp"], "exp": 1}, c, k),
    "b64 false": lambda h, c, k, _p: signed_with({**h, "b64": False, "crit": ["b64"]}, c, k),
    "zip": lambda h, c, k, _p: signed_with({**h, "zip": "DEF"}, c, k),
    "kid of a path": lambda h, c, k, _p: signed_with({**h, "kid": "../../../../dev/null"}, c, k),
    "kid of SQL": lambda h, c, k, _p: signed_with({**h, "kid": "x' UNION SELECT 'key"}, c, k),
    "kid of a number": lambda h, c, k, _p: signed_with({**h, "kid": 1}, c, k),
    "kid of a list": lambda h, c, k, _p: signed_with({**h, "kid": ["a"]}, c, k),
    "alg of a list": lambda h, c, k, _p: signed_with({**h, "alg": ["ES256", "none"]}, c, k),
    "alg of another kind": lambda h, c, k, _p: signed_with({**h, "alg": "RS256"}, c, k),
    "JWE": lambda _h, c, _k, _p: f"{encoded({'alg': 'dir', 'enc': 'A128GCM', 'zip': 'DEF'})}..{encoded(c)}.x.x",
    "JSON form": lambda _h, c, _k, _p: "{" + f'"payload":"{encoded(c)}"' + "}",
    "deep header": lambda _h, c, _k, _p: f"{encoded(b'[' * 4000)}.{encoded(c)}.AAAA",
}


@dataclass
class House:
    """A victim's tokens, applications that prove themselves by a key, and an attacker who knows all public keys."""

    provider: Provider
    shop: RelyingParty
    bank: FapiClient
    victim: Someone
    tokens: Tokens
    evil_key: jwk.ECKey

    def published(self, token: str) -> dict[str, Any]:
        kid = decoded(token.split(".", maxsplit=1)[0])["kid"]
        return next(dict(key) for key in self.provider.keys()["keys"] if key["kid"] == kid)

    def forged(self, forge: Forge, token: str, public: dict[str, Any] | None = None) -> str:
        head, payload, _ = token.split(".")
        return forge(decoded(head), decoded(payload), self.evil_key, public or self.published(token))


@pytest.fixture(scope="module")
def house(provider: Provider) -> House:
    shop = application(provider, grants=_EXCHANGE, scopes=("read",), audiences=(API,))
    key = new_key("proves")
    keys = {"keys": [key.as_dict(private=False)]}
    made = application(provider, authentication=ClientAuthentication.PRIVATE_KEY_JWT, jwks=keys)
    bank = FapiClient(provider, made.client_id, algorithm="ES256", key=key)
    victim = someone(provider)
    tokens = shop.sign_in(victim, scope="openid email read offline_access")
    return House(provider, shop, bank, victim, tokens, jwk.ECKey.generate_key("P-256", {"kid": "evil"}))


_ids = {forge: name for name, forge in FORGERIES.items()}
forgery = pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)


@forgery
def test_userinfo_and_introspection_believe_no_forged_access_token(house: House, forge: Forge) -> None:
    token = house.forged(forge, house.tokens.access_token)
    url = house.provider.endpoint("userinfo")
    for scheme in ("Bearer", "bearer", "DPoP"):
        answer = house.provider.http.get(url, headers={"authorization": f"{scheme} {token}"})
        assert answer.status_code == 401, answer.text
        assert "sub" not in answer.json()
    posted = house.provider.http.post(url, data={"access_token": token})
    assert posted.status_code == 401
    told = house.shop.call(house.provider.endpoint("introspection"), {"token": token})
    assert told.json() == {"active": False}


@forgery
def test_nobody_exchanges_a_forged_token_or_acts_by_one(house: House, forge: Forge) -> None:
    token, good = house.forged(forge, house.tokens.access_token), house.tokens.access_token
    fields = {"grant_type": GrantType.TOKEN_EXCHANGE, "subject_token_type": _ACCESS}
    for sent in (
        {"subject_token": token},
        {"subject_token": good, "actor_token": token, "actor_token_type": _ACCESS},
    ):
        answer = house.shop.token_call(**fields, **sent)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), answer.text


@forgery
def test_no_forged_hint_says_who_somebody_is_or_signs_them_out(house: House, forge: Forge) -> None:
    hint = house.forged(forge, house.tokens.id_token)
    asked = house.shop.ask(house.victim, id_token_hint=hint, prompt="none")
    assert asked.error == "login_required", "a hint that nobody can read names nobody"
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": "https://rp.test/signed-out"})
    shown = house.victim.browser.open(f"{house.provider.endpoint('end_session')}?{query}")
    assert isinstance(shown, Page), "a forged hint sends nobody anywhere"
    assert house.victim.browser.send("GET", "/account").status_code == 200, "and signs nobody out"


@forgery
def test_no_forged_assertion_proves_a_client(house: House, forge: Forge) -> None:
    public = house.bank.key.as_dict(private=False)
    for _ in range(2):
        assertion = house.forged(forge, house.bank.assertion(), public)
        answer = house.provider.http.post(
            house.provider.endpoint("token"),
            data={"grant_type": "refresh_token", "refresh_token": "x", **house.bank.with_assertion(assertion)},
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.text


@forgery
def test_no_forged_request_object_asks_for_anything(house: House, forge: Forge) -> None:
    sent = house.bank.request(redirect_uri="https://rp.test/callback")
    request = house.forged(forge, house.bank.request_object(sent), house.bank.key.as_dict(private=False))
    query = urlencode({"client_id": house.bank.client_id, "request": request})
    shown = house.victim.browser.open(f"{house.provider.endpoint('authorization')}?{query}")
    assert isinstance(shown, Page), "nobody is sent to an address that nothing proves"
    assert 400 <= shown.status < 500
    outside = urlencode({**sent, "request": request})
    arrival = house.victim.browser.open(f"{house.provider.endpoint('authorization')}?{outside}")
    if isinstance(arrival, Arrival):
        assert "error=invalid_request_object" in arrival.url
    pushed = house.bank.push({"request": request})
    assert (pushed.status_code, "request_uri" in pushed.json()) == (400, False)


@forgery
def test_no_forged_proof_binds_or_opens_anything(house: House, forge: Forge) -> None:
    url = house.provider.endpoint("token")
    proof, own = house.bank.proof("POST", url), house.bank.proof_key
    # With the attacker's own key in its header a proof is an honest one of the attacker's: it must keep the victim's.
    head, payload, _ = proof.split(".")
    forged = house.forged(forge, proof, own.as_dict(private=False))
    if "jwk" in _ids[forge]:
        forged = signed_with(decoded(head), decoded(payload), house.evil_key)
    answer = house.provider.http.post(
        url,
        data={"grant_type": "refresh_token", "refresh_token": "x", **house.bank.credentials()[1]},
        headers={"dpop": forged.replace("\n", "")},
    )
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_dpop_proof", "malformed_request"}, answer.text


@forgery
def test_no_forged_token_manages_a_client(house: House, forge: Forge) -> None:
    registered = house.provider.http.post(
        f"{ISSUER}/oauth2/register", json={"redirect_uris": ["https://app.test/cb"], "client_name": "App"}
    ).json()
    token = house.forged(forge, house.tokens.access_token)
    for method in ("GET", "PUT", "DELETE"):
        answer: httpx2.Response = house.provider.http.request(
            method,
            registered["registration_client_uri"],
            headers={"authorization": f"Bearer {token}"},
            json={"client_id": registered["client_id"], "redirect_uris": ["https://evil.test/"]}
            if method == "PUT"
            else None,
        )
        assert answer.status_code == 401, answer.text


def test_a_token_of_another_issuer_is_nobody_s(house: House) -> None:
    """Signed with our own key would be ours; with theirs, under our kid, under theirs, under none."""
    head, claims = (decoded(part) for part in house.tokens.access_token.split(".")[:2])
    for issuer in ("https://other.test", ISSUER, f"{ISSUER}/", "", None):
        for kid in (head["kid"], "evil", ""):
            token = signed_with({**head, "kid": kid}, {**claims, "iss": issuer}, house.evil_key)
            answer = house.provider.http.get(
                house.provider.endpoint("userinfo"), headers={"authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 401


def test_the_honest_ones_are_believed(house: House) -> None:
    """What the forgeries are made of works before it is bent, or nothing here would prove anything."""
    assert house.shop.userinfo(house.tokens)["sub"] == house.tokens.claims["sub"]
    told = house.shop.call(house.provider.endpoint("introspection"), {"token": house.tokens.access_token}).json()
    assert told["active"] is True
    assert "code" in house.shop.ask(house.victim, id_token_hint=house.tokens.id_token, prompt="none").parameters
    pushed = house.bank.push({"request": house.bank.request_object(house.bank.request())})
    assert pushed.status_code == 201, pushed.text
    assertion = house.bank.assertion()
    for expected in ("invalid_grant", "invalid_client"):
        fields = {"grant_type": "refresh_token", "refresh_token": f"gpr_{secrets.token_hex(8)}"}
        answer = house.provider.http.post(
            house.provider.endpoint("token"), data={**fields, **house.bank.with_assertion(assertion)}
        )
        assert answer.json()["error"] == expected, "good once, and never again (C53)"
