"""The checks themselves: each must be able to fail, or a green module says nothing."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from joserfc import jwk
from joserfc.errors import BadSignatureError

from conformance.openid import checks
from conformance.openid.browser import Arrival
from conformance.openid.forging import signed_with, unsigned, with_a_broken_signature

_ISSUER = "https://op.test"
_SENT = {"redirect_uri": "https://rp.test/callback", "state": "s t", "scope": "openid"}
_CODE = "gpc_Wn9rQbq6mJz3cT0xKf2uYhVdLs8eAiXo7gP5"
_NOW = 1_800_000_000
_KEY = jwk.ECKey.generate_key("P-256", {"kid": "k", "use": "sig", "alg": "ES256"})
_PUBLISHED = {"keys": [_KEY.as_dict(private=False)]}
_CLAIMS = {"iss": _ISSUER, "sub": "u", "aud": "c", "exp": _NOW + 60, "iat": _NOW, "nonce": "n"}
_TOKENS = {"access_token": _CODE, "token_type": "Bearer", "expires_in": 60}
_JSON = {"content-type": "application/json", "cache-control": "no-store"}


@pytest.mark.parametrize(
    "url",
    [
        f"https://rp.test/callback?code={_CODE}&state=s+t&iss=https://op.test",
        f"https://rp.test/callback?iss=https%3A%2F%2Fop.test&state=s%20t&code={_CODE}",
    ],
)
def test_a_right_answer_passes(url: str) -> None:
    assert checks.answered(_SENT, Arrival("GET", url), _ISSUER)["code"] == _CODE


@pytest.mark.parametrize(
    "url",
    [
        f"https://rp.test/other?code={_CODE}&state=s+t&iss=https://op.test",
        f"https://rp.test/callback?code={_CODE}&state=st&iss=https://op.test",
        f"https://rp.test/callback?code={_CODE}&iss=https://op.test",
        f"https://rp.test/callback?code={_CODE}&state=s+t",
        f"https://rp.test/callback?code={_CODE}&state=s+t&iss=https://evil.test",
        f"https://rp.test/callback?code={_CODE}&state=s+t&iss=https://op.test&more=1",
        f"https://rp.test/callback?code={_CODE}&code={_CODE}&state=s+t&iss=https://op.test",
        f"https://rp.test/callback#code={_CODE}&state=s+t&iss=https://op.test",
        "https://rp.test/callback?code=short&state=s+t&iss=https://op.test",
        f"https://rp.test/callback?code={'a' * 60}&state=s+t&iss=https://op.test",
        "https://rp.test/callback?error=a%0Ab&state=s+t&iss=https://op.test",
        "https://rp.test/callback?error=e&error_description=tab%09&state=s+t&iss=https://op.test",
        "https://rp.test/callback?error=e&code=x&state=s+t&iss=https://op.test",
    ],
)
def test_a_wrong_answer_fails(url: str) -> None:
    with pytest.raises(AssertionError):
        checks.answered(_SENT, Arrival("GET", url), _ISSUER)


def test_an_answer_that_was_to_be_posted_fails_where_it_is_not() -> None:
    asked = {**_SENT, "response_mode": "form_post"}
    pairs = (("code", _CODE), ("state", "s t"), ("iss", _ISSUER))
    checks.answered(asked, Arrival("POST", "https://rp.test/callback", pairs), _ISSUER)
    for wrong in (
        Arrival("GET", f"https://rp.test/callback?code={_CODE}&state=s+t&iss=https://op.test"),
        Arrival("POST", "https://rp.test/callback?state=s+t", pairs),
        Arrival("POST", "https://rp.test/callback#x", pairs),
    ):
        with pytest.raises(AssertionError):
            checks.answered(asked, wrong, _ISSUER)


def _verified(token: str, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"issuer": _ISSUER, "client_id": "c", "algorithm": "ES256", "now": _NOW, "nonce": "n"}
    return checks.id_token(token, _PUBLISHED, **{**usual, **more})


def _signed(claims: Mapping[str, Any], **header: str) -> str:
    return signed_with({"alg": "ES256", "kid": "k", **header}, claims, _KEY)


def test_a_right_id_token_passes_and_may_hold_what_was_asked_for() -> None:
    assert _verified(_signed(_CLAIMS)) == _CLAIMS
    assert _verified(_signed({**_CLAIMS, "email": "a@b.test"}), may_hold={"email"})["email"]


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.test"}, {"aud": "d"}, {"aud": ["c", "d"]}, {"exp": _NOW - 1}, {"iat": _NOW - 400},
        {"exp": _NOW + 60 * 365 * 24 * 3600}, {"nonce": "m"}, {"sub": "ü"}, {"sub": "x" * 256}, {"email": "a@b.test"},
        {"auth_time": _NOW + 400}, {"acr": ""}, {"azp": "d"},
    ],
)  # fmt: skip
def test_an_id_token_that_says_something_wrong_fails(changed: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        _verified(_signed({**_CLAIMS, **changed}))


@pytest.mark.parametrize(
    "token",
    [_signed(_CLAIMS, kid="other"), _signed(_CLAIMS, alg="RS256"), unsigned(_CLAIMS, kid="k")],
    ids=["another key", "another algorithm", "unsigned"],
)
def test_an_id_token_that_is_signed_wrongly_fails(token: str) -> None:
    with pytest.raises(AssertionError):
        _verified(token)


def test_an_id_token_with_a_broken_signature_fails() -> None:
    with pytest.raises(BadSignatureError):
        _verified(with_a_broken_signature(_signed(_CLAIMS)))


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (201, _JSON, _TOKENS),
        (200, {**_JSON, "content-type": "text/plain"}, _TOKENS),
        (200, {**_JSON, "cache-control": "private"}, _TOKENS),
        (200, _JSON, {**_TOKENS, "token_type": "mac"}),
        (200, _JSON, {**_TOKENS, "expires_in": "60"}),
        (200, _JSON, {**_TOKENS, "expires_in": True}),
        (200, _JSON, {**_TOKENS, "more": 1}),
        (200, _JSON, {**_TOKENS, "refresh_token": "short"}),
    ],
)
def test_a_wrong_token_answer_fails(status: int, headers: dict[str, str], body: dict[str, Any]) -> None:
    checks.token_answer(httpx2.Response(200, headers=_JSON, content=json.dumps(_TOKENS)))
    with pytest.raises(AssertionError):
        checks.token_answer(httpx2.Response(status, headers=headers, content=json.dumps(body)))


def test_userinfo_of_somebody_else_or_with_more_than_was_asked_for_fails() -> None:
    told = httpx2.Response(200, headers=_JSON, content=json.dumps({"sub": "u", "email": "a@b.test"}))
    assert checks.userinfo(told, "u", {"email"})["sub"] == "u"
    with pytest.raises(AssertionError):
        checks.userinfo(told, "v", {"email"})
    with pytest.raises(AssertionError):
        checks.userinfo(told, "u", set())


def test_a_key_set_with_a_private_part_or_with_two_keys_of_one_name_fails() -> None:
    checks.key_set(_PUBLISHED)
    for wrong in ([_KEY.as_dict(private=True)], [*_PUBLISHED["keys"], *_PUBLISHED["keys"]], []):
        with pytest.raises(AssertionError):
            checks.key_set({"keys": wrong})
