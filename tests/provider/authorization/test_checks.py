"""Each rule of an authorization request, as a table: what is sent, and what it becomes or is refused with."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gatepass.applications.model import (
    Application,
    ApplicationType,
    Branding,
    ClientAuthentication,
    GrantType,
    MagicLinkPolicy,
    OAuthPolicy,
)
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.protocols.oauth2.parameters import collect
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest, Prompt, ResponseMode
from gatepass.provider.authorization.reading import Sound, Unsound, check
from provider.authorization.people import CALLBACK, CHALLENGE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHOP = Application(
    *("a" * 24, "cli_shop", "Shop", ApplicationType.WEB, (CALLBACK,), (), (), HOUR, HOUR, HOUR),
    *(SigningAlgorithm.ES256, MagicLinkPolicy(), Branding(), True, NOW, NOW),
    oauth=OAuthPolicy(scopes=("orders",), audiences=("https://api.test/", "urn:things:one")),
)
PUBLIC = replace(SHOP, type=ApplicationType.SPA)
KEY = "k" * 43


def policy(**fields: Any) -> Application:
    return replace(SHOP, oauth=replace(SHOP.oauth, **fields))


def ask(application: Application = SHOP, hint: Any = None, **fields: Any) -> Sound | Unsound:
    """Take a plain request through every check; None leaves a parameter out, a list repeats it."""
    flags = {name: fields.pop(name) for name in ("is_pushed", "is_signed", "key_thumbprint") if name in fields}
    given = {
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **fields,
    }
    pairs = [
        (name, str(one))
        for name, value in given.items()
        if value is not None
        for one in (value if isinstance(value, list) else [value])
    ]
    return check(Asked(collect(pairs), application, hint, **flags))


def sound(*arguments: Any, **fields: Any) -> AuthorizationRequest:
    found = ask(*arguments, **fields)
    assert isinstance(found, Sound), found
    return found.request


def error(*arguments: Any, **fields: Any) -> str:
    """The error that goes to the application."""
    found = ask(*arguments, **fields)
    assert isinstance(found, Unsound), found
    assert found.request is not None, "the error must go to the application"
    return found.refused.error


@pytest.mark.parametrize(
    "uri",
    [
        f"{CALLBACK}/",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}#f",
        f"{CALLBACK}/../callback",
        f"{CALLBACK}%2f",
        "https://shop.test/Callback",
        "https://SHOP.test/callback",
        "https://shop.test:443/callback",
        "https://shop.test:8443/callback",
        "https://shop.test./callback",
        "https://user@shop.test/callback",
        "https://shop.test@evil.test/callback",
        "https://shop.test.evil.test/callback",
        "https://shop.test\\@evil.test/callback",
        "https://evil.test/callback",
        "https://shop.test//callback",
        "http://shop.test/callback",
        "//shop.test/callback",
        "/callback",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_registered_to_the_letter_is_answered_nowhere(uri: str) -> None:
    found = ask(redirect_uri=uri)
    assert isinstance(found, Unsound)
    assert found.request is None
    assert found.refused.error == "invalid_redirect_uri"


def test_the_only_address_need_not_be_sent_but_in_openid_connect() -> None:
    left_out = sound(redirect_uri=None, scope="orders")
    assert (left_out.redirect_uri, left_out.has_redirect_uri) == (CALLBACK, False)
    for refused in (ask(redirect_uri=None), ask(replace(SHOP, callback_urls=()), redirect_uri=None, scope="orders")):
        assert isinstance(refused, Unsound)
        assert refused.request is None
    two = replace(SHOP, callback_urls=(CALLBACK, "https://shop.test/other"))
    assert isinstance(ask(two, redirect_uri=None, scope="orders"), Unsound)


def test_a_native_application_listens_on_any_port_of_its_own_machine() -> None:
    native = replace(PUBLIC, type=ApplicationType.NATIVE, callback_urls=("http://127.0.0.1/callback",))
    assert sound(native, redirect_uri="http://127.0.0.1:50123/callback").redirect_uri.endswith(":50123/callback")
    assert isinstance(ask(native, redirect_uri="http://127.0.0.2:50123/callback"), Unsound)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("response_type missing", {"response_type": None}, "invalid_request"),
    ("implicit", {"response_type": "token"}, "unsupported_response_type"),
    ("hybrid", {"response_type": "code id_token"}, "unsupported_response_type"),
    ("response_mode unknown", {"response_mode": "web_message"}, "invalid_request"),
    ("no scope left", {"scope": "address sys_admin"}, "invalid_scope"),
    ("scope without a form", {"scope": 'a"b'}, "invalid_scope"),
    ("plain challenge", {"code_challenge_method": "plain"}, "invalid_request"),
    ("challenge of the default method", {"code_challenge_method": None}, "invalid_request"),
    ("method without a challenge", {"code_challenge": None}, "invalid_request"),
    ("challenge too short", {"code_challenge": "abc"}, "invalid_request"),
    ("challenge not base64url", {"code_challenge": "=" * 43}, "invalid_request"),
    ("nonce too long", {"nonce": "n" * 1025}, "invalid_request"),
    ("prompt unknown", {"prompt": "create"}, "invalid_request"),
    ("prompt none with another", {"prompt": "none login"}, "invalid_request"),
    ("max_age no number", {"max_age": "soon"}, "invalid_request"),
    ("max_age negative", {"max_age": "-1"}, "invalid_request"),
    ("max_age in other digits", {"max_age": "\u0661"}, "invalid_request"),
    ("claims no JSON", {"claims": "{"}, "invalid_request"),
    ("two people in claims", {"claims": '{"id_token":{"sub":{"values":["a","b"]}}}'}, "invalid_request"),
    (
        "an assurance that nobody reaches",
        {"claims": '{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}'},
        "unmet_authentication_requirements",
    ),
    ("too many acr_values", {"acr_values": " ".join(f"v{n}" for n in range(21))}, "invalid_request"),
    ("a hint that is none of ours", {"id_token_hint": "x.y.z"}, "invalid_request"),
    ("resource relative", {"resource": "/api"}, "invalid_target"),
    ("resource with a fragment", {"resource": "https://api.test/#x"}, "invalid_target"),
    ("resource of somebody else", {"resource": "https://other.test/"}, "invalid_target"),
    ("one good resource, one bad", {"resource": ["https://api.test/", "https://other.test/"]}, "invalid_target"),
    ("dpop_jkt no thumbprint", {"dpop_jkt": "short"}, "invalid_request"),
    ("dpop_jkt of another key", {"dpop_jkt": KEY, "key_thumbprint": "o" * 43}, "invalid_dpop_proof"),
    ("connection too long", {"connection": "c" * 201}, "invalid_request"),
]


@pytest.mark.parametrize(("fields", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_broken_rule_is_told_to_the_application(fields: dict[str, Any], expected: str) -> None:
    assert error(**fields) == expected


BECOMES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("fragment", {"response_mode": "fragment"}, {"response_mode": ResponseMode.FRAGMENT}),
    ("state to the letter", {"state": ' "<&%20>é '}, {"state": ' "<&%20>é '}),
    ("nonce at its longest", {"nonce": "n" * 1024}, {"nonce": "n" * 1024}),
    ("prompts, each once", {"prompt": "login login consent"}, {"prompt": (Prompt.LOGIN, Prompt.CONSENT)}),
    ("max_age zero", {"max_age": "0"}, {"max_age": 0}),
    ("acr_values", {"acr_values": "aal2 aal1"}, {"acr_values": ("aal2", "aal1")}),
    ("a hint too long is none", {"login_hint": "x" * 400}, {"login_hint": ""}),
    ("login_hint", {"login_hint": "reader@example.com"}, {"login_hint": "reader@example.com"}),
    ("ui_locales", {"ui_locales": "fr-CA fr"}, {"ui_locales": "fr-CA fr"}),
    ("no challenge where none is needed", {"code_challenge": None, "code_challenge_method": None}, {}),
    ("what nobody knows is ignored", {"display": "popup", "claims_locales": "de", "foo": "bar"}, {}),
]


@pytest.mark.parametrize(("fields", "expected"), [case[1:] for case in BECOMES], ids=[case[0] for case in BECOMES])
def test_what_is_sound_is_kept(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    request = sound(**fields)
    assert {name: getattr(request, name) for name in expected} == expected


def test_scopes_that_the_application_may_not_have_are_left_out() -> None:
    terms = sound(scope="openid offline_access orders billing").terms
    assert terms.scope == ("openid", "offline_access", "orders")
    without_refresh = policy(grants=(GrantType.AUTHORIZATION_CODE,))
    assert sound(without_refresh, scope="openid offline_access").terms.scope == ("openid",)
    assert sound(scope=None).terms.scope == ()


def test_the_error_travels_as_the_answer_would_and_with_the_state() -> None:
    found = ask(response_type="token", response_mode="form_post", state="s")
    assert isinstance(found, Unsound)
    assert found.request is not None
    assert (found.request.response_mode, found.request.state) == (ResponseMode.FORM_POST, "s")


def test_a_challenge_is_needed_where_nothing_else_proves_the_application() -> None:
    for application in (PUBLIC, policy(requires_pkce=True), policy(authentication=ClientAuthentication.NONE)):
        assert error(application, code_challenge=None, code_challenge_method=None) == "invalid_request"


def test_an_application_that_is_bound_to_push_or_to_sign_must() -> None:
    assert error(policy(requires_pushed_requests=True)) == "invalid_request"
    assert sound(policy(requires_pushed_requests=True), is_pushed=True)
    assert error(policy(requires_signed_requests=True), is_pushed=True) == "invalid_request_object"
    assert sound(policy(requires_signed_requests=True), is_signed=True)
    assert error(policy(grants=(GrantType.CLIENT_CREDENTIALS,))) == "unauthorized_client"


def test_claims_are_asked_for_by_name_and_a_stranger_sees_those_of_its_scopes_alone() -> None:
    asked = {
        "id_token": {"email": None, "nothing": None, "acr": {"values": ["aal2"]}},
        "userinfo": {"name": {"essential": True}, "sub": {"value": "u1"}},
    }
    request = sound(claims=json.dumps(asked))
    assert (request.terms.id_token_claims, request.terms.userinfo_claims) == (("email",), ("name",))
    assert (request.subject, request.acr_values, request.essential_acr) == ("u1", ("aal2",), ())
    stranger = sound(policy(is_third_party=True), claims=json.dumps(asked), scope="openid email")
    assert (stranger.terms.id_token_claims, stranger.terms.userinfo_claims) == (("email",), ())


def test_an_essential_assurance_is_demanded() -> None:
    asked = {"id_token": {"acr": {"essential": True, "values": ["aal2", "urn:gold"]}}}
    assert sound(claims=json.dumps(asked)).essential_acr == ("aal2", "urn:gold")


def test_a_hint_names_the_person_if_the_application_was_given_it() -> None:
    mine = {"aud": "cli_shop", "sub": "u1"}
    assert sound(hint=mine, id_token_hint="t").subject == "u1"
    assert sound(hint={"aud": ["other", "cli_shop"], "sub": "u1"}, id_token_hint="t").subject == "u1"
    assert error(hint={"aud": "other", "sub": "u1"}, id_token_hint="t") == "invalid_request"
    assert error(id_token_hint="of.a.withdrawn-key", prompt="none") == "login_required"
    other = '{"id_token":{"sub":{"value":"u2"}}}'
    assert error(hint=mine, id_token_hint="t", claims=other) == "invalid_request"


def test_resources_and_the_key_are_kept_with_the_terms() -> None:
    terms = sound(resource=["https://api.test/", "urn:things:one", "https://api.test/"], dpop_jkt=KEY).terms
    assert terms.audiences == ("https://api.test/", "urn:things:one")
    assert terms.key_thumbprint == KEY
    assert sound(key_thumbprint=KEY).terms.key_thumbprint == KEY
