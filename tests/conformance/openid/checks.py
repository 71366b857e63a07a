"""What every answer of a provider is held to, whichever module asked: the suite's own list, once."""

import base64
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import httpx2
from joserfc import jwk, jws, jwt

from conformance.openid.browser import Arrival

# RFC 6749 §4.1.2.1 and §5.2, without the line ends and tabs that the grammar leaves out.
_ERROR = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")
_SUCCESS = frozenset({"code", "state", "iss"})
_FAILURE = frozenset({"error", "error_description", "error_uri", "state", "iss"})
_TOKEN_ANSWER = frozenset({"access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"})
_LEAST_BITS = 128
_LEAST_ENTROPY = 96.0
_FIFTY_YEARS = 50 * 365 * 24 * 3600
_FIVE_MINUTES = 300
# What an id token holds of itself (OpenID Connect Core §2, RFC 7519 §4.1); everything else has to be asked for.
_OF_THE_ID_TOKEN = frozenset(
    {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash", "c_hash", "jti"}
)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PROFILE = frozenset(
    {"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
     "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}
)  # fmt: skip
# Ours beside the standard's: the hosted API's names of the same two facts.
_PROFILE_OF_OURS = frozenset({"first_name", "last_name"})
_OF_SCOPE = {
    "profile": _PROFILE | _PROFILE_OF_OURS,
    "email": frozenset({"email", "email_verified"}),
    "address": frozenset({"address"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
}


def claims_asked(sent: Mapping[str, str], place: str) -> frozenset[str]:
    """Return the claims that a request asks for by its scope and by name (OpenID Connect Core §5.4, §5.5)."""
    by_scope = [_OF_SCOPE.get(word, frozenset()) for word in sent.get("scope", "").split()]
    by_name = frozenset(json.loads(sent.get("claims", "{}")).get(place, {}))
    return by_name.union(*by_scope)


def unguessable(value: str) -> None:
    """A code or a token: at least 128 bits long and with more than 96 bits of entropy after Shannon."""
    assert len(value) * 8 >= _LEAST_BITS, f"{len(value)} characters"
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts) * len(value)
    assert entropy > _LEAST_ENTROPY, f"{entropy:.1f} bits"


def answered(sent: Mapping[str, str], arrival: Arrival, issuer: str) -> dict[str, str]:
    """Return the parameters of an authorization answer that came the way it was asked for, with `state` and `iss`."""
    assert arrival.address == sent["redirect_uri"].partition("?")[0], arrival.url
    if sent.get("response_mode") == "form_post":
        assert arrival.method == "POST", arrival
        assert "?" not in arrival.url.removeprefix(sent["redirect_uri"]), arrival.url
        pairs = list(arrival.form)
    else:
        assert arrival.method == "GET", arrival
        assert not arrival.form
        pairs = arrival.query
    assert "#" not in arrival.url, "nothing stands in the fragment"
    own = dict(Arrival("GET", sent["redirect_uri"]).query)
    assert len(pairs) == len({name for name, _ in pairs}), f"a parameter is repeated: {pairs}"
    found = {name: value for name, value in pairs if own.get(name) != value}
    assert found.get("state") == sent.get("state"), "state comes back to the letter"
    assert found.get("iss") == issuer, "the answer says whose it is (RFC 9207 §2)"
    if "error" in found:
        error(found)
        assert set(found) <= _FAILURE, f"unexpected parameters: {set(found) - _FAILURE}"
    else:
        assert set(found) <= _SUCCESS, f"unexpected parameters: {set(found) - _SUCCESS}"
        unguessable(found["code"])
    return found


def error(said: Mapping[str, Any]) -> None:
    """An error speaks in the characters that RFC 6749 allows."""
    assert _ERROR.fullmatch(said["error"]), said
    description = said.get("error_description")
    assert description is None or _ERROR.fullmatch(description), said


def error_answer(answer: httpx2.Response) -> dict[str, Any]:
    """Return an error of the token endpoint or of one that answers alike (RFC 6749 §5.2)."""
    assert answer.status_code in {400, 401}, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    assert "no-store" in answer.headers["cache-control"]
    said = dict(answer.json())
    error(said)
    assert set(said) <= {"error", "error_description", "error_uri"}, said
    return said


def token_answer(answer: httpx2.Response, token_type: str = "bearer") -> dict[str, Any]:  # noqa: S107 - a name
    """Return the tokens of an answer (RFC 6749 §5.1)."""
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    assert "no-store" in answer.headers["cache-control"]
    found = dict(answer.json())
    assert set(found) <= _TOKEN_ANSWER, f"unexpected members: {set(found) - _TOKEN_ANSWER}"
    assert found["token_type"].lower() == token_type
    assert type(found["expires_in"]) is int
    assert found["expires_in"] > 0
    unguessable(found["access_token"])
    if "refresh_token" in found:
        unguessable(found["refresh_token"])
    return found


def key_set(published: Mapping[str, Any]) -> None:
    """A published key set has distinct key ids, valid keys and no private part (RFC 7517)."""
    keys = published["keys"]
    assert keys
    identifiers = [key["kid"] for key in keys]
    assert len(identifiers) == len(set(identifiers)), identifiers
    for key in keys:
        assert not _PRIVATE & set(key), "a private part is published"
        assert key["kty"] in {"RSA", "EC", "OKP"}, key
        assert key.get("use", "sig") == "sig", key
        jwk.import_key(key)
        if key["kty"] == "RSA":
            assert len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 >= 2048


def id_token(
    unverified_token: str,
    published: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    algorithm: str,
    now: int,
    nonce: str | None,
    may_hold: Collection[str] = (),
) -> dict[str, Any]:
    """Return the claims of an id token that holds (OpenID Connect Core §3.1.3.7).

    Args:
        unverified_token: the compact form.
        published: the provider's key set.
        issuer: who must have made it.
        client_id: for whom.
        algorithm: that of the client's registration.
        now: the time.
        nonce: what the request sent; None where it sent none.
        may_hold: the claims that were asked for.
    """
    header = jws.extract_compact(unverified_token.encode()).headers()
    assert header["kid"] in [key["kid"] for key in published["keys"]], header
    assert header["alg"] == algorithm
    claims = dict(jwt.decode(unverified_token, jwk.KeySet.import_key_set(dict(published)), [algorithm]).claims)  # type: ignore[arg-type]
    assert claims["iss"] == issuer
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    assert audience == [client_id]
    assert claims.get("azp", client_id) == client_id
    assert now < claims["exp"] < now + _FIFTY_YEARS
    assert abs(now - claims["iat"]) < _FIVE_MINUTES, f"issued at {claims['iat']}, it is {now}"
    assert claims.get("nonce") == nonce
    subject(claims["sub"])
    if "auth_time" in claims:
        assert type(claims["auth_time"]) is int
        assert now - _FIFTY_YEARS < claims["auth_time"] <= now + _FIVE_MINUTES
    assert claims.get("acr") != ""
    strangers = set(claims) - _OF_THE_ID_TOKEN - set(may_hold)
    assert not strangers, f"nobody asked for {strangers}"
    return claims


def subject(found: object) -> None:
    """A subject is ASCII of at most 255 characters (OpenID Connect Core §2)."""
    assert isinstance(found, str)
    assert 0 < len(found) <= 255
    assert found.isascii()


def half_hash(value: str, algorithm: str) -> str:
    """Return what `at_hash` must be (OpenID Connect Core §3.1.3.6)."""
    digest = hashlib.new(f"sha{algorithm[2:]}", value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def userinfo(answer: httpx2.Response, expected_subject: str, may_hold: Collection[str]) -> dict[str, Any]:
    """Return what the userinfo endpoint tells of the same person, and nothing that nobody asked for."""
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    found = dict(answer.json())
    subject(found["sub"])
    assert found["sub"] == expected_subject
    strangers = set(found) - {"sub"} - set(may_hold)
    assert not strangers, f"nobody asked for {strangers}"
    return found
